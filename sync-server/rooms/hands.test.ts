import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { idOf } from '#shared/feed/shape.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { prepare } from '../judge/shape.ts';
import { createLog } from '../monitoring/log.ts';
import { Metrics } from '../monitoring/metrics.ts';
import { MASHA, openSmallSchool } from '../registry/school.fixture.ts';
import { append } from '../store/log.contract.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Answer } from './intent.ts';
import { Rooms } from './rooms.ts';

const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;

let folder: string;
let store: SqliteStore;
let rooms: Rooms;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-hands-'));
  store = await openSqlite({ file: join(folder, 'parta.sqlite') });
});
afterEach(async () => {
  await rooms.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('[R374] a segment that hundreds of hands wrote in closes before its state vector is too long for anybody', async () => {
  const doc = await handsOn(LIMITS.segmentHandsMax - 2);
  expect(await say(doc, MASHA, 'Предпоследняя рука')).toMatchObject({ ok: true, seq: 2 });
  expect((await store.room(ROOM, rooms.fence)).head).toBe(1);
  expect(await say(doc, MASHA + 1, 'Последняя рука')).toMatchObject({ ok: true, seq: 3 });
  expect((await store.room(ROOM, rooms.fence)).head).toBe(2);
  expect(Y.encodeStateVector(doc).length).toBeLessThan(LIMITS.stateVectorBytesMax);
  expect(await say(doc, MASHA + 2, 'Поздно')).toMatchObject({ ok: false, code: 'segment-closed' });
});

test('[R318] a segment of long messages closes before five hundred of them: the next one is open', async () => {
  const doc = await handsOn(1);
  const long = 'а'.repeat(LIMITS.messageCharsMax);
  const enough = Math.ceil(LIMITS.segmentBytesMax / (2 * LIMITS.messageCharsMax));
  const head = async () => (await store.room(ROOM, rooms.fence)).head;
  for (let n = 1; (await head()) === 1; n++) {
    expect(n).toBeLessThanOrEqual(enough);
    expect(await say(doc, MASHA + n, long)).toMatchObject({ ok: true });
  }
  expect(await head()).toBe(2);
  expect((await store.load(FEED)).rows.length).toBeGreaterThanOrEqual(enough);
});

/** A segment with reactions of so many leases, the longest there are, and the rooms above it. */
async function handsOn(count: number): Promise<Y.Doc> {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.feed);
  for (let i = 1; i <= count; i++) {
    doc.clientID = 2 ** 48 - i;
    doc.getMap('reactions').set(`${doc.clientID}.1:p${i}`, '👍');
  }
  const fence = await store.claim();
  await store.room(ROOM, fence);
  const row = append(ROOM, 1, { doc: FEED });
  row.row.bytes = Y.encodeStateAsUpdate(doc);
  await store.append([row], fence);
  rooms = new Rooms({
    log: store,
    school: openSmallSchool(),
    papers: [],
    firsts: [],
    fence,
    relayLog: createLog(() => undefined),
    metrics: new Metrics(),
  });
  return doc;
}

function say(doc: Y.Doc, lease: number, text: string): Promise<Answer> {
  const before = Y.encodeStateVector(doc);
  doc.clientID = lease;
  doc.getMap('messages').set(idOf(lease, 1), { by: 'masha', at: 1, text });
  const bytes = Y.encodeStateAsUpdate(doc, before);
  const intent = { doc: FEED, lease, n: 1, replaces: { lease: 0, n: 0 }, bytes };
  const masha = { person: 'masha', leases: new Set([lease]) };
  return new Promise((resolve) => rooms.room(ROOM).push(intent, undefined, masha, undefined, resolve));
}
