/** What a device says first on a new line, and in which order it then asks for what it learns of. */
import type { Projection } from '#shared/registry/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { chatRoom } from '#shared/school/names.ts';
import type { Hello } from '#shared/wire/frames.ts';
import { PROTOCOL } from '#shared/wire/protocol.ts';
import type { Disk, HeadRow } from './disk.ts';
import { loadPruning } from './parts.ts';

/** `shown`: rooms that are on screen. A relay sends whoever says more rooms than its bound away for good. */
export async function helloOf(
  disk: Disk,
  app: string,
  projection: Projection | undefined,
  shown: ReadonlySet<string>,
): Promise<Hello> {
  const most = LIMITS.roomsPerConnectionMax;
  // Should that fail, what is not said is asked for when it is opened.
  if ((await disk.rooms.count()) > most)
    await loadPruning()
      .then(({ prune }) => prune(disk, most, shown))
      .catch(() => {});
  const rooms = (await disk.rooms.filter(({ epoch }) => epoch !== '').toArray()).slice(0, most);
  return {
    kind: 'hello',
    protocol: PROTOCOL,
    app,
    rooms: rooms.map(({ room, epoch, seq }) => ({ room, epoch, seq })),
    registry: projection?.seq ?? 0,
  };
}

/** Heads of chats, the one that was last written in first. */
export async function recentHeads(disk: Disk): Promise<HeadRow[]> {
  return (await disk.heads.toArray()).sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
}

/** Rooms to open: what changed, then what is here by its last words, then all other chats. */
export function inOrder(
  changed: readonly string[],
  recent: readonly HeadRow[],
  cached: readonly string[],
  chats: readonly string[],
): string[] {
  const first = changed.filter((room) => room.startsWith('chat/') || room.startsWith('org/'));
  const here = recent.map(({ chat }) => chatRoom(chat)).filter((room) => cached.includes(room));
  return [...first, ...here, ...chats];
}
