/** What a room stands on, and whom it tells. */
import type { Join } from '../registry/school.ts';
import type { Append, AppendResult } from '../store/log.ts';
import type { Taken } from './intent.ts';
import type { Ground } from './live.ts';
import type { Room } from './room.ts';

/** An intent that changed something. */
export type Done = Taken & { ok: true; known: false };

export interface RoomGround extends Ground {
  now(): number;
  /** Whether the disk refuses now. */
  isFull(): boolean;
  /** Told of what the log answered, so that a full disk is known to all rooms. */
  stored(result: AppendResult): void;
  /** Told of a durable intent. */
  accepted(room: Room, append: Append, taken: Done): void;
  /** Begins the part that newcomers read of their chats; rejects when that could not be stored. */
  begin(joins: readonly Join[]): Promise<void>;
  trouble(event: string, room: string, error: unknown): void;
}
