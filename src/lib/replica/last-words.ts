/**
 * What was typed in a paper in the moment before its page went. The database answers too late for a page that is being
 * closed, so these words are noted where that takes no waiting, until the disk has them.
 */
import * as Y from 'yjs';
import type { Disk } from './disk.ts';
import type { PieceRow } from './pieces.ts';
import { allText } from './text.ts';
import { forgetNote, note, notesUnder } from './typed-notes.ts';

export interface LastWords {
  lease: number;
  /** The lease's clock behind them: a document that holds it holds them. */
  clock: number;
  text: string;
  near: string;
  when: number;
}

/** All pages of an origin share a few megabytes; more than a hand types comes from a clipboard that still has it. */
const CHARS_MAX = 64 * 1024;
/** Whoever wrote them is gone by then: a page that lives takes its note away within moments. */
const ORPHAN_MS = 60_000;

/** Undefined when nothing of the updates is text of that lease. */
export function lastWordsOf(
  updates: readonly Uint8Array[],
  lease: number,
  near: string,
): LastWords | undefined {
  const text = allText(updates);
  if (text.trim() === '' || text.length > CHARS_MAX) return undefined;
  const ends = updates.map((bytes) => Y.parseUpdateMeta(bytes).to.get(lease) ?? 0);
  return { lease, clock: Math.max(...ends), text, near, when: Date.now() };
}

export function noteLastWords(person: string, paper: string, words: LastWords): void {
  note(person, `${paper}/${words.lease}`, words);
}

export function forgetLastWords(person: string, paper: string, lease: number): void {
  forgetNote(person, `${paper}/${lease}`);
}

/** What is noted of a paper, by its lease; undefined for what cannot be read. */
export function notesOf(person: string, paper: string): [lease: string, words: LastWords | undefined][] {
  return notesUnder<LastWords>(person, `${paper}/`);
}

/**
 * Makes a returned piece of the words that did not reach the document: those of this tab's own lease, which no other
 * page holds, and those that nobody came for.
 */
export async function takeLastWords(
  disk: Disk,
  person: string,
  paper: string,
  { doc, lease }: { doc: Y.Doc; lease: number | undefined },
): Promise<void> {
  for (const [noted, words] of notesOf(person, paper)) {
    if (words && words.lease !== lease && words.when > Date.now() - ORPHAN_MS) continue;
    if (words && Y.getState(doc.store, words.lease) < words.clock) {
      const { text, near, when } = words;
      const row: PieceRow = {
        ...{ id: `${paper}:${words.lease}:${words.clock}:typed`, paper, text, near, when },
        ...{ why: 'unsaved', code: undefined },
      };
      await disk.pieces.put(row);
    }
    forgetNote(person, `${paper}/${noted}`);
  }
}
