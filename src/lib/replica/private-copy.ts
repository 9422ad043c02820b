/** A paper as its author saw it, with words that were not taken: kept beside the paper, for them alone. */
import * as Y from 'yjs';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Disk } from './disk.ts';
import { allText } from './text.ts';

/** Stores a private copy of a paper, and its own words as a returned piece. Inside a transaction. */
export async function keepCopy(
  disk: Disk,
  room: string,
  doc: Y.Doc,
  code: RefusalCode,
  own: readonly Uint8Array[],
): Promise<void> {
  const paper = room.slice(room.indexOf('/') + 1);
  const when = Date.now();
  const id = crypto.randomUUID();
  await disk.copies.put({ id, paper, title: '', code, when, bytes: Y.encodeStateAsUpdate(doc) });
  await keepWords(disk, { id, paper, near: '', code, when }, own);
}

/** Stores own words of a paper that were not taken as a returned piece. Inside a transaction on `pieces`. */
export async function keepWords(
  disk: Disk,
  piece: { id: string; paper: string; near: string; code: RefusalCode; when: number },
  own: readonly Uint8Array[],
): Promise<void> {
  const text = allText(own);
  const why = piece.code === 'wrong-epoch' ? 'epoch' : 'refused';
  if (text.trim() !== '') await disk.pieces.put({ ...piece, text, why });
}
