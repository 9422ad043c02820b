/**
 * One segment of a chat: `chat/<id>/feed/<n>`, a Yjs document with four root maps of plain JSON values.
 * Messages are immutable values; what changes about them stands beside them under keys of its own.
 */

/** Root names of a feed; all are Y.Map. */
export const FEED_ROOTS = ['messages', 'edits', 'reactions', 'papers'] as const;

/**
 * `messages`: message id → Message. The id is `<lease>.<n>`, both base 36: a lease of the author and a number
 * that this lease has not used before in the room.
 */
export interface Message {
  by: string;
  /** The author's clock, ms since 1970: shown beside the time of arrival, trusted for nothing. */
  at: number;
  text: string;
  /** Message id this one answers. */
  re?: string;
  /** Id of a paper that this message shares; its entry in `papers` comes in the same update. */
  paper?: string;
}

/** `edits`: `<message id>~<edit id>` → Edit, the edit id made like a message id. The last arrived one shows. */
export interface Edit {
  at: number;
  text: string;
}

// `reactions`: `<message id>~<person>` → the emoji. One person has one reaction on a message.

/** `papers`: paper id → PaperEntry. The id is made like a message id. */
export interface PaperEntry {
  by: string;
  title: string;
  edit: 'everyone' | 'staff' | 'owner';
}

const LEASE_CHARS_MAX = 10;
const NUMBER_CHARS_MAX = 8;

/** Makes a message id from a lease and a number of it. */
export function idOf(lease: number, n: number): string {
  return `${lease.toString(36)}.${n.toString(36)}`;
}

/** The lease that a message, edit or paper id begins with; undefined when the id is not well-formed. */
export function leaseOfId(id: string): number | undefined {
  const dot = id.indexOf('.');
  const chars = id.length - dot - 1;
  if (dot < 1 || dot > LEASE_CHARS_MAX || chars < 1 || chars > NUMBER_CHARS_MAX) return undefined;
  let lease = 0;
  for (let at = 0; at < id.length; at++) {
    const digit = digitOf(id.charCodeAt(at));
    if (at !== dot && digit < 0) return undefined;
    if (at < dot) lease = lease * 36 + digit;
  }
  // One lease is written in one way.
  const isShortest = dot === 1 || id.charCodeAt(0) !== ZERO;
  return isShortest && Number.isSafeInteger(lease) ? lease : undefined;
}

const ZERO = 0x30;

/** A digit of base 36 in small letters, -1 for anything else. */
function digitOf(char: number): number {
  if (char >= ZERO && char <= 0x39) return char - ZERO;
  return char >= 0x61 && char <= 0x7a ? char - 0x61 + 10 : -1;
}

export const editKey = (message: string, edit: string): string => `${message}~${edit}`;
export const reactionKey = (message: string, person: string): string => `${message}~${person}`;

/** Splits an edit or reaction key into its message id and the rest; undefined when there is no `~`. */
export function splitKey(key: string): { message: string; rest: string } | undefined {
  const at = key.indexOf('~');
  return at > 0 ? { message: key.slice(0, at), rest: key.slice(at + 1) } : undefined;
}
