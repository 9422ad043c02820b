// A school for the browser rows, as a program of its own. Speaks to its parent by messages.
import { writeFile } from 'node:fs/promises';
import * as encoding from 'lib0/encoding';
import type { People } from '#server/accounts/people.ts';
import { Pen } from '#server/demo/pen.ts';
import { seed } from '#server/demo/seed.ts';
import { createLog } from '#server/monitoring/log.ts';
import { foundSchool } from '#server/registry/founding.ts';
import { NAMES, smallRegistry } from '#server/registry/school.fixture.ts';
import { openStore } from '#server/serve.ts';
import { type Started, start } from '#server/start.ts';
import type { SqliteStore } from '#server/store/sqlite/sqlite-store.ts';
import type { Registry } from '#shared/registry/shape.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { chatRoom } from '#shared/school/names.ts';
import { seededRandom } from '../support/random.ts';
import { messageText } from '../support/school-talk.ts';
import { chatOfPlan, type ProgramOptions, type Question, titleOfPlan } from './school-plan.ts';

const AUTHORS = ['anna', 'petya', 'masha'] as const;
const APPENDS_AT_ONCE = 5_000;
const MESSAGE_EVERY_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;

const options = JSON.parse(process.argv[2] as string) as ProgramOptions;
const { plan } = options;
const random = seededRandom(7);
const pens: Pen[] = [];
const leases = new Map<string, number>();
let cast: Record<string, string> = {};
let clock = Date.now() - YEAR_MS;
let started = await open();
process.on('message', (question: Question) => void answer(question).then((said) => process.send?.(said)));
process.send?.({ cast });

function open(): Promise<Started> {
  const log = createLog((line) => void process.stderr.write(`${line}\n`));
  return start({
    dataDir: options.data,
    port: options.port,
    host: '127.0.0.1',
    origin: options.origin,
    otherOrigins: options.otherOrigins,
    build: options.build,
    log: { ...log, info: () => undefined },
    found,
  });
}

async function found(store: SqliteStore, people: People): Promise<void> {
  if (plan.kind === 'demo') {
    ({ cast } = (await seed(store, people, Date.now())) as unknown as { cast: Record<string, string> });
    return;
  }
  people.put(Object.entries(NAMES).map(([person, name]) => ({ person, name })));
  await foundSchool(store, registryOf(plan.chats), clock);
  const fence = await store.claim();
  for (const person of AUTHORS) leases.set(person, (await store.grant(person, 1, fence))[0] as number);
  for (let index = 0; index < plan.chats; index++) pens.push(new Pen(chatOfPlan(index), leaseOf));
  clock = Date.now() - Math.min(YEAR_MS, plan.messages * MESSAGE_EVERY_MS) - 2 * 86_400_000;
  for (const pen of pens) write(pen, plan.messages, AUTHORS);
  await keep(store, fence);
  // Everybody has read everything: a chat opens at its end.
  await store.raise(
    pens.flatMap(({ chat, seq }) => AUTHORS.map((person) => ({ chat, person, got: seq, read: seq }))),
    fence,
  );
}

async function answer(question: Question): Promise<unknown> {
  if (question.ask === 'link') return { link: await started.accounts.link(question.person) };
  if (question.ask === 'segments') return segments(question.chat, question.file);
  await started.stop();
  const store = await openStore(options.data);
  clock = Date.now() - 86_400_000;
  // Masha was away: the others wrote.
  for (const [index, pen] of pens.entries()) {
    const share = Math.floor((question.messages * (index + 1)) / pens.length);
    write(pen, share - Math.floor((question.messages * index) / pens.length), ['anna', 'petya']);
  }
  await keep(store, await store.claim());
  await store.close();
  started = await open();
  return { seqs: Object.fromEntries(pens.map(({ chat, seq }) => [chatRoom(chat), seq])) };
}

function write(pen: Pen, messages: number, authors: readonly string[]): void {
  for (let index = 0; index < messages; index++) {
    const by = authors[Math.floor(random() * authors.length)] as string;
    pen.message(messageText(random), { by, at: clock + index * 1_000 });
  }
}

async function keep(store: SqliteStore, fence: number): Promise<void> {
  for (const pen of pens) {
    await store.room(chatRoom(pen.chat), fence);
    while (pen.appends.length > 0) {
      const results = await store.append(pen.appends.splice(0, APPENDS_AT_ONCE), fence);
      if (results.some(({ ok }) => !ok)) throw new Error('the bench school could not be stored');
    }
    for (const snapshot of pen.closed.splice(0)) await store.compact(snapshot, 'drop', fence);
  }
}

/** As tests/bench/browser/pages/segments.ts reads it. */
async function segments(chat: string, file: string): Promise<{ head: number }> {
  const store = await openStore(options.data);
  const encoder = encoding.createEncoder();
  let segment = 1;
  for (; ; segment++) {
    const doc = `chat/${chat}/feed/${segment}`;
    const { snapshot, rows } = await store.load(doc);
    if (!snapshot && rows.length === 0) break;
    const places = await store.places(doc, 0);
    encoding.writeVarString(encoder, doc);
    encoding.writeVarUint(encoder, places.at(-1)?.seq ?? 0);
    const parts = [...(snapshot ? [snapshot.bytes] : []), ...rows.map(({ bytes }) => bytes)];
    encoding.writeVarUint(encoder, parts.length);
    for (const bytes of parts) encoding.writeVarUint8Array(encoder, bytes);
    encoding.writeVarUint(encoder, places.length);
    for (const { id, seq, at, by } of places) {
      encoding.writeVarString(encoder, id);
      encoding.writeVarUint(encoder, seq);
      encoding.writeVarUint(encoder, at);
      encoding.writeVarString(encoder, by);
    }
  }
  await store.close();
  await writeFile(file, encoding.toUint8Array(encoder));
  return { head: segment - 1 };
}

function leaseOf(person: string): number {
  const lease = leases.get(person);
  if (lease === undefined) throw new Error(`${person} has no lease`);
  return lease;
}

function registryOf(chats: number): Registry {
  const registry = smallRegistry();
  for (let index = 0; index < chats; index++) {
    registry.chats[chatOfPlan(index)] = {
      title: titleOfPlan(index),
      unit: null,
      audience: {},
      people: { masha: true, petya: true, anna: true },
      matrix: { ...DEFAULT_MATRIX },
    };
  }
  return registry;
}
