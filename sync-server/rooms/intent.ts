/** What rooms take and what they answer, whoever brought it: a line, or a stock client. */
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { DiedText } from '../judge/verdict.ts';
import type { Join } from '../registry/school.ts';
import type { Append, PlaceRow } from '../store/log.ts';

/** A person who speaks, with all leases that were ever granted to them. */
export interface Speaker {
  readonly person: string;
  readonly leases: ReadonlySet<number>;
  /** Told of messages that an accepted intent brought beyond the first: they count as intents of their own. */
  charge?(more: number): void;
}

export interface Intent {
  doc: string;
  lease: number;
  /** 0: a stock client, which does not number; the room gives the next number of the lease. */
  n: number;
  replaces: { lease: number; n: number };
  bytes: Uint8Array;
}

/** One accepted intent, as watchers hear of it once it is durable. */
export interface Accepted {
  doc: string;
  seq: number;
  at: number;
  lease: number;
  n: number;
  bytes: Uint8Array;
}

/** What a document made of an intent. `take`n means applied in memory (a registry: judged, applied once durable). */
export type Taken =
  | { ok: false; code: RefusalCode; says?: string; broken?: true }
  /** It would change nothing: a device's has its number, and no place in the log. */
  | { ok: true; known: true }
  | {
      ok: true;
      known: false;
      /** What to log and to send on. */
      update: Uint8Array;
      places: PlaceRow[];
      gone: string[];
      clears?: boolean;
      papers: Append['papers'];
      died: DiedText[];
      /** Names of the acts, for counters. */
      acts: string[];
      /** Who comes into which chat by it: their part of it begins before this is on disk. */
      joins?: Join[];
      /** Called once the change is on disk, or once it is clear that it never will be. */
      commit?: () => void;
      abandon?: () => void;
    };

/** The room's answer to an intent: durable when it is said. */
export type Answer =
  | { ok: true; n: number; seq: number; at: number }
  | { ok: false; code: RefusalCode; says?: string };
