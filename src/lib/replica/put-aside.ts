/**
 * Words of a paper that this device alone may hold. A copy that leaves the device takes acknowledged words along, and
 * nobody can tell yet whether the school has them: its person may have lost the chat, or the school its disk. What of
 * them no announced backup holds is put aside, unseen, and comes back when a restore turns out to have lost it.
 */
import * as Y from 'yjs';
import { perform } from './acts.ts';
import type { AckedRow, Disk, DocRow, OutRow, RoomRow } from './disk.ts';
import { isBeingMade } from './outbox.ts';
import { paperOf, type Words, wordsIn } from './own-words.ts';
import { newPencil } from './pens.ts';
import { keepCopy } from './private-copy.ts';
import { readParts } from './stored-doc.ts';
import type { Intent, PaperRow } from './types.ts';
import { bytesOf, docOf, holdLease } from './ydoc.ts';

export interface Aside {
  /** The paper as it was, or of these words alone. */
  bytes: Uint8Array;
  words: Words[] | undefined;
  /** Every word is this person's, from this device. */
  isOwn: boolean;
  card: PaperRow | undefined;
}
type AsideRow = AckedRow & { aside: Aside };

/**
 * Puts own words of a paper aside before its copy goes. `readable`: it stays readable, and others' words with it.
 * Inside a transaction on `rooms`, `docs`, `tails`, `leases`, `acked`, `papers`.
 */
export async function putAside(disk: Disk, room: string, readable: boolean, waits = false): Promise<void> {
  const row: DocRow | undefined = await disk.docs.get(room);
  const about: RoomRow | undefined = await disk.rooms.get(room);
  // What stays readable is compared with what the school has.
  if (!row || (!readable && row.seq <= (about?.backed ?? 0))) return;
  const doc = docOf(room, await readParts(disk, room));
  const mine = await leasesOf(disk);
  const own = wordsIn(doc, (client) => mine.has(client));
  if (own.length === 0 && !waits) return;
  const isOwn = isAll(doc, mine);
  const isWhole = readable || isOwn;
  const aside: Aside = {
    bytes: Y.encodeStateAsUpdate(isWhole ? doc : paperOf(room, own)),
    words: isWhole ? undefined : own,
    isOwn,
    card: await disk.papers.get(paperIn(room)),
  };
  const epoch = about?.epoch ?? '';
  // What an earlier restore lost is not in this copy: it stays aside, beside what this one may lose.
  const kept = disk.acked.where('room').equals(room);
  await kept.filter((before) => !isAside(before) || before.epoch === epoch).delete();
  const intent: Intent = { act: 'paper.write' };
  const place = { room, doc: room, epoch, seq: row.seq };
  await disk.acked.add({ ...place, lease: 0, clock: -1, intent, aside });
}

/** What of a paper was put aside in other epochs than its room has now, the newest first; taken out. Inside a transaction on `acked`. */
export async function takeAsides(disk: Disk, room: string, epoch: string): Promise<Aside[]> {
  const old = await asidesOf(disk, room, epoch);
  await disk.acked.bulkDelete(old.map(({ id }) => id));
  return old.map(({ aside }) => aside).reverse();
}

/**
 * Of several restores in a row: gives back what an older copy held and nothing newer does. `newer`: the documents that
 * are newer than all of these. Whether there was anything. Inside a transaction on `copies`, `pieces`, `leases`.
 */
export async function giveOlderBack(
  disk: Disk,
  room: string,
  older: readonly Aside[],
  newer: readonly Y.Doc[],
): Promise<boolean> {
  const mine = await leasesOf(disk);
  const held = [...newer];
  let isAny = false;
  for (const { bytes, words: own, card } of older) {
    const doc = docOf(room, [bytes]);
    const isLost = (client: number, clock: number) =>
      mine.has(client) && held.every(({ store }) => clock >= Y.getState(store, client));
    const words = own ?? wordsIn(doc, isLost);
    if (words.length > 0) await keepCopy(disk, room, doc, 'wrong-epoch', words, card?.title);
    isAny ||= words.length > 0;
    held.push(doc);
  }
  return isAny;
}

/** The same, left where they are. */
export async function asidesIn(disk: Disk, room: string, epoch: string): Promise<Aside[]> {
  return (await asidesOf(disk, room, epoch)).map(({ aside }) => aside).reverse();
}

async function asidesOf(disk: Disk, room: string, epoch: string): Promise<AsideRow[]> {
  const rows = (await disk.acked.where('room').equals(room).toArray()).filter(isAside);
  return rows.filter((row) => row.epoch !== epoch);
}

/**
 * After a restore: papers that the school does not know any more. One that is made again and held own words alone gets
 * them again; of all others they are given back. Gives their rooms. Inside a transaction of `moveToEpoch`.
 */
export async function giveAsidesBack(disk: Disk, slot: number): Promise<string[]> {
  const given = new Map<string, Y.Doc[]>();
  for (const row of (await disk.acked.toArray()).filter(isAside).reverse()) {
    const { room, id, aside } = row;
    if ((await disk.rooms.get(room))?.epoch) continue;
    const newer = given.get(room);
    if (newer) {
      await giveOlderBack(disk, room, [aside], newer);
      newer.push(docOf(room, [aside.bytes]));
      await disk.acked.delete(id);
      continue;
    }
    const isMade = await isBeingMade(disk, paperIn(room));
    // Its chat comes yet.
    if (!isMade && (await isToBeMade(disk, paperIn(room)))) continue;
    const doc = docOf(room, [aside.bytes]);
    const mine = await leasesOf(disk);
    if (isMade && aside.isOwn) await disk.outbox.bulkAdd(writtenAnew(room, doc, slot));
    else {
      const words = aside.words ?? wordsIn(doc, (client) => mine.has(client));
      await keepCopy(disk, room, doc, 'wrong-epoch', words, aside.card?.title);
      if (!isMade) await noteLeft(disk, room, aside.card);
    }
    await disk.acked.delete(id);
    given.set(room, [doc]);
  }
  return [...given.keys()];
}

/** Keeps the name of a paper that is not there any more, for what came back of it. Inside a transaction on `papers`. */
export async function noteLeft(disk: Disk, room: string, card: Partial<PaperRow> = {}): Promise<void> {
  const unknown = { chat: '', title: '', by: '', edit: 'owner', at: Date.now() } as const;
  await disk.papers.put({ ...unknown, ...card, id: paperIn(room), left: true });
}

/** A text as writes of its own, block by block: they are made again with a lease before they are sent. */
function writtenAnew(room: string, old: Y.Doc, slot: number): Omit<OutRow, 'id'>[] {
  const doc = docOf(room, []);
  const { lease } = newPencil(room, slot);
  holdLease(doc, lease);
  const body = doc.getXmlFragment('body');
  const rows: Omit<OutRow, 'id'>[] = [];
  const write = (intent: Intent, act: () => void) => {
    const bytes = bytesOf(doc, act);
    if (!bytes) return;
    const place = { room, doc: room, epoch: '', slot, lease, n: rows.length + 1 };
    rows.push({ ...place, intent, bytes, dependsOn: [], at: Date.now(), tries: 0 });
  };
  const schema: Intent = { act: 'paper.write', schema: true };
  write(schema, () => perform(schema, doc, ''));
  for (const block of old.getXmlFragment('body').toArray())
    if (block instanceof Y.XmlElement) write({ act: 'paper.write' }, () => body.push([block.clone()]));
  return rows;
}

/** Whether a paper's creation is among the acts that a restore lost and that are offered again with its chat. */
async function isToBeMade(disk: Disk, paper: string): Promise<boolean> {
  const made = await disk.acked
    .filter(({ intent }) => intent.act === 'paper.create' && intent.paper === paper)
    .first();
  return made !== undefined && Boolean((await disk.rooms.get(made.room))?.epoch);
}

export async function leasesOf(disk: Disk): Promise<ReadonlySet<number>> {
  return new Set((await disk.leases.toArray()).map(({ lease }) => lease));
}

export function isAll(doc: Y.Doc, mine: ReadonlySet<number>): boolean {
  return wordsIn(doc, (client) => !mine.has(client)).length === 0;
}

const isAside = (row: AckedRow): row is AsideRow => row.aside !== undefined;
const paperIn = (room: string): string => room.slice(room.indexOf('/') + 1);
