/** A device holds no more rooms than a relay hears of on one line: of the others the copies go, and come again when they are opened. */
import { parseRoom } from '#shared/school/names.ts';
import type { Disk, RoomRow } from './disk.ts';
import { dropRoom } from './stored-doc.ts';

/** Keeps those that were used last, and whatever a tab shows or words wait in. */
export async function prune(disk: Disk, most: number, shown: ReadonlySet<string>): Promise<void> {
  const { rooms, docs, tails, places, outbox, heads, papers } = disk;
  await disk.transaction('rw', [rooms, docs, tails, places, outbox, heads, papers], async () => {
    const all: RoomRow[] = await rooms.toArray();
    const waiting = new Set(await outbox.orderBy('room').uniqueKeys());
    const stays = ({ room }: RoomRow) => shown.has(room) || waiting.has(room) || !isOneOfMany(room);
    const usedAt = await usesOf(disk);
    const idle = all.filter((row) => !stays(row)).sort((a, b) => usedAt(b) - usedAt(a));
    const gone = idle.slice(Math.max(most - (all.length - idle.length), 0));
    for (const { room } of gone) await dropRoom(disk, room);
    await rooms.bulkDelete(gone.map(({ room }) => room));
  });
}

/** Of the person's own documents and the registries there are few. */
function isOneOfMany(room: string): boolean {
  const kind = parseRoom(room)?.kind;
  return kind === 'chat' || kind === 'paper';
}

/** When a room was used; for rows that do not tell, when it was last written in or shared, as far as the lists know. */
async function usesOf({ heads, papers }: Disk): Promise<(row: RoomRow) => number> {
  const told = new Map<string, number>();
  for (const { chat, last } of await heads.toArray()) told.set(`chat/${chat}`, last?.at ?? 0);
  for (const { id, at } of await papers.toArray()) told.set(`paper/${id}`, at);
  return ({ room, used }) => used ?? told.get(room) ?? 0;
}
