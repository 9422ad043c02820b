/** What waits on disk to be sent. */
import type { Disk, OutRow } from './disk.ts';

/** Of a room, in the order in which it was written. */
export function waitingIn(disk: Disk, room: string): Promise<OutRow[]> {
  return disk.outbox.where('room').equals(room).sortBy('id');
}

/** Whether a paper's creation waits: for the relay it does not exist yet. */
export async function isBeingMade(disk: Disk, paper: string): Promise<boolean> {
  const found = await disk.outbox
    .filter(({ intent }) => intent.act === 'paper.create' && intent.paper === paper)
    .first();
  return found !== undefined;
}
