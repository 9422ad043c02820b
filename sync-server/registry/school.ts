/**
 * The school port: what the relay asks the registry about people and places. Answers come from the durable state
 * alone: a change that is not on disk yet does not count.
 */
import type { Projection } from '#shared/registry/shape.ts';
import type { ChatPlace } from '#shared/school/may.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Standing } from '#shared/school/roles.ts';

export interface School {
  /** Organisation id; the registry's room is `org/<id>`. */
  readonly org: string;
  /** The person's role and duties; undefined for a stranger. */
  standing(person: string): Standing | undefined;
  /** A chat's place for `may()`; undefined when there is none. */
  chat(id: string): ChatPlace | undefined;
  /** Ids of the chats that the person may read. */
  chatsOf(person: string): string[];
  /** Persons who may read a chat. */
  membersOf(chat: string): string[];
  /** What the person's device may know, with names; undefined for a stranger. */
  projection(person: string): Projection | undefined;
  /** Called after a durable change, with the persons whose projection may differ (undefined: anyone's). */
  onChange(listener: (persons: ReadonlySet<string> | undefined) => void): () => void;
  /** About as big as what `save` gives. */
  readonly bytes: number;
  /** The whole registry for an administrator's device: Automerge document bytes. */
  save(): Uint8Array;
  /**
   * Judges one Automerge change on a clone (actor = the lease in hex, deps = current heads, every patch an allowed
   * act of that person). Nothing is applied until `commit`, which the room calls once the change is on disk, in the
   * order of judging; `abandon` when it will not be. «Current» includes judged changes that wait for the disk.
   */
  judge(bytes: Uint8Array, person: string, lease: number): JudgedChange;
  /**
   * Applies a saved document or a change that was read back from the log, unjudged; what is known already changes
   * nothing. Judged changes that were not committed are abandoned.
   */
  replay(bytes: Uint8Array): void;
}

/** A person who becomes a member of a chat by a change. */
export interface Join {
  chat: string;
  person: string;
  /** Whether the chat hides from them what was written before. */
  hidesHistory: boolean;
}

export type JudgedChange =
  /** `joins`: who comes into which chat with it; what that asks for is done before it is on disk. */
  { ok: true; joins: Join[]; commit(): void; abandon(): void } | { ok: false; code: RefusalCode };
