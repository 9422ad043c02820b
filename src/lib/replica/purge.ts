/** A room that its person may read no more leaves the device. */
import type { Disk } from './disk.ts';
import { dropCards } from './listed.ts';
import { putAside } from './put-aside.ts';
import { dropRoom } from './stored-doc.ts';

/**
 * The outbox stays. Whether the room left: a paper in which something waits goes when that is put aside. Inside a
 * transaction on the stores of `dropRoom` and `putAside`, `outbox`, `heads`.
 */
export async function purge(disk: Disk, room: string): Promise<boolean> {
  const [kind, id] = room.split('/', 2);
  if (kind === 'paper' && id !== undefined) {
    if ((await disk.outbox.where('room').equals(room).count()) > 0) return false;
    await putAside(disk, room, false);
    await disk.papers
      .where('id')
      .equals(id)
      .filter(({ left }) => !left)
      .delete();
  }
  await dropRoom(disk, room);
  await disk.rooms.delete(room);
  if (kind === 'chat' && id !== undefined) {
    await disk.heads.delete(id);
    await dropCards(disk, (chat) => chat === id);
  }
  return true;
}
