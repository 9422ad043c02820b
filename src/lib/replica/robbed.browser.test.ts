/** A tab that was so slow that another one took the line: what it still wanted to do is not done under the new one's hands. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Disk, SPARE } from './disk.ts';
import { moveToEpoch } from './epochs.ts';
import { recover } from './recover.ts';
import { rowsOf } from './testing.ts';
import type { Intent } from './types.ts';
import { wipe } from './wipe.ts';

const ROOM = 'chat/7a';
let disk: Disk;
beforeEach(async () => {
  disk = new Disk('masha', 'strict');
  await disk.rooms.put({ room: ROOM, epoch: 'e', seq: 0, head: 1, gen: 0 });
  await disk.leases.put({ lease: 100, slot: SPARE, ids: 0 });
  const intent: Intent = { act: 'message.create', id: '2r.1', at: 1, text: 'Сдам завтра' };
  await disk.outbox.add({
    ...{ room: ROOM, doc: `${ROOM}/feed/1`, epoch: 'e', slot: 0, lease: 99, n: 1, at: 1, tries: 0 },
    ...{ intent, bytes: new Uint8Array(), dependsOn: [] },
  });
});
afterEach(async () => {
  disk.close();
  await wipe('masha');
});

const why = (claim: string) => ({
  ...{ person: 'masha', projection: undefined, burnt: [], registry: undefined, claim },
  ...{ refused: { lease: 99, n: 1, code: 'stale' }, names: new Map(), granted: new Set<number>() },
});

test('[R746] a leader that was robbed of the line in the middle of a recovery moves nothing; the new one does', async () => {
  await disk.kv.put({ key: 'leader', value: 'new' });
  const before = await rowsOf('masha');
  expect(await recover(disk, ROOM, why('old'))).toEqual({ ok: false, need: 0 });
  expect(await rowsOf('masha')).toEqual(before);
  expect(await recover(disk, ROOM, why('new'))).toMatchObject({ ok: true, kept: 1 });
  expect((await disk.outbox.toArray()).map(({ lease }) => lease)).toEqual([100]);
});

test('[R746] nor does it drop what the new one has fetched after a restore', async () => {
  await disk.kv.put({ key: 'leader', value: 'new' });
  const before = await rowsOf('masha');
  const state = { room: ROOM, epoch: 'f', seq: 0, since: 0, head: 1, lasts: [] } as const;
  const said: string[] = [];
  const tabs = { slot: 0, say: ({ say }: { say: string }) => void said.push(say) };
  const open = new Set<string>();
  expect(await moveToEpoch(disk, { kind: 'room', ...state, lasts: [] }, 'masha', tabs, open, 'old')).toEqual(
    [],
  );
  expect(said).toEqual([]);
  expect(await rowsOf('masha')).toEqual(before);
  await moveToEpoch(disk, { kind: 'room', ...state, lasts: [] }, 'masha', tabs, open, 'new');
  expect(await disk.rooms.get(ROOM)).toMatchObject({ epoch: 'f' });
});
