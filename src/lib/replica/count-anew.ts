/** After a restore what others wrote again is unread again, though it came before the marks were set back. */
import { parseRoom } from '#shared/school/names.ts';
import { countUnread } from './chat-heads.ts';
import type { Disk } from './disk.ts';

/** Never less than the relay told: not all segments are here. Inside a transaction on `heads`, `places`. */
export async function countAnew(disk: Disk, room: string, person: string): Promise<void> {
  const parsed = parseRoom(room);
  const head = parsed?.kind === 'chat' ? await disk.heads.get(parsed.chat) : undefined;
  if (!head) return;
  const unread = await countUnread(disk, head.chat, head.read, person);
  if (unread > head.unread) await disk.heads.update(head.chat, { unread });
}
