/** What Anna Petrovna's device is told of a room that it opens while the disk is slow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import { decodeFrame } from '#shared/wire/codec.ts';
import type { Open } from '#shared/wire/frames.ts';
import { createLog } from '../monitoring/log.ts';
import { Metrics } from '../monitoring/metrics.ts';
import { MASHA, openSmallSchool } from '../registry/school.fixture.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { NOTHING, updates } from './intents.fixture.ts';
import { openRoom, pullDoc } from './opening.ts';
import { Rooms } from './rooms.ts';

const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;
const OPEN: Open = { kind: 'open', room: ROOM, epoch: '', held: [], newest: true };

let folder: string;
let store: SqliteStore;
let rooms: Rooms;
/** Appends wait for this from here on. */
let disk: PromiseWithResolvers<void>;
/** What Anna Petrovna may see. */
let mayRoom: boolean;
let mayDoc: boolean;
let heard: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-opening-'));
  store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  rooms = new Rooms({
    ...{ log: store, school: openSmallSchool(), papers: [], firsts: [], fence: await store.claim() },
    ...{ relayLog: createLog(() => undefined), metrics: new Metrics() },
  });
  [mayRoom, mayDoc, heard] = [true, true, []];
  disk = Promise.withResolvers();
  const append = store.append.bind(store);
  vi.spyOn(store, 'append').mockImplementation(async (...words) => {
    await disk.promise;
    return append(...words);
  });
});
afterEach(async () => {
  disk.resolve();
  await rooms.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const anna = {
  person: 'anna',
  told(bytes: Uint8Array) {
    const frame = decodeFrame(bytes);
    if (frame.ok)
      heard.push('doc' in frame.frame ? `${frame.frame.kind} ${frame.frame.doc}` : frame.frame.kind);
  },
  maySee: () => mayRoom,
  maySeeDoc: (doc: string) => mayDoc || doc !== FEED,
  unknown: (doc: string) => void heard.push(`unknown ${doc}`),
  affords: () => true,
  joined: () => void heard.push('joined'),
};

/** Masha writes, and what Anna Petrovna asks for meanwhile waits for the disk; `meanwhile` happens before it answers. */
async function whileTheDiskIsSlow(ask: () => void, meanwhile: () => void): Promise<void> {
  const room = rooms.room(ROOM);
  const [bytes = NOTHING] = updates(['Раз']);
  const intent = { doc: FEED, lease: MASHA, n: 1, replaces: { lease: 0, n: 0 }, bytes };
  const said = new Promise((answer) =>
    room.push(intent, undefined, { person: 'masha', leases: new Set([MASHA]) }, undefined, answer),
  );
  ask();
  // In turn behind what was asked.
  await new Promise<void>((done) => room.run({ run: () => done(), failed: done }));
  expect(heard).toEqual([]);
  meanwhile();
  disk.resolve();
  await said;
}

test('[R350] who may not read the room any more when the answer is there is told nothing of it', async () => {
  const ask = () => {
    openRoom(rooms.room(ROOM), anna, OPEN);
    pullDoc(rooms.room(ROOM), anna, { kind: 'pull', doc: FEED, epoch: '', seq: 0 });
  };
  await whileTheDiskIsSlow(ask, () => {
    mayRoom = false;
  });
  expect(heard).toEqual([]);
});

test('[R381] of a document that is hidden by then they are told what they would be told of none', async () => {
  const ask = () => openRoom(rooms.room(ROOM), anna, OPEN);
  await whileTheDiskIsSlow(ask, () => {
    mayDoc = false;
  });
  expect(heard).toEqual(['room', `unknown ${FEED}`, `patch ${ROOM}/pins`, 'joined']);
});

test('[R357] one open brings so many documents, however many it names', async () => {
  disk.resolve();
  const held = Array.from({ length: 2 * LIMITS.docsPerOpenMax }, (_, i) => ({
    doc: `${ROOM}/feed/${i + 1}`,
    seq: 0,
  }));
  await new Promise<void>((joined) =>
    openRoom(rooms.room(ROOM), { ...anna, joined: () => joined() }, { ...OPEN, held, newest: false }),
  );
  expect(heard.filter((what) => what !== 'room')).toHaveLength(LIMITS.docsPerOpenMax);
});
