/** The lost texts that wait for their person, and those that they have dealt with. */
import type { Disk } from './disk.ts';
import type { PieceRow } from './pieces.ts';
import type { ReturnedPiece } from './types.ts';

/** Longer than the relay keeps a text that nobody has dealt with. */
const DONE_KEPT_MS = 200 * 24 * 60 * 60_000;

/** Its person has dealt with a piece. Gives what the relay may forget; undefined when the relay never had it. */
export async function settlePiece(disk: Disk, id: string): Promise<PieceRow['from']> {
  const row: PieceRow | undefined = await disk.pieces.get(id);
  if (!row?.from) {
    await disk.pieces.delete(id);
    return undefined;
  }
  await disk.pieces.put({ ...row, text: '', near: '', done: true, when: Date.now() });
  return row.from;
}

/** The pieces of a paper that wait, oldest first. */
export async function waitingPieces(disk: Disk, paper: string): Promise<ReturnedPiece[]> {
  const rows: PieceRow[] = await disk.pieces.where('paper').equals(paper).sortBy('when');
  const old = rows.filter((row) => row.done && row.when < Date.now() - DONE_KEPT_MS);
  if (old.length > 0) await disk.pieces.bulkDelete(old.map(({ id }) => id));
  return (
    rows
      // A lost space is kept for what goes on behind it, and shown to nobody alone.
      .filter((row) => !row.done && row.text.trim() !== '')
      .map(({ id, text, near, why, code, when }) => ({ id, paper, text, near, why, code, when }))
  );
}

/** Lets go of the name of a paper that the school does not have, when nothing waits of it; whether it did. */
export async function letGo(disk: Disk, paper: string): Promise<boolean> {
  const row = await disk.papers.get(paper);
  if (!row?.left || (await waitingPieces(disk, paper)).length > 0) return false;
  if ((await disk.copies.where('paper').equals(paper).count()) > 0) return false;
  await disk.papers.delete(paper);
  return true;
}
