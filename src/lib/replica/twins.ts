/** Who else writes with a lease of this device: a clone of it, or itself set back to an older day. */
import { digest } from '#shared/wire/digest.ts';
import type { RoomState, Update } from '#shared/wire/frames.ts';
import type { Disk, PenRow } from './disk.ts';
import { burn } from './pens.ts';

/** Another device writes with our lease, or this one was set back: the relay knows what we never wrote. */
export async function isTwin(disk: Disk, pen: PenRow, last: RoomState['lasts'][number]): Promise<boolean> {
  if (last.n > pen.n) return true;
  if (last.n === pen.acked && pen.digest !== 0) return last.digest !== pen.digest;
  const own = await disk.outbox.where({ room: pen.room, lease: pen.lease, n: last.n }).first();
  return own !== undefined && digest(own.bytes) !== last.digest;
}

/** A push of an earlier connection may arrive late; a number never used here, or used for other words, is a twin's. */
export async function findTwin(disk: Disk, room: string, { lease, n, bytes }: Update): Promise<boolean> {
  const pen: PenRow | undefined = await disk.pens
    .where('room')
    .equals(room)
    .filter((own) => own.lease === lease)
    .first();
  if (!pen) return false;
  const own = await disk.outbox.where({ room, lease, n }).first();
  if (n <= pen.n && (!own || digest(own.bytes) === digest(bytes))) return false;
  await burn(disk, lease);
  return true;
}
