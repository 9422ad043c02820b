/**
 * Reads and changes of the registry's Automerge document. The library comes as an argument: its wasm is loaded by
 * the program that edits, never by this file, and the rules stay pure.
 */
import type * as AutomergeLibrary from '@automerge/automerge';
import { MATRIX_KEYS, type Matrix } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import type { Duty, Role } from '../school/roles.ts';
import { isDuty, isRole, readMatrix } from './check.ts';
import type { Registry } from './shape.ts';

/** The functions of `@automerge/automerge` (or its slim build) that are used here. */
export type Automerge = Pick<
  typeof AutomergeLibrary,
  'change' | 'getLastLocalChange' | 'init' | 'isImmutableString' | 'ImmutableString'
>;
/** The registry as Automerge holds it: the shape of `Registry` with `ImmutableString` for every text. */
export type RegistryDoc = AutomergeLibrary.Doc<Record<string, unknown>>;

export interface RoleChange {
  person: string;
  /** The premise: the role that the administrator saw when deciding. */
  from: Role;
  to: Role;
  /** The author's clock, ms since 1970. Shown, trusted for nothing. */
  at: number;
}
export interface DutyChange {
  person: string;
  unit: string;
  /** The premise; undefined: they had none in the unit. */
  from: Duty | undefined;
  to: Duty | undefined;
  at: number;
}
export interface MatrixChange {
  chat: string;
  from: Matrix;
  to: Matrix;
  at: number;
}
export interface HistoryChange {
  chat: string;
  /** The premise: whether newcomers read no earlier messages. */
  from: boolean;
  to: boolean;
  at: number;
}
/** The new document and the exact bytes to send; or why the act is not made (the document is untouched then). */
export type Changed = { ok: true; doc: RegistryDoc; bytes: Uint8Array } | { ok: false; code: RefusalCode };

/** A lease as the actor of its changes: 16 hex digits. */
export function actorOf(lease: number): string {
  return lease.toString(16).padStart(16, '0');
}

/**
 * Sets a person's role in a document whose actor is the author's lease. `changed-meanwhile` when `from` no longer
 * holds: an old decision never overrides a newer one.
 */
export function setRole(
  automerge: Automerge,
  doc: RegistryDoc,
  { person, from, to, at }: RoleChange,
): Changed {
  const present = entryOf(automerge, doc, 'members', person)?.role;
  if (present === undefined) return { ok: false, code: 'unknown-place' };
  if (!isRole(to) || from === to) return { ok: false, code: 'bad-value' };
  if (present !== from) return { ok: false, code: 'changed-meanwhile' };
  return changed(automerge, doc, at, (draft) => {
    tableOf(draft, 'members', person).role = new automerge.ImmutableString(to);
  });
}

/** Gives, changes or takes a person's duty in a unit. `changed-meanwhile` as above. */
export function setDuty(
  automerge: Automerge,
  doc: RegistryDoc,
  { person, unit, from, to, at }: DutyChange,
): Changed {
  const duties = entryOf(automerge, doc, 'members', person)?.duties as Record<string, unknown> | undefined;
  if (duties === undefined || !entryOf(automerge, doc, 'units', unit))
    return { ok: false, code: 'unknown-place' };
  if ((to !== undefined && !isDuty(to)) || from === to) return { ok: false, code: 'bad-value' };
  const present = Object.hasOwn(duties, unit) ? duties[unit] : undefined;
  if (present !== from) return { ok: false, code: 'changed-meanwhile' };
  return changed(automerge, doc, at, (draft) => {
    const held = tableOf(draft, 'members', person).duties as Record<string, unknown>;
    if (to === undefined) delete held[unit];
    else held[unit] = new automerge.ImmutableString(to);
  });
}

/**
 * Sets the permissions of a chat that differ between `from` and `to`; only those are the premise, so two
 * administrators who change different permissions both succeed. `changed-meanwhile` as above.
 */
export function setMatrix(
  automerge: Automerge,
  doc: RegistryDoc,
  { chat, from, to, at }: MatrixChange,
): Changed {
  const present = readMatrix(entryOf(automerge, doc, 'chats', chat)?.matrix);
  if (!present) return { ok: false, code: 'unknown-place' };
  const keys = MATRIX_KEYS.filter((key) => from[key] !== to[key]);
  if (!readMatrix(to) || keys.length === 0) return { ok: false, code: 'bad-value' };
  if (keys.some((key) => present[key] !== from[key])) return { ok: false, code: 'changed-meanwhile' };
  return changed(automerge, doc, at, (draft) => {
    const matrix = tableOf(draft, 'chats', chat).matrix as Record<string, unknown>;
    for (const key of keys) matrix[key] = new automerge.ImmutableString(to[key]);
  });
}

/** Sets whether a chat hides from newcomers what was written before them. `changed-meanwhile` as above. */
export function setHistory(
  automerge: Automerge,
  doc: RegistryDoc,
  { chat, from, to, at }: HistoryChange,
): Changed {
  const present = entryOf(automerge, doc, 'chats', chat);
  if (!present) return { ok: false, code: 'unknown-place' };
  if (from === to) return { ok: false, code: 'bad-value' };
  if ((present.hidesHistory === true) !== from) return { ok: false, code: 'changed-meanwhile' };
  return changed(automerge, doc, at, (draft) => {
    const entry = tableOf(draft, 'chats', chat);
    if (to) entry.hidesHistory = true;
    else delete entry.hidesHistory;
  });
}

/** The first change of a registry, made by the relay under an actor of its own. */
export function createRegistry(
  automerge: Automerge,
  registry: Registry,
  actor: string,
  at: number,
): Uint8Array {
  const empty = automerge.init<Record<string, unknown>>({ actor });
  const doc = automerge.change(empty, { time: seconds(at) }, (draft) => {
    Object.assign(draft, immutable(automerge, registry));
  });
  return automerge.getLastLocalChange(doc) as Uint8Array;
}

/** The document, or a part of it, as plain JSON. A text that is not an ImmutableString reads as undefined. */
export function plainOf(automerge: Automerge, value: unknown): unknown {
  if (automerge.isImmutableString(value)) return value.val;
  if (typeof value === 'string') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value)) plain[key] = plainOf(automerge, Reflect.get(value, key));
  return plain;
}

function changed(
  automerge: Automerge,
  doc: RegistryDoc,
  at: number,
  edit: (draft: Record<string, unknown>) => void,
): Changed {
  const next = automerge.change(doc, { time: seconds(at) }, edit);
  return { ok: true, doc: next, bytes: automerge.getLastLocalChange(next) as Uint8Array };
}

function entryOf(automerge: Automerge, doc: RegistryDoc, table: string, id: string) {
  const entries = doc[table] as Record<string, unknown> | undefined;
  if (!entries || !Object.hasOwn(entries, id)) return undefined;
  return plainOf(automerge, entries[id]) as Record<string, unknown>;
}

function tableOf(draft: Record<string, unknown>, table: string, id: string): Record<string, unknown> {
  return (draft[table] as Record<string, Record<string, unknown>>)[id] as Record<string, unknown>;
}

function immutable(automerge: Automerge, value: unknown): unknown {
  if (typeof value === 'string') return new automerge.ImmutableString(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, immutable(automerge, part)]));
}

/** Automerge keeps whole seconds. */
const seconds = (at: number): number => Math.floor(at / 1000);
