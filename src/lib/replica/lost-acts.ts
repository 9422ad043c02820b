/** What a restore of the relay lost of the own acts that it had taken. */
import type { RoomState } from '#shared/wire/frames.ts';
import { ackedIn, decided, decisionOf } from './acked.ts';
import type { AckedRow, Disk, Kv } from './disk.ts';
import type { Intent } from './types.ts';

/** Takes out what a restore lost of a room; what it brought back stays, in its new epoch. Inside a transaction on `acked`. */
export async function takeLost(disk: Disk, { room, epoch, since }: RoomState): Promise<AckedRow[]> {
  const lost = (await ackedIn(disk, room)).filter(({ seq, aside }) => seq > since && !aside);
  await disk.acked.bulkDelete(lost.map(({ id }) => id));
  const kept = disk.acked.where('room').equals(room);
  await kept.filter(({ aside }) => !aside).modify({ epoch });
  return lost;
}

/** Takes out the decisions of the first form that a restore lost. Inside a transaction on `kv`. */
export async function takeOldDecisions(disk: Disk, { room, since }: RoomState): Promise<[string, Intent][]> {
  const rows: Kv[] = await decided(disk, room).toArray();
  await disk.kv.bulkDelete(rows.map(({ key }) => key));
  return rows.filter((row) => decisionOf(row).seq > since).map((row) => [row.key, decisionOf(row).intent]);
}
