/** Papers that the relay listed: they are known by their cards alone until their chats are loaded. */
import { chatRoom } from '#shared/school/names.ts';
import type { Disk } from './disk.ts';
import type { PaperRow } from './types.ts';

/** A card that a chat of this device brought follows that chat: a list is older than the last word there. */
export async function keepListed(disk: Disk, listed: readonly PaperRow[]): Promise<void> {
  await disk.transaction('rw', [disk.papers, disk.places], async () => {
    const held = await disk.places.bulkGet(listed.map(({ id, chat }) => [chatRoom(chat), id]));
    await disk.papers.bulkPut(listed.filter((_, i) => held[i] === undefined));
  });
}
