import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import { Disk } from './disk.ts';
import { helloOf } from './greeting.ts';
import { PaperView } from './paper.ts';
import { openPaper, shared, words } from './paper-testing.ts';
import { enter, has, openSchool, settled, type TestSchool, until } from './testing.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const MOST = LIMITS.roomsPerConnectionMax;
test('[R427] a device with more rooms than a relay takes gets online, and what it let go of comes again when it is opened', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha));
  type(paper, 'Берём зонты');
  await until(masha, 'all is sent', () => paper.unsynced === 0 && masha.unsent === 0);
  await masha.close();
  await haveRooms('masha', [`paper/${paper.id}`]);
  await school.on('count');
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  await until(later, 'online', () => later.line.at === 'online');
  await again.say('Меня слышно?');
  // Not before all that no longer exists has left the device.
  await school.on('heard', 'push');
  await until(later, 'sent', () => later.unsent === 0);
  expect(await school.texts('anna', '7a')).toContain('Меня слышно?');
  expect(has(again, 'Меня слышно?')).toBe(true);
  const kept = later.paper(paper.id, PaperView);
  await until(later, 'the plan is back', () => words(kept.doc) === 'Берём зонты');
});

test('[R427] the rooms that were used last are said, those with unsent words and on screen always; of the others the copies go', async () => {
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await masha.close();
  await haveRooms('masha', ['paper/old.unsent', 'paper/old.shown', 'paper/old.a', 'paper/old.b', 'chat/7a']);
  const disk = new Disk('masha', 'strict');
  const [waits] = (await disk.acked.toArray()).map(({ intent }) => intent);
  if (!waits) throw new Error('she said nothing');
  const row = { doc: 'paper/old.unsent', room: 'paper/old.unsent', epoch: 'abc', slot: 0, lease: 7, n: 1 };
  await disk.outbox.add({
    ...row,
    ...{ intent: waits, bytes: new Uint8Array(), dependsOn: [], at: 0, tries: 0 },
  });
  for (const room of ['paper/old.a', 'paper/new.1999'])
    await disk.tails.add({ doc: room, room, seq: 1, bytes: new Uint8Array([1]) });
  const hello = await helloOf(disk, 'test', undefined, new Set(['paper/old.shown']));
  const said = hello.rooms.map(({ room }) => room);
  expect(said).toHaveLength(MOST);
  expect(said).toEqual(expect.arrayContaining(['paper/old.unsent', 'paper/old.shown', 'paper/new.1999']));
  expect(said).not.toContain('paper/old.a');
  expect(await disk.rooms.get('paper/old.a')).toBeUndefined();
  expect(await disk.tails.where('room').equals('paper/old.a').count()).toBe(0);
  expect(await disk.tails.where('room').equals('paper/new.1999').count()).toBe(1);
  // What the school took of her and no backup holds yet stays, wherever it was said.
  expect(await disk.acked.where('room').equals('chat/7a').count()).toBe(1);
  disk.close();
});

/** As many rooms as the relay takes were used since, papers of past years; these were used long ago. */
async function haveRooms(person: string, old: readonly string[]): Promise<void> {
  const disk = new Disk(person, 'strict');
  const room = { epoch: 'abcdefabcdef', seq: 3, head: 0, gen: 0 };
  const since = Array.from({ length: MOST }, (_, i) => ({
    ...room,
    room: `paper/new.${i}`,
    used: 1_000 + i,
  }));
  await disk.rooms.bulkPut(since);
  for (const name of old)
    await disk.rooms.put({ ...room, ...(await disk.rooms.get(name)), room: name, used: 1 });
  disk.close();
}
