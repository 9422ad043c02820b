/** What waits on disk to be sent. */
import type { RoomState } from '#shared/wire/frames.ts';
import type { Disk, OutRow, PenRow } from './disk.ts';

/** Of a room, in the order in which it was written. */
export function waitingIn(disk: Disk, room: string): Promise<OutRow[]> {
  return disk.outbox.where('room').equals(room).sortBy('id');
}

/**
 * What of a room is to be sent after that row, of which so many go now. That a message leaves the device is noted
 * before it does: from then on it cannot be unsaid here.
 */
export function goingFrom(
  disk: Disk,
  room: string,
  { sent, epoch }: { sent: number; epoch: string },
  count: number,
): Promise<OutRow[]> {
  return disk.transaction('rw', disk.outbox, async () => {
    const rows = (await waitingIn(disk, room)).filter(({ id }) => id > sent);
    const going = rows.slice(0, count);
    const end = going.findIndex((row) => row.epoch !== epoch || row.lease === 0);
    const leaving = going
      .slice(0, end < 0 ? going.length : end)
      .filter(({ here, intent }) => here && intent.act === 'message.create');
    // Whole rows in one go: an update of each would ask the disk three times a message.
    await disk.outbox.bulkPut(leaving.map((row) => ({ ...row, here: false })));
    return rows;
  });
}

/**
 * What was typed in a paper before the school had it takes its epoch as it is: nothing stands there yet that it was made
 * without. Made again, it would take the editor from under the writer's hands.
 */
export async function takeFirstEpoch(disk: Disk, { room, epoch, seq, since }: RoomState): Promise<void> {
  if (!room.startsWith('paper/') || seq + since > 0) return;
  await disk.transaction('rw', disk.outbox, disk.pens, async () => {
    const rows = await waitingIn(disk, room);
    const pens: PenRow[] = await disk.pens.where('room').equals(room).toArray();
    const isWhole = (row: OutRow) =>
      ['', epoch].includes(row.epoch) && pens.some(({ lease, acked }) => lease === row.lease && acked === 0);
    if (rows.every(isWhole)) await disk.outbox.bulkPut(rows.map((row) => ({ ...row, epoch })));
  });
}

/** Whether a paper's creation waits: for the relay it does not exist yet. */
export async function isBeingMade(disk: Disk, paper: string): Promise<boolean> {
  const found = await disk.outbox
    .filter(({ intent }) => intent.act === 'paper.create' && intent.paper === paper)
    .first();
  return found !== undefined;
}
