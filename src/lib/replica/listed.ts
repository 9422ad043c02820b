/** Cards of papers, known before their chats are loaded. */
import type { Disk } from './disk.ts';

/**
 * Lets go of the cards of chats that are gone; how many. A paper in which something waits, or that left words with its
 * person, keeps its name. Inside a transaction on `papers`, `outbox`.
 */
export async function dropCards(disk: Disk, isGone: (chat: string) => boolean): Promise<number> {
  const waiting = await disk.outbox.where('room').startsWith('paper/').keys();
  return disk.papers
    .filter(({ id, chat, left }) => !left && isGone(chat) && !waiting.includes(`paper/${id}`))
    .delete();
}
