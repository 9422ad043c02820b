/** What waits in a paper and cannot be sent goes back to its author: as a private copy, and as pieces with their places. */
import * as Y from 'yjs';
import { isRefusalCode, type RefusalCode } from '#shared/school/refusals.ts';
import { chatPlace } from './acts.ts';
import type { Disk, OutRow, RoomRow } from './disk.ts';
import { mends } from './mends.ts';
import { paperOf, wordsOf } from './own-words.ts';
import { keepCopy } from './private-copy.ts';
import { asidesIn, giveOlderBack, isAll, leasesOf, noteLeft, putAside, takeAsides } from './put-aside.ts';
import { dropRoom, readParts } from './stored-doc.ts';
import type { Intent, PaperRow } from './types.ts';
import type { Why } from './why.ts';
import { docOf } from './ydoc.ts';

/** Answered this often without an acknowledgement, an intent is shown to its author instead. */
export const TRIES_MAX = 12;

/** Why nothing that waits in a paper may be sent: a no to keystrokes is a no to all that stand on them. */
export function lossOf(rows: readonly OutRow[], why: Why, epoch: string): RefusalCode | undefined {
  const { refused, gone } = why;
  if (rows.length === 0) return undefined;
  if (gone) return gone;
  const isTheOne = ({ lease, n }: OutRow) => lease === refused?.lease && n === refused.n;
  if (refused && !mends(refused.code) && rows.some(isTheOne))
    return isRefusalCode(refused.code) ? refused.code : 'not-allowed';
  if (rows.some(({ tries }) => tries >= TRIES_MAX)) return 'changed-meanwhile';
  return rows.some((row) => row.epoch !== '' && row.epoch !== epoch) ? 'wrong-epoch' : undefined;
}

/** Words that stand on others which were given back, or were lost by a restore: typed while that was done. */
export async function lacksGround(
  disk: Disk,
  room: string,
  rows: readonly OutRow[],
  epoch: string,
): Promise<RefusalCode | undefined> {
  if (rows.length === 0) return undefined;
  const { store } = docOf(room, [...(await readParts(disk, room)), ...rows.map(({ bytes }) => bytes)]);
  if (!store.pendingStructs && !store.pendingDs) return undefined;
  return (await asidesIn(disk, room, epoch)).length > 0 ? 'wrong-epoch' : 'changed-meanwhile';
}

/** The paper as its author saw it, unsent words included. Inside the transaction of a recovery, as all of these. */
export async function keepPrivately(
  disk: Disk,
  room: string,
  rows: readonly OutRow[],
  code: RefusalCode,
  title = '',
): Promise<void> {
  const bytes = rows.map((row) => row.bytes);
  const doc = docOf(room, [...(await readParts(disk, room)), ...bytes]);
  await keepCopy(disk, room, doc, code, wordsOf(bytes, doc, nearIn(rows)), title, Y.mergeUpdates(bytes));
}

/** A paper that its person cannot read any more: of others' words only what names the place stays. */
export async function leaveGone(
  disk: Disk,
  room: string,
  rows: readonly OutRow[],
  code: RefusalCode,
  { projection }: Why,
): Promise<void> {
  const bytes = rows.map((row) => row.bytes);
  const doc = docOf(room, [...(await readParts(disk, room)), ...bytes]);
  const words = wordsOf(bytes, doc, nearIn(rows));
  const kept = isAll(doc, await leasesOf(disk)) ? doc : paperOf(room, words);
  const card: PaperRow | undefined = await disk.papers.get(idOf(room));
  // Who still reads its chat has not lost a right: the school has no such paper.
  const isThere = card !== undefined && chatPlace(projection, card.chat) !== undefined;
  const own = Y.mergeUpdates(bytes);
  await keepCopy(disk, room, kept, isThere ? 'unknown-place' : code, words, card?.title, own);
  await putAside(disk, room, false);
  await dropRoom(disk, room);
  await forget(disk, room);
  await noteLeft(disk, room, card);
}

/** A paper that was not made after all: what was written in it stays with its author. Whether there was anything. */
export async function keepUnmade(
  disk: Disk,
  chat: string,
  { paper, title, edit, at }: Extract<Intent, { act: 'paper.create' }>,
  code: RefusalCode,
  person: string,
): Promise<boolean> {
  const room = `paper/${paper}`;
  const rows: OutRow[] = await disk.outbox.where('room').equals(room).sortBy('id');
  if (rows.length > 0) await keepPrivately(disk, room, rows, code, title);
  // A restore may have given its words back already.
  else if ((await disk.copies.where('paper').equals(paper).count()) === 0) return false;
  await disk.outbox.where('room').equals(room).delete();
  await dropRoom(disk, room);
  await forget(disk, room);
  await noteLeft(disk, room, { chat, title, by: person, edit, at });
  return true;
}

/** After a restore: what waited, and what was acknowledged and the school has no more. Whether there was anything. */
export async function keepOldWords(
  disk: Disk,
  room: string,
  rows: readonly OutRow[],
  epoch: string,
): Promise<boolean> {
  const [aside, ...older] = await takeAsides(disk, room, epoch);
  if (!aside && rows.length === 0) return false;
  const bytes = rows.map((row) => row.bytes);
  const school = docOf(room, await readParts(disk, room));
  const mine = await leasesOf(disk);
  const old = docOf(room, [...(aside ? [aside.bytes] : []), ...bytes]);
  const isLost = (client: number, clock: number) =>
    mine.has(client) && clock >= Y.getState(school.store, client);
  const words = wordsOf(bytes, old, nearIn(rows), aside?.words ? undefined : isLost);
  const lost = [...(aside?.words ?? []), ...words];
  if (lost.length > 0 || rows.length > 0)
    await keepCopy(disk, room, old, 'wrong-epoch', lost, aside?.card?.title);
  return (await giveOlderBack(disk, room, older, [school, old])) || lost.length > 0;
}

/** A paper that gets another name is another place: what nobody has seen moves there, the rest stays with its author. */
export async function moveWords(disk: Disk, paper: string, name: string): Promise<void> {
  const [old, room] = [`paper/${paper}`, `paper/${name}`];
  const rows: OutRow[] = await disk.outbox.where('room').equals(old).sortBy('id');
  if (await disk.docs.get(old)) {
    await keepPrivately(disk, room, rows, 'wrong-epoch');
    await disk.outbox.where('room').equals(old).delete();
  } else for (const { id } of rows) await disk.outbox.update(id, { room, doc: room, epoch: '' });
  await disk.pieces.where('paper').equals(paper).modify({ paper: name });
  await disk.copies.where('paper').equals(paper).modify({ paper: name });
  await dropRoom(disk, old);
  await forget(disk, old);
  await disk.papers.delete(paper);
}

/** Nothing of a room is held any more; whoever types in it reads it anew. */
async function forget(disk: Disk, room: string): Promise<void> {
  const row: RoomRow | undefined = await disk.rooms.get(room);
  await disk.rooms.put({ room, epoch: '', seq: 0, head: 0, gen: (row?.gen ?? 0) + 1 });
}

function nearIn([first]: readonly OutRow[]): string {
  return first?.intent.act === 'paper.write' ? (first.intent.near ?? '') : '';
}

const idOf = (room: string): string => room.slice(room.indexOf('/') + 1);
