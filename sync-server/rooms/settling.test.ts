import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeFrame } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { createLog } from '../monitoring/log.ts';
import { Metrics } from '../monitoring/metrics.ts';
import { MASHA, openSmallSchool } from '../registry/school.fixture.ts';
import { append } from '../store/log.contract.ts';
import type { Log } from '../store/log.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { updates } from './intents.fixture.ts';
import { FAN_OUT } from './limits.ts';
import { openRoom } from './opening.ts';
import { Rooms } from './rooms.ts';

const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;
const masha = { person: 'masha', leases: new Set([MASHA]) };

let folder: string;
let store: SqliteStore;
let rooms: Rooms;
/** The disk takes no append until this is called. */
let letThrough: () => void;
/** From now on it takes none of those that wait. */
let fail: () => void;
/** Documents are not read from the disk until this is called. */
let letRead: () => void;
/** Resolves when a lease was closed on the disk, and when a document is asked for. */
let closed: Promise<void>;
let asked: Promise<void>;
let pinsAsked: Promise<void>;
let fence: number;
/** What the room asked the store to keep, in order. */
let kept: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-settling-'));
  store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  const gate = Promise.withResolvers<void>();
  const closing = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  const asking = Promise.withResolvers<void>();
  const askingPins = Promise.withResolvers<void>();
  let fails = false;
  letThrough = gate.resolve;
  fail = () => {
    fails = true;
    gate.resolve();
  };
  letRead = reading.resolve;
  kept = [];
  closed = closing.promise;
  asked = asking.promise;
  pinsAsked = askingPins.promise;
  fence = await store.claim();
  const slow: Log = new Proxy(store, {
    get(target, name) {
      if (name === 'append')
        return async (...words: Parameters<Log['append']>) => {
          kept.push(...words[0].map(({ row }) => `intent ${row.n}`));
          await gate.promise;
          return fails ? words[0].map(() => ({ ok: false, why: 'sequence' })) : target.append(...words);
        };
      if (name === 'load')
        return async (doc: string) => {
          asking.resolve();
          if (doc !== FEED) askingPins.resolve();
          if (doc !== FEED) await reading.promise;
          return target.load(doc);
        };
      if (name === 'closeLease')
        return (...words: Parameters<Log['closeLease']>) => {
          kept.push('lease closed');
          return target.closeLease(...words).finally(() => closing.resolve());
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  rooms = new Rooms({
    log: slow,
    school: openSmallSchool(),
    papers: [],
    firsts: [],
    fence,
    relayLog: createLog(() => undefined),
    metrics: new Metrics(),
  });
});
afterEach(async () => {
  await rooms.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('[R301] no snapshot is ahead of the log: not when a refusal comes behind what waits for the disk', async () => {
  const { room, answers } = refusedInACrowd();
  const compacted = room.compact(FEED, 'drop');
  await closed;
  // Whatever the room asked of the store by now has been done when this is answered.
  for (let i = 0; i < 5; i++) await store.seqOf(ROOM);
  expect((await store.load(FEED)).snapshot).toBeUndefined();
  expect(answers).toEqual([]);
  letThrough();
  await compacted;
  expect([(await store.load(FEED)).snapshot?.seq, await store.seqOf(ROOM)]).toEqual([2, 2]);
  expect(answers).toEqual(['ack 1', 'ack 2', 'malformed']);
});

test('[R303] in a crowd too what came before a refusal goes to the disk before the lease is closed there', async () => {
  refusedInACrowd();
  letThrough();
  await closed;
  expect(kept).toEqual(['intent 1', 'intent 2', 'lease closed']);
});

test('[R340] an opening that a failed commit meets halfway is answered all the same, with what is on the disk', async () => {
  await store.room(ROOM, fence);
  const pins = append(ROOM, 1, { doc: `${ROOM}/pins` });
  pins.row.bytes = Uint8Array.of(0, 0);
  await store.append([pins], fence);
  const room = rooms.room(ROOM);
  const answers: string[] = [];
  const [bytes] = updates(['Раз']);
  const intent = { doc: FEED, lease: MASHA, n: 1, replaces: { lease: 0, n: 0 }, bytes: bytes as Uint8Array };
  room.push(intent, undefined, masha, undefined, (answer) => answers.push(answer.ok ? 'ack' : answer.code));
  const joined = new Promise<Frame[]>((resolve) => {
    const told: Frame[] = [];
    const tell = (bytes: Uint8Array) => {
      const frame = decodeFrame(bytes);
      if (frame.ok) told.push(frame.frame);
    };
    const asker = {
      person: 'anna',
      told: tell,
      maySee: () => true,
      maySeeDoc: () => true,
      unknown: () => undefined,
      affords: () => true,
      joined: () => resolve(told),
    };
    openRoom(room, asker, { kind: 'open', room: ROOM, epoch: '', held: [], newest: true });
  });
  await asked;
  fail();
  while (answers.length === 0) await store.seqOf(ROOM);
  letRead();
  const told = await joined;
  expect(answers).toEqual(['try-later']);
  expect(told.map((frame) => [frame.kind, 'seq' in frame && frame.seq])).toEqual([
    ['room', 1],
    ['patch', 1],
    ['patch', 1],
  ]);
});

test('[R314] what was on its way to a document when the room lost its memory is tried later, and closes no lease', async () => {
  await store.room(ROOM, fence);
  const room = rooms.room(ROOM);
  const answers: string[] = [];
  const push = (doc: string, lease: number, bytes: Uint8Array) =>
    room.push(
      { doc, lease, n: 1, replaces: { lease: 0, n: 0 }, bytes },
      undefined,
      { person: 'masha', leases: new Set([lease]) },
      undefined,
      (answer) => answers.push(answer.ok ? 'ack' : answer.code),
    );
  const [said] = updates(['Раз']);
  push(FEED, MASHA, said as Uint8Array);
  push(`${ROOM}/pins`, MASHA + 1, Uint8Array.of(9, 9, 9));
  await pinsAsked;
  fail();
  while (answers.length === 0) await store.seqOf(ROOM);
  letRead();
  await room.quiet();
  expect(answers).toEqual(['try-later', 'try-later']);
  expect(kept).toEqual(['intent 1']);
});

test('[R603] at the end what was taken is on the disk before the store is closed', async () => {
  const room = rooms.room(ROOM);
  const [bytes] = updates(['Раз']);
  const intent = { doc: FEED, lease: MASHA, n: 1, replaces: { lease: 0, n: 0 }, bytes: bytes as Uint8Array };
  const answers: string[] = [];
  room.push(intent, undefined, masha, undefined, (answer) => answers.push(answer.ok ? 'ack' : answer.code));
  const end = rooms.close();
  letThrough();
  await end;
  await store.close();
  expect(answers).toEqual(['ack']);
});

/** Masha says two things and a bad one in one breath: the second waits for the window of the fan-out. */
function refusedInACrowd() {
  const room = rooms.room(ROOM);
  for (let i = 0; i < FAN_OUT.crowd; i++)
    room.watchers.add({
      person: 'anna',
      heard: () => undefined,
      told: () => undefined,
      shown: () => undefined,
    });
  const answers: string[] = [];
  for (const [i, bytes] of [...updates(['Раз', 'Два']), Uint8Array.of(9, 9, 9)].entries())
    room.push(
      { doc: FEED, lease: MASHA, n: i + 1, replaces: { lease: 0, n: 0 }, bytes },
      undefined,
      masha,
      undefined,
      (answer) => answers.push(answer.ok ? `ack ${answer.seq}` : answer.code),
    );
  return { room, answers };
}
