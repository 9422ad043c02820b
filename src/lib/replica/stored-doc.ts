/**
 * A document as it lies on disk: a small row, and its confirmed bytes as `tails`, the whole of it first. So a message
 * adds to it without rewriting what is there, and the rows of a long chat are read without its content.
 */
import * as Y from 'yjs';
import { roomOf } from '#shared/school/names.ts';
import type { Disk, DocRow, PlaceRow, TailRow } from './disk.ts';
import { docOf } from './ydoc.ts';

/** What came after the whole is folded into it beyond this. */
const TAIL_BYTES_MAX = 48 * 1024;
const NOTHING = new Uint8Array();

export function freshDoc(doc: string): DocRow {
  return { doc, room: roomOf(doc), seq: 0, snapshot: NOTHING, tailBytes: 0 };
}

/** Its bytes, in the order in which they came. */
export function partsOf(row: DocRow | undefined, tails: readonly TailRow[]): Uint8Array[] {
  const parts = tails.map(({ bytes }) => bytes);
  // The first form of the database had the whole in the row.
  return row && row.snapshot.length > 0 ? [row.snapshot, ...parts] : parts;
}

export function tailsOf(disk: Disk, doc: string): Promise<TailRow[]> {
  return disk.tails.where('doc').equals(doc).sortBy('id');
}

/** Inside a transaction on `docs`, `tails`. */
export async function readParts(disk: Disk, doc: string): Promise<Uint8Array[]> {
  return partsOf(await disk.docs.get(doc), await tailsOf(disk, doc));
}

/** A document with the places of its messages, as a room reads it. */
export interface Stored {
  name: string;
  there: boolean;
  parts: Uint8Array[];
  places: PlaceRow[];
}

/** Asked all at once. Inside a transaction on `docs`, `tails`, `places`. */
export async function readStored(disk: Disk, name: string): Promise<Stored> {
  const [row, tails, places]: [DocRow | undefined, TailRow[], PlaceRow[]] = await Promise.all([
    disk.docs.get(name),
    tailsOf(disk, name),
    disk.places.where('doc').equals(name).toArray(),
  ]);
  if (!row) return { name, there: false, parts: [], places };
  return { name, there: true, parts: partsOf(row, tails), places };
}

/** Stores the whole of a document in place of what was held. Inside a transaction on `docs`, `tails`. */
export async function putWhole(disk: Disk, row: DocRow, seq: number, bytes: Uint8Array): Promise<void> {
  await disk.tails.where('doc').equals(row.doc).delete();
  await disk.docs.put({ ...row, seq, snapshot: NOTHING, tailBytes: 0 });
  if (bytes.length > 0) await disk.tails.add({ doc: row.doc, room: row.room, seq, bytes });
}

/** Stores what a document gained; whether it wants folding now. Inside a transaction on `docs`, `tails`. */
export async function append(disk: Disk, row: DocRow, seq: number, bytes: Uint8Array): Promise<boolean> {
  if (bytes.length > 0) await disk.tails.add({ doc: row.doc, room: row.room, seq, bytes });
  const tailBytes = row.tailBytes + bytes.length;
  await disk.docs.put({ ...row, seq, tailBytes });
  return tailBytes > TAIL_BYTES_MAX;
}

/** Folds what a document gained into one piece, collecting what is deleted. */
export async function compact(disk: Disk, name: string): Promise<void> {
  if (name.endsWith('/registry')) return;
  await disk.transaction('rw', [disk.docs, disk.tails], async () => {
    const row: DocRow | undefined = await disk.docs.get(name);
    if (!row || row.tailBytes <= TAIL_BYTES_MAX) return;
    const whole = docOf(name, partsOf(row, await tailsOf(disk, name)));
    await putWhole(disk, row, row.seq, Y.encodeStateAsUpdate(whole));
  });
}

/** Confirmed copies of a room go; what is unsent stays. Inside a transaction on these stores. */
export async function dropRoom(disk: Disk, room: string): Promise<void> {
  await disk.docs.where('room').equals(room).delete();
  await disk.tails.where('room').equals(room).delete();
  await disk.places
    .where('[room+kind+seq]')
    .between([room, '', 0], [room, '\uffff', Number.MAX_SAFE_INTEGER])
    .delete();
}
