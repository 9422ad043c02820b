import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Frame } from '#shared/wire/frames.ts';
import { TestDevice } from '../support/device.ts';

type Push = Extract<Frame, { kind: 'push' }>;

const ROUNDS = 20;
const PERSONS = ['masha', 'petya', 'anna'] as const;
/** Unanswered intents that a device keeps in the air, and its messages in a round: a segment holds 500. */
const WINDOW = 12;
const MESSAGES_MAX = 150;

const dataDir = mkdtempSync(join(tmpdir(), 'parta-kill-'));
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** A device with an outbox: what is not acknowledged stays in it, byte for byte. */
interface Writer {
  device: TestDevice;
  outbox: (Push & { id: string })[];
  acked: Map<string, number>;
  /** Messages of others that it was shown, with their sequence. */
  seen: Map<string, number>;
}

test(`[R320] twenty kills under load: nothing acknowledged is lost, nothing doubled, nothing was shown too early (SEED=${seed})`, async () => {
  const random = mulberry(seed);
  const leases = new Map<string, number>();
  let acknowledged = 0;
  let resent = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const chat = `k${round}`;
    const writers = await connectAll(await startRelayProcess(), chat, leases);
    const done = Promise.all(writers.map((writer) => write(writer, chat)));
    await elapsed(20 + random() * 180);
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await gone;
    await done;
    for (const writer of writers) hearRest(writer, chat);

    const again = await connectAll(await startRelayProcess(), chat, leases);
    const held = again[0] as Writer;
    for (const writer of writers) {
      for (const [id, seq] of writer.acked) expect(held.seen.get(id), `acknowledged ${id}`).toBe(seq);
      for (const [id, seq] of writer.seen) expect(held.seen.get(id), `shown ${id}`).toBe(seq);
    }
    for (const [i, writer] of writers.entries()) {
      for (const push of writer.outbox) {
        const answer = await (again[i] as Writer).device.send(push);
        expect(answer).toMatchObject({ kind: 'ack', n: push.n });
        resent++;
      }
      acknowledged += writer.acked.size;
    }
    await expectOnce(again, writers, chat);
    for (const writer of again) await writer.device.line.hangUp();
    child?.kill('SIGKILL');
  }
  console.info(`kills ${ROUNDS}, acknowledged ${acknowledged}, resent ${resent}, seed ${seed}`);
  expect(acknowledged).toBeGreaterThan(ROUNDS);
  expect(resent).toBeGreaterThan(0);
}, 240_000);

async function startRelayProcess(): Promise<string> {
  child?.kill('SIGKILL');
  const file = new URL('./relay-process.ts', import.meta.url).pathname;
  child = spawn(process.execPath, [file, dataDir, ...PERSONS], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child?.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child?.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
  });
}

async function connectAll(origin: string, chat: string, leases: Map<string, number>): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (const [i, person] of PERSONS.entries()) {
    const device = await TestDevice.start({ origin }, `${person}.${i + 1}`, leases.get(`${person} ${chat}`));
    leases.set(`${person} ${chat}`, device.lease);
    const seen = new Map<string, number>();
    await openInto(device, chat, seen);
    writers.push({ device, outbox: [], acked: new Map(), seen });
  }
  return writers;
}

/** Opens a chat and notes the places of what the relay holds. */
async function openInto(device: TestDevice, chat: string, seen: Map<string, number>): Promise<void> {
  device.line.say({ kind: 'open', room: `chat/${chat}`, epoch: '', held: [], newest: true });
  const state = await device.line.next('room');
  device.epochs.set(`chat/${chat}`, state.epoch);
  device.heads.set(`chat/${chat}`, state.head);
  await device.line.settled();
  for (const frame of device.line.heard)
    if (frame.kind === 'patch') for (const { id, seq } of frame.places) seen.set(id, seq);
  device.hear();
}

/** Writes until the line breaks or the round's messages are spent. */
async function write(writer: Writer, chat: string): Promise<void> {
  const { device } = writer;
  for (let i = 0; i < MESSAGES_MAX; i++) {
    const push = device.message(chat, `${device.person} ${i}`);
    writer.outbox.push(push);
    device.line.say(push);
    while (writer.outbox.length >= WINDOW) if (!(await settleOne(writer))) return;
  }
  while (writer.outbox.length > 0) if (!(await settleOne(writer))) return;
}

async function settleOne(writer: Writer): Promise<boolean> {
  try {
    const ack = await writer.device.line.next('ack');
    noteAck(writer, ack);
    return true;
  } catch {
    return false;
  }
}

function noteAck(writer: Writer, ack: Extract<Frame, { kind: 'ack' }>): void {
  const push = writer.outbox.shift();
  expect(push?.n).toBe(ack.n);
  writer.acked.set((push as { id: string }).id, ack.seq);
}

/** What arrived and was not looked at before the kill counts as well: it was said. */
function hearRest(writer: Writer, chat: string): void {
  const { device } = writer;
  const messages = () => [...device.doc(`chat/${chat}/feed/1`).getMap('messages').keys()];
  for (const frame of device.line.heard.splice(0)) {
    if (frame.kind === 'ack') noteAck(writer, frame);
    if (frame.kind !== 'update') continue;
    const before = new Set(messages());
    Y.applyUpdate(device.doc(frame.doc), frame.bytes, 'relay');
    for (const id of messages()) if (!before.has(id)) writer.seen.set(id, frame.seq);
  }
}

async function expectOnce(again: Writer[], before: Writer[], chat: string): Promise<void> {
  const last = again[0] as Writer;
  const seen = new Map<string, number>();
  await openInto(last.device, chat, seen);
  const written = before.flatMap((writer) => [...writer.acked.keys(), ...writer.outbox.map(({ id }) => id)]);
  expect([...seen.keys()].sort()).toEqual([...new Set(written)].sort());
  // As many sequences as intents: nothing landed twice.
  expect([...seen.values()].sort((a, b) => a - b)).toEqual(written.map((_, i) => i + 1));
  expect(last.device.texts(chat)).toHaveLength(written.length);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function mulberry(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
