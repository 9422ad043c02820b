/** What waits on disk to be sent. */
import type { Disk, OutRow } from './disk.ts';

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

/** Whether a paper's creation waits: for the relay it does not exist yet. */
export async function isBeingMade(disk: Disk, paper: string): Promise<boolean> {
  const found = await disk.outbox
    .filter(({ intent }) => intent.act === 'paper.create' && intent.paper === paper)
    .first();
  return found !== undefined;
}
