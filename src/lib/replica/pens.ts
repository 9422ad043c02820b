/** Leases of a tab slot: one pen per room, taken from the slot's lease, and spare ones for rooms that lost theirs. */
import { BURNT, type Disk, type LeaseRow, type PenRow, SPARE } from './disk.ts';

/**
 * Above every lease, and small enough for the form of ids. Who has no lease yet writes with a pencil: what it makes is
 * kept and shown, and made again with a lease before it is sent.
 */
const PENCIL_MIN = 2 ** 48;
const PENCIL_SPAN = 2 ** 50;

/** Leases kept unused, for tabs and refusals without a network. */
export const SPARES_KEPT = 6;

/** The lease that a slot writes new rooms with; takes a spare one when it has none. Inside a transaction on `leases`. */
async function leaseOfSlot(disk: Disk, slot: number): Promise<LeaseRow | undefined> {
  const own = (await disk.leases.where('slot').equals(slot).toArray()).pop();
  return own ?? takeSpare(disk, slot);
}

/** Gives a spare lease to a slot, for good: a lease never changes hands. Inside a transaction on `leases`. */
async function takeSpare(disk: Disk, slot: number): Promise<LeaseRow | undefined> {
  const spare = await disk.leases.where('slot').equals(SPARE).first();
  if (!spare) return undefined;
  const taken = { ...spare, slot };
  await disk.leases.put(taken);
  return taken;
}

export async function sparesIn(disk: Disk): Promise<number> {
  return disk.leases.where('slot').equals(SPARE).count();
}

/** Nobody writes with this lease again. Inside a transaction on `leases`. */
export async function burn(disk: Disk, lease: number): Promise<void> {
  await disk.leases.update(lease, { slot: BURNT });
}

/** The pen of a slot in a room; undefined when there is no lease to be had. Inside a transaction on `pens`, `leases`. */
export async function penFor(disk: Disk, room: string, slot: number): Promise<PenRow | undefined> {
  const pen = await disk.pens.get([room, slot]);
  if (pen) return pen;
  const lease = await leaseOfSlot(disk, slot);
  return lease && freshPen(room, slot, lease.lease, { lease: 0, n: 0 });
}

/** Random, so that no two tabs or starts draw with the same one. */
export function newPencil(room: string, slot: number): PenRow {
  return freshPen(room, slot, PENCIL_MIN + Math.floor(Math.random() * PENCIL_SPAN), { lease: 0, n: 0 });
}

export function isPencil(lease: number): boolean {
  return lease >= PENCIL_MIN;
}

export function freshPen(room: string, slot: number, lease: number, replaces: PenRow['replaces']): PenRow {
  return { room, slot, lease, n: 0, acked: 0, digest: 0, replaces };
}
