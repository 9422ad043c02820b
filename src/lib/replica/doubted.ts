/**
 * After a restore: papers in which this device wrote and that were not compared with the school yet. What of their
 * words it has lost is not known before, and nobody may ever open them again: so they are opened by themselves.
 */
import type { Disk, PenRow, RoomRow } from './disk.ts';
import { type Words, wordsIn } from './own-words.ts';
import { asidesIn, leasesOf } from './put-aside.ts';
import { readParts } from './stored-doc.ts';
import type { PaperRow } from './types.ts';
import { docOf } from './ydoc.ts';

/**
 * A restore was noticed by some room. Gives the papers that are to be opened; those that are `open` say for themselves
 * which epoch they have. Inside a transaction on `rooms`, `pens`.
 */
export async function doubt(disk: Disk, open: { has(room: string): boolean }): Promise<string[]> {
  const pens: PenRow[] = await disk.pens.toArray();
  const written = new Set(pens.filter((pen) => pen.n + pen.replaces.lease > 0).map(({ room }) => room));
  const all: RoomRow[] = await disk.rooms.toArray();
  const rooms = all.filter(
    ({ room, epoch, seq, backed = 0 }) =>
      room.startsWith('paper/') && epoch !== '' && seq > backed && written.has(room) && !open.has(room),
  );
  const names = rooms.map(({ room }) => room);
  if (names.length > 0) await disk.rooms.where('room').anyOf(names).modify({ doubt: true });
  return names;
}

/** What would go unseen with this device: own words of those papers. */
export async function doubtedWords(disk: Disk): Promise<{ paper: string; title: string; text: string }[]> {
  const rows: RoomRow[] = await disk.rooms.filter((row) => row.doubt === true).toArray();
  const mine = await leasesOf(disk);
  const found: { paper: string; title: string; text: string }[] = [];
  for (const { room, epoch } of rows) {
    const asides = await asidesIn(disk, room, epoch);
    const ownIn = (parts: readonly Uint8Array[]) => wordsIn(docOf(room, parts), (client) => mine.has(client));
    const own: Words[] = asides.flatMap(({ words, bytes }) => words ?? ownIn([bytes]));
    if (asides.length === 0) own.push(...ownIn(await readParts(disk, room)));
    if (own.length === 0) continue;
    const paper = room.slice('paper/'.length);
    const card: PaperRow | undefined = await disk.papers.get(paper);
    const text = own.map((words) => words.text).join('\n');
    found.push({ paper, title: card?.title ?? asides[0]?.card?.title ?? '', text });
  }
  return found;
}
