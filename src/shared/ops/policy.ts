/** What every policy is given and answers. A policy knows schools and nothing of bytes; it never throws. */
import type { Act, PaperEdit, Place } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import type { Standing } from '../school/roles.ts';
import type { Json } from './op.ts';

export interface PolicyContext {
  /** Who sends it; undefined for a stranger. */
  who: Standing | undefined;
  /** The place the document belongs to: chat for feed and pins, paper, me. */
  place: Place;
  /** Whether a lease is, or ever was, this person's. */
  owns(lease: number): boolean;
  /** The living value under a key of a root map in the relay's (or device's confirmed) copy, before this update. */
  read(root: string, key: string): Json | undefined;
  /** The living keys of a root map, as `read` sees them. */
  keys(root: string): Iterable<string>;
  /** Whether a paper of this id exists already, in any chat. */
  paperExists(id: string): boolean;
  /** Feeds: whether a message, edit or paper of this id ever stood in the chat, in whichever segment. */
  idTaken?(id: string): boolean;
  /** Feeds: this segment is the chat's open one. True elsewhere. */
  open: boolean;
}

/** One thing that was done, for logs and counters: its name and its target, never content. */
export interface ActDone {
  act: Act;
  target: string;
}

export interface Effects {
  /** Ids that get a place (sequence and time of arrival): messages, edits, papers. */
  places: string[];
  /** Messages that were deleted. */
  gone: string[];
  /** Papers created, or whose rights or title changed. */
  papers: { paper: string; owner: string; title: string; edit: PaperEdit }[];
  /** Words were cleared or replaced that nobody may find again, as with `gone`. */
  clears?: boolean;
}

export type Ruling = { ok: true; acts: ActDone[]; effects: Effects } | { ok: false; code: RefusalCode };

export const NO_EFFECTS: Effects = { places: [], gone: [], papers: [] };

export function refuse(code: RefusalCode): Ruling {
  return { ok: false, code };
}
