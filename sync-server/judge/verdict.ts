/** The judge's answers. Codes are a part of the catalogue of refusals; `says` is for logs and holds no content. */
import type { Op } from '#shared/ops/op.ts';
import type { Plan } from './plan.ts';

export type JudgeCode = 'malformed' | 'foreign-lease' | 'missing-deps' | 'bad-value' | 'too-long';

/** Whose update it is. */
export interface Hand {
  /** The sender's open lease in this room; undefined for one who has none (a stock client that only reads). */
  lease: number | undefined;
  /**
   * True for a device that numbers its intents: the update holds new structs of its lease alone, from the relay's
   * clock on. False for a stock client: what the relay already has may come again, of anybody.
   */
  numbered: boolean;
}

export interface Accepted {
  ok: true;
  /** Applying it would change nothing at all: no struct is new, nothing living dies. Nothing to log or to send. */
  known: boolean;
  /** It brings no structs of its own (a stock reader's delete-only frame is its binding's clean-up). */
  deletesOnly: boolean;
  ops: Op[];
  /** For `applyExamined` alone. */
  plan: Plan;
}
export interface Refused {
  ok: false;
  code: JudgeCode;
  says: string;
}
export type Examined = Accepted | Refused;

/** Text of a paper that an update swallowed; the fields of the `swallowed` frame. */
export interface DiedText {
  lease: number;
  clock: number;
  length: number;
  text: string;
  /** Text of the living neighbour before it, at most 60 characters. */
  near: string;
}

export type Applied =
  | {
      ok: true;
      /** What to log and to send on: the given bytes for a numbered hand, what was really new for a stock client. */
      update: Uint8Array;
      died: DiedText[];
    }
  /** The document may be half-changed: the room must be evicted and loaded again from its log. */
  | { ok: false; broken: true; says: string };
