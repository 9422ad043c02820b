/**
 * How the relay announces what a backup holds. The last numbers of a person's leases in a room end with one of lease 0,
 * which is nobody's: its number is the sequence up to which a verified backup holds the room. An app that does not know
 * of it looks for its own leases only; without a backup there is none.
 */
import type { RoomState } from './frames.ts';

const NOBODY = 0;

/** The entry that announces `seq`; none for 0. */
export function announced(seq: number): RoomState['lasts'] {
  return seq > 0 ? [{ lease: NOBODY, n: seq, digest: 0, closed: false }] : [];
}

/** Sequence up to which a verified backup holds the room; 0 when the relay announced none. */
export function backedUp({ lasts }: RoomState): number {
  return lasts.find(({ lease }) => lease === NOBODY)?.n ?? 0;
}
