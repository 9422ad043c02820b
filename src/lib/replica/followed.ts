/** What follows from what was stored. */
import type { RoomState } from '#shared/wire/frames.ts';
import type { Word } from './tabs.ts';

export interface Followed {
  words: Word[];
  /** Rooms that opened: their state, and whether what was held belongs to another epoch. */
  opened: { state: RoomState; otherEpoch: boolean; twins: number[] }[];
  /** Documents that arrived whole or in part. */
  patched: string[];
  acked: { room: string; lease: number; n: number }[];
  /** Segments that opened while the room was live. */
  heads: { room: string; head: number }[];
  /** Leases of ours that somebody else writes with. */
  twins: { room: string; lease: number }[];
  /** Documents whose tails want folding. */
  grown: string[];
  /** Documents without which the list of chats cannot tell what an update deleted. */
  wanting: string[];
  /** Lost texts that their person has dealt with: the relay may forget them. */
  dealt: { doc: string; lease: number; clock: number; length: number }[];
  /** Chats of which the device now holds more. */
  got: Map<string, number>;
}

export function nothing(): Followed {
  return {
    words: [],
    opened: [],
    patched: [],
    acked: [],
    heads: [],
    twins: [],
    grown: [],
    wanting: [],
    dealt: [],
    got: new Map(),
  };
}
