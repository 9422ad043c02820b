/** Words of a paper that only this device may hold, over more than one restore. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Disk } from './disk.ts';
import { keepOldWords } from './paper-recovery.ts';
import { giveAsidesBack, putAside } from './put-aside.ts';
import { dropRoom, freshDoc, putWhole } from './stored-doc.ts';
import { wipe } from './wipe.ts';

const ROOM = 'paper/p1';
let disk: Disk;
beforeEach(async () => {
  disk = new Disk('anna', 'strict');
  await disk.leases.bulkPut([7, 8].map((lease) => ({ lease, slot: 0, ids: 0 })));
});
afterEach(async () => {
  disk.close();
  await wipe('anna');
});

/** Anna's «Ира, Олег», of which the first backup held «Ира,»; to that she then added «Вера». */
function papers(): { first: Uint8Array; second: Uint8Array } {
  const first = new Y.Doc();
  first.clientID = 7;
  const text = new Y.XmlText('Ира,');
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [text]);
  first.getXmlFragment('body').insert(0, [paragraph]);
  const second = new Y.Doc();
  Y.applyUpdate(second, Y.encodeStateAsUpdate(first));
  second.clientID = 8;
  text.insert(4, ' Олег');
  const there = (second.getXmlFragment('body').get(0) as Y.XmlElement).get(0) as Y.XmlText;
  there.insert(4, ' Вера');
  return { first: Y.encodeStateAsUpdate(first), second: Y.encodeStateAsUpdate(second) };
}

/** The paper as it stood here, before the restore after this epoch. */
async function asideOf(epoch: string, bytes: Uint8Array): Promise<void> {
  await disk.rooms.put({ room: ROOM, epoch, seq: 1, head: 0, gen: 0 });
  await putWhole(disk, freshDoc(ROOM), 1, bytes);
  await putAside(disk, ROOM, true);
  await dropRoom(disk, ROOM);
}

const given = async () => (await disk.pieces.toArray()).map(({ text }) => text).sort();

test('[R748] what two restores in a row lost comes back, each word once', async () => {
  const { first, second } = papers();
  await asideOf('one', first);
  await asideOf('two', second);
  await disk.rooms.put({ room: ROOM, epoch: 'three', seq: 0, head: 0, gen: 1 });
  expect(await keepOldWords(disk, ROOM, [], 'three')).toBe(true);
  expect(await given()).toEqual([' Олег', 'Ира, Вера']);
  expect(await disk.acked.count()).toBe(0);
});

test('[R748] the same where the school has no such paper any more', async () => {
  const { first, second } = papers();
  await asideOf('one', first);
  await asideOf('two', second);
  await disk.rooms.delete(ROOM);
  expect(await giveAsidesBack(disk, 0)).toEqual([ROOM]);
  expect(await given()).toEqual([' Олег', 'Ира, Вера']);
  expect(await disk.acked.count()).toBe(0);
});

test('[R748] of one epoch the newest copy is all that is kept: what was deleted before it stays deleted', async () => {
  const { first, second } = papers();
  await asideOf('one', first);
  await asideOf('one', second);
  expect(await disk.acked.count()).toBe(1);
});
