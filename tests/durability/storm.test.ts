/**
 * Everything at once: a crowd that listens, four pens that write in the air, bytes that are refused, commits that come
 * late or fail, leases that cannot be closed, a room that falls asleep. SEED=… tells the story again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FAN_OUT } from '#server/rooms/limits.ts';
import type { SqliteStore } from '#server/store/sqlite/sqlite-store.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { Random, seedOf } from '../fuzz/random.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

type Push = Extract<Frame, { kind: 'push' }>;
type Answer = Extract<Frame, { kind: 'ack' | 'refuse' }>;
/** What a pen has sent and not seen settled; `deletes`: the text that goes. Neither: bytes that are refused. */
interface Sent {
  push: Push;
  text?: string;
  id?: string;
  deletes?: Said;
}
interface Said {
  text: string;
  id: string;
}

const CHAT = '7a';
const FEED = `chat/${CHAT}/feed/1`;
const MESSAGES = 35;
const IN_AIR = 5;
const FAST = { intentsPerSecond: 1e5, intentsBurst: 1e5, asksPerSecond: 1e5, asksBurst: 1e5 };

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
let relay: TestRelay;
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

async function opened(person: string): Promise<TestDevice> {
  const one = await device(person);
  await one.open(`chat/${CHAT}`);
  return one;
}

test(`[R301] in a storm each word that was acknowledged stands once, for everybody, and what was deleted nowhere (SEED=${seed})`, async () => {
  const random = new Random(seedOf(seed, 1));
  relay = await startTestRelay({ rates: FAST, idleMs: random.chance(0.5) ? 30 : 5_000 });
  const calm = storm(relay.store, random);
  const crowd = random.chance(0.7) ? FAN_OUT.crowd : 3;
  const listeners = await Promise.all(
    Array.from({ length: crowd }, (_, i) => opened(i % 2 ? 'anna' : 'petya')),
  );
  const stands = new Map<string, string>();
  await Promise.all(
    ['masha', 'masha', 'petya', 'anna'].map((person, i) => write(person, `${i}`, random, stands)),
  );
  await calm();
  const texts = [...stands.values()].sort();
  const reader = await opened('anna');
  expect(reader.texts(CHAT)).toEqual(texts);
  for (const listener of listeners) {
    while (listener.texts(CHAT).join() !== texts.join()) {
      await listener.line
        .nextOf('news', ({ kind }) => kind === 'update')
        .then((news) => listener.line.heard.unshift(news));
      listener.hear();
    }
  }
  relay = await relay.restart();
  const again = await opened('anna');
  expect(again.texts(CHAT)).toEqual(texts);
  while ((await relay.store.due()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await relay.close();
  for (const file of readdirSync(relay.dataDir))
    expect(readFileSync(join(relay.dataDir, file)).includes('удалено'), file).toBe(false);
  relay = await relay.restart();
}, 60_000);

/** Commits come late or not at all, in order. Resolves once the weather is fair and the sky empty. */
function storm(store: SqliteStore, random: Random): () => Promise<void> {
  const append = store.append.bind(store);
  const closeLease = store.closeLease.bind(store);
  let isOver = false;
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const wait = !isOver && random.chance(0.3) ? random.below(25) : 0;
    const done = last.then(async () => {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      return work();
    });
    last = done.catch(() => undefined);
    return done;
  };
  store.append = (batch, fence) => {
    const fails = !isOver && random.chance(0.03);
    return inOrder(() =>
      fails
        ? Promise.resolve(batch.map(() => ({ ok: false, why: 'sequence' }) as const))
        : append(batch, fence),
    );
  };
  store.closeLease = (...words) => {
    const fails = !isOver && random.chance(0.1);
    return inOrder(() => (fails ? Promise.reject(new Error('a storm')) : closeLease(...words)));
  };
  return async () => {
    isOver = true;
    await last;
  };
}

/** A device with an outbox: it sends again what was not taken, and says under a fresh lease what a refusal took along. */
async function write(
  person: string,
  name: string,
  random: Random,
  stands: Map<string, string>,
): Promise<void> {
  let pen = await opened(person);
  let out: Sent[] = [];
  const own: Said[] = [];
  for (let said = 0; said < MESSAGES || out.length + own.length > 0; ) {
    while ((said < MESSAGES || own.length > 0) && out.length < IN_AIR) {
      const sent = next(pen, name, said, random, own);
      if (sent.text !== undefined) said++;
      out.push(sent);
      pen.line.say(sent.push);
      if (random.chance(0.5)) await new Promise((resolve) => setTimeout(resolve, random.below(8)));
    }
    const head = out[0] as Sent;
    const answer = await answerTo(pen, head);
    if (answer.kind === 'ack') {
      out.shift();
      note(head, own, stands);
      continue;
    }
    const late = [];
    for (const sent of out.slice(1)) late.push(await answerTo(pen, sent));
    if (answer.code === 'try-later' || answer.code === 'missing-deps') {
      await new Promise((resolve) => setTimeout(resolve, random.below(10)));
      for (const { push } of out) pen.line.say(push);
      continue;
    }
    expect(late.filter(({ kind }) => kind === 'ack')).toEqual([]);
    pen = await pen.withFreshLease();
    await pen.open(`chat/${CHAT}`);
    out = out
      .filter(({ text, deletes }) => text ?? deletes)
      .map((sent) => made(pen, sent.text, sent.deletes));
    for (const { push } of out) pen.line.say(push);
  }
}

function next(pen: TestDevice, name: string, said: number, random: Random, own: Said[]): Sent {
  if (random.chance(0.04)) return { push: pen.wrap(FEED, Uint8Array.of(9, 9)) };
  if (own.length > 0 && (said >= MESSAGES || random.chance(0.2)))
    return made(pen, undefined, own.splice(random.below(own.length), 1)[0]);
  return made(pen, random.chance(0.2) ? `удалено ${name}-${said}` : `${name}-${said}`, undefined);
}

function made(pen: TestDevice, text: string | undefined, deletes: Said | undefined): Sent {
  if (deletes) return { deletes, push: pen.make(FEED, (doc) => doc.getMap('messages').delete(deletes.id)) };
  const push = pen.message(CHAT, text as string);
  return { push, id: push.id, text: text as string };
}

/** What says so of itself is deleted by its pen once it stands. */
function note({ text, id, deletes }: Sent, own: Said[], stands: Map<string, string>): void {
  if (deletes) stands.delete(deletes.id);
  if (text === undefined || id === undefined) return;
  stands.set(id, text);
  if (text.startsWith('удалено')) own.push({ id, text });
}

async function answerTo(pen: TestDevice, { push }: Sent): Promise<Answer> {
  const answer = await pen.line.nextOf(
    `an answer to ${push.n}`,
    (frame) =>
      (frame.kind === 'ack' || frame.kind === 'refuse') && frame.lease === push.lease && frame.n === push.n,
  );
  return answer as Answer;
}
