/** What stands before a person's first segment of a chat leaves their device; what they wrote and is unsent stays. */
import type { Projection } from '#shared/registry/shape.ts';
import { chatRoom, parseDoc } from '#shared/school/names.ts';
import type { Disk, PlaceRow } from './disk.ts';

/** Drops it; the rooms that lost something. Inside a transaction on `docs`, `tails`, `places`, `papers`, `heads`. */
export async function dropEarlier(disk: Disk, { chats }: Projection): Promise<string[]> {
  const shrunk: string[] = [];
  for (const [chat, { first = 1 }] of Object.entries(chats)) {
    if (first === 1) continue;
    const room = chatRoom(chat);
    const held = await disk.docs.where('room').equals(room).primaryKeys();
    const earlier = held.filter((doc) => isBefore(doc, first));
    if (earlier.length === 0) continue;
    for (const doc of earlier) await dropDoc(disk, doc);
    // Its last words may be among them; the relay tells how the chat stands for this person.
    await disk.heads.delete(chat);
    shrunk.push(room);
  }
  return shrunk;
}

async function dropDoc(disk: Disk, doc: string): Promise<void> {
  const places: PlaceRow[] = await disk.places.where('doc').equals(doc).toArray();
  await disk.papers.bulkDelete(places.filter(({ kind }) => kind === 'paper').map(({ id }) => id));
  await disk.places.where('doc').equals(doc).delete();
  await disk.tails.where('doc').equals(doc).delete();
  await disk.docs.delete(doc);
}

function isBefore(doc: string, first: number): boolean {
  const name = parseDoc(doc);
  return name?.kind === 'feed' && name.segment < first;
}
