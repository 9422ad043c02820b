/** A document that is not what the judge made of it: what was accepted before is kept, the memory is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import { createLog } from '../monitoring/log.ts';
import { Metrics } from '../monitoring/metrics.ts';
import { MASHA, openSmallSchool } from '../registry/school.fixture.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';
import type { Answer } from './intent.ts';
import { updates } from './intents.fixture.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';

const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;
const FRESH = MASHA + 1;
const masha = { person: 'masha', leases: new Set([MASHA, FRESH]) };

test('[R344] a document that breaks under an intent keeps what was accepted, forgets its memory, and goes on from the disk', async () => {
  const made: Y.Doc[] = [];
  const { transact } = Y.Doc.prototype;
  const spy = vi.spyOn(Y.Doc.prototype, 'transact').mockImplementation(function (this: Y.Doc, ...words) {
    made.push(this);
    return transact.apply(this, words);
  });
  onTestFinished(() => spy.mockRestore());
  const { rooms, store } = await school();
  const room = rooms.room(ROOM);
  const push = (lease: number, n: number, bytes: Uint8Array | undefined) =>
    new Promise<Answer>((answer) => {
      const replaces = lease === FRESH ? { lease: MASHA, n: 2 } : { lease: 0, n: 0 };
      const intent = { doc: FEED, lease, n, replaces, bytes: bytes as Uint8Array };
      room.push(intent, undefined, masha, undefined, answer);
    });
  const [first, second, third] = updates(['Раз', 'Два', 'Три']);
  expect(await push(MASHA, 1, first)).toMatchObject({ ok: true, seq: 1 });
  const inMemory = made.find((doc) => doc.getMap('messages').size === 1 && doc.clientID !== MASHA) as Y.Doc;
  // In one turn: the disk has not answered for the second when the third breaks.
  const accepted = push(MASHA, 2, second);
  inMemory.getMap('from nowhere');
  const broken = push(MASHA, 3, third);
  expect([await accepted, await broken]).toMatchObject([
    { ok: true, seq: 2 },
    { ok: false, code: 'malformed' },
  ]);
  await vi.waitFor(() => expect(room.live).toBeUndefined());
  expect(await store.seqOf(ROOM)).toBe(2);

  const [fourth] = updates(['Четыре'], FRESH);
  expect(await push(FRESH, 1, fourth)).toMatchObject({ ok: true, seq: 3 });
  const { rows } = await store.load(FEED);
  const kept = new Y.Doc();
  for (const { bytes } of rows) Y.applyUpdate(kept, bytes);
  const texts = (doc: Y.Doc) =>
    [...doc.getMap<{ text: string }>('messages').values()].map(({ text }) => text);
  expect(texts(kept).sort()).toEqual(['Два', 'Раз', 'Четыре']);
  const now = new Y.Doc();
  Y.applyUpdate(now, room.live?.docs.get(FEED)?.content.save() ?? new Uint8Array());
  expect(texts(now).sort()).toEqual(['Два', 'Раз', 'Четыре']);
});

async function school() {
  const folder = mkdtempSync(join(tmpdir(), 'parta-broken-'));
  const store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  const options = {
    ...{ log: store, school: openSmallSchool(), papers: [], firsts: [], fence: await store.claim() },
    ...{ relayLog: createLog(() => undefined), metrics: new Metrics() },
  };
  const rooms = new Rooms(options as RoomsOptions);
  onTestFinished(async () => {
    await rooms.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { rooms, store };
}
