/** A paper as its author saw it, with words that were not taken: kept beside the paper, for them alone. */
import * as Y from 'yjs';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { CopyRow, Disk } from './disk.ts';
import { standsIn, type Words } from './own-words.ts';
import { readParts } from './stored-doc.ts';
import { allText } from './text.ts';

/**
 * Stores a private copy of a paper, and its own words as returned pieces; `own`: what of them the school may have after
 * all. Inside a transaction on `copies`, `pieces`.
 */
export async function keepCopy(
  disk: Disk,
  room: string,
  doc: Y.Doc,
  code: RefusalCode,
  words: readonly Words[],
  title = '',
  own?: Uint8Array,
): Promise<void> {
  const paper = room.slice(room.indexOf('/') + 1);
  const when = Date.now();
  const id = crypto.randomUUID();
  const bytes = Y.encodeStateAsUpdate(doc);
  await disk.copies.put({ id, paper, title, code, when, bytes, ...(own && { own }) });
  const why = whyOf(code);
  await disk.pieces.bulkPut(
    words.map((piece, index) => ({ ...piece, id: `${id}/${index}`, paper, why, code, when: when + index })),
  );
}

/** Stores own words of a paper that were not taken as a returned piece. Inside a transaction on `pieces`. */
export async function keepWords(
  disk: Disk,
  piece: { id: string; paper: string; near: string; code: RefusalCode; when: number },
  own: readonly Uint8Array[],
): Promise<void> {
  const text = allText(own);
  if (text.trim() !== '') await disk.pieces.put({ ...piece, text, why: whyOf(piece.code) });
}

/**
 * Copies of papers whose words stand in what the school has: nobody has to save them any more. Gives their papers.
 * Inside a transaction on `copies`, `pieces`, `docs`, `tails`.
 */
export async function dropLandedCopies(disk: Disk, papers: readonly string[]): Promise<string[]> {
  const landed: string[] = [];
  const rows: CopyRow[] = await disk.copies.where('paper').anyOf(papers).toArray();
  for (const { id, paper, own } of rows) {
    if (!own || !standsIn(await readParts(disk, `paper/${paper}`), own)) continue;
    await disk.copies.delete(id);
    await disk.pieces.filter((piece) => copyOf(piece.id) === id).delete();
    landed.push(paper);
  }
  return landed;
}

/** The copy that a piece came with; the piece itself when it came alone. */
export function copyOf(piece: string): string {
  return piece.split('/', 1)[0] as string;
}

function whyOf(code: RefusalCode): 'epoch' | 'refused' {
  return code === 'wrong-epoch' ? 'epoch' : 'refused';
}
