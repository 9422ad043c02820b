/** Own text that came back from a paper, on the device's disk: told again and again, it stands there once. */
import type { Swallowed } from '#shared/wire/frames.ts';
import type { Disk } from './disk.ts';
import type { ReturnedPiece } from './types.ts';

export interface PieceRow extends ReturnedPiece {
  /** Where the relay has it from; not of refused text and old epochs, which never left the device. */
  from?: { lease: number; clock: number; length: number };
  /** Its person has dealt with it: the row remembers that, without the text. */
  done?: true;
}

/**
 * Stores a lost text: with the one before it, when it goes on where that ends; instead of its parts, when the relay has
 * joined them; not at all, when it is known. `done`: its person has dealt with it already. Inside a transaction.
 */
export async function keepPiece(
  disk: Disk,
  paper: string,
  { lease, clock, length, near }: Swallowed,
  text: string,
): Promise<'kept' | 'known' | 'done'> {
  const all: PieceRow[] = await disk.pieces.where('paper').equals(paper).toArray();
  const own = all.flatMap((row) => (row.from?.lease === lease ? [{ row, from: row.from }] : []));
  const end = clock + length;
  const holder = own.find(({ from }) => from.clock <= clock && from.clock + from.length >= end);
  if (holder) return holder.row.done ? 'done' : 'known';
  // The beginning may have been dealt with before the rest was lost.
  const begun = own.find(
    ({ row, from }) => row.done && from.clock <= clock && from.clock + from.length > clock,
  );
  const start = begun ? begun.from.clock + begun.from.length : clock;
  const rest = text.length === length ? text.slice(start - clock) : text;
  const parts = own.filter(({ row, from }) => !row.done && from.clock >= start && from.clock < end);
  await disk.pieces.bulkDelete(parts.map(({ row }) => row.id));
  const before = own.find(({ row, from }) => !row.done && from.clock + from.length === start);
  const base: PieceRow = before?.row ?? {
    ...{ id: `${paper}:${lease}:${start}`, paper, text: '', near, why: 'swallowed', code: undefined },
    ...{ when: Date.now(), from: { lease, clock: start, length: 0 } },
  };
  const from = {
    lease,
    clock: before?.from.clock ?? start,
    length: (before?.from.length ?? 0) + end - start,
  };
  await disk.pieces.put({ ...base, text: base.text + rest, from });
  return 'kept';
}
