/** Judges one change of the registry on a clone: accepted means every operation is known, effective and allowed. */
import * as Automerge from '@automerge/automerge';
import { actsBetween, judgeActs, type RegistryAct, standingIn, type Touched } from '#shared/registry/acts.ts';
import { actorOf, plainOf, type RegistryDoc } from '#shared/registry/change.ts';
import { isId, REGISTRY_LIMITS, readChat, readMember, readOrg, readUnit } from '#shared/registry/check.ts';
import type { Registry } from '#shared/registry/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import { readChunk } from './chunk.ts';
import { isOnTop } from './on-top.ts';
import { advanced, type State } from './state.ts';

export interface Proposal {
  bytes: Uint8Array;
  person: string;
  lease: number;
}

export type Judged = { ok: true; after: State; acts: RegistryAct[] } | { ok: false; code: RefusalCode };

type Change = Automerge.DecodedChange;
/** Object → where it stands. */
type Live = Map<string, string[]>;

const TABLES = ['members', 'units', 'chats'] as const;
/** Automerge keeps seconds as a signed integer; a date beyond this is nobody's clock. */
const TIME_MAX = 8_640_000_000_000;

export function judgeChange(state: State, proposal: Proposal): Judged {
  const change = decode(proposal.bytes);
  if (!change) return no('malformed');
  const code = misfit(state, change, proposal.lease);
  if (code) return no(code);
  if (!isOnTop(state.doc, change)) return no('bad-value');
  const doc = applied(state.doc, proposal.bytes, change);
  if (!doc) return no('malformed');
  let judged: Judged | undefined;
  try {
    judged = judgeEffects(state, doc, change, proposal.person);
    return judged;
  } finally {
    // The clone lives in wasm memory, which no garbage collector counts.
    if (!judged?.ok) Automerge.free(doc);
  }
}

function judgeEffects(state: State, doc: RegistryDoc, change: Change, person: string): Judged {
  const touched = touchedBy(doc, change);
  const plain = touched && patched(state.plain, doc, touched);
  if (!plain) return no('bad-value');
  const acts = actsBetween(state.plain, plain, touched);
  const verdict = judgeActs(standingIn(state.plain, person), acts, state.plain, plain);
  if (!verdict.ok) return verdict;
  return { ok: true, after: advanced(state, doc, plain, change), acts };
}

/**
 * Only the one encoding that the library itself would make, checksum included: it does not look at the checksum when
 * it decodes, and a change in another form has another hash than the one it gets when the document is saved.
 */
function decode(bytes: Uint8Array): Change | undefined {
  if (bytes.length > LIMITS.updateBytesMax || !readChunk(bytes).ok) return undefined;
  try {
    const change = Automerge.decodeChange(bytes);
    return Buffer.from(bytes).equals(Automerge.encodeChange(change)) ? change : undefined;
  } catch {
    return undefined;
  }
}

/** Why the change does not fit onto this state, from its head alone. */
function misfit({ doc, lastOp, seqs }: State, change: Change, lease: number): RefusalCode | undefined {
  if (change.actor !== actorOf(lease)) return 'foreign-lease';
  if (!Number.isSafeInteger(change.time) || Math.abs(change.time) > TIME_MAX || change.message)
    return 'bad-value';
  const heads = Automerge.getHeads(doc);
  if (change.deps.length !== heads.length || !change.deps.every((hash) => heads.includes(hash)))
    return Automerge.hasHeads(doc, change.deps) ? 'stale' : 'missing-deps';
  if (change.seq !== (seqs.get(change.actor) ?? 0) + 1 || change.startOp !== lastOp + 1) return 'malformed';
  return undefined;
}

function applied(doc: RegistryDoc, bytes: Uint8Array, change: Change): RegistryDoc | undefined {
  let clone = Automerge.clone(doc);
  try {
    [clone] = Automerge.applyChanges(clone, [bytes]);
    const heads = Automerge.getHeads(clone);
    if (heads.length === 1 && heads[0] === change.hash) return clone;
  } catch {
    // Whatever the library says, the change did not apply.
  }
  Automerge.free(clone);
  return undefined;
}

/**
 * The entries that the operations touch; undefined unless each operation names a living object and a good key,
 * and leaves exactly what it says: one value, or none after a deletion.
 */
function touchedBy(doc: RegistryDoc, change: Change): Touched[] | undefined {
  const live = livingObjects(doc);
  const touched = new Map<string, Touched>();
  for (const op of change.ops) {
    const path = live.get(op.obj);
    const key = op.key;
    if (!path || !isId(key)) return undefined;
    if (!isEffective(doc, op.obj, key, op.action)) return undefined;
    const [table, id = key] = path;
    const entry = entryOf(table as string, id);
    if (!entry) return undefined;
    touched.set(`${table}/${id}`, entry);
  }
  return [...touched.values()];
}

function entryOf(table: string, id: string): Touched | undefined {
  if (table === 'org') return { table };
  const known = TABLES.find((name) => name === table);
  return known && { table: known, id };
}

/**
 * Asked of the document itself: an object that shows no change is shared with the state before, and `getConflicts` of it
 * would ask a document that is out of date, or freed.
 */
function isEffective(doc: RegistryDoc, object: string, key: string, action: string): boolean {
  return Automerge.getBackend(doc).getAll(object, key).length === (action === 'del' ? 0 : 1);
}

function livingObjects(doc: RegistryDoc): Live {
  const live: Live = new Map();
  const walk = (value: unknown, path: string[]): void => {
    if (typeof value !== 'object' || value === null || Automerge.isImmutableString(value)) return;
    const id = Automerge.getObjectId(value);
    if (id) live.set(id, path);
    for (const key of Object.keys(value)) walk(Reflect.get(value, key), [...path, key]);
  };
  walk(doc, []);
  return live;
}

/** The plain form after the change: touched entries read anew, all others shared. Undefined when one is no entry. */
function patched(before: Registry, doc: RegistryDoc, touched: readonly Touched[]): Registry | undefined {
  const after = {
    ...before,
    members: { ...before.members },
    units: { ...before.units },
    chats: { ...before.chats },
  };
  const readers = { members: readMember, units: readUnit, chats: readChat };
  for (const entry of touched) {
    if (entry.table === 'org') {
      const org = readOrg(plainOf(Automerge, doc.org));
      if (!org) return undefined;
      after.org = org;
      continue;
    }
    const table: Record<string, unknown> = after[entry.table];
    const entries = doc[entry.table] as Record<string, unknown>;
    if (!Object.hasOwn(entries, entry.id)) {
      delete table[entry.id];
      continue;
    }
    const value = readers[entry.table](plainOf(Automerge, entries[entry.id]));
    if (!value || !isId(entry.id)) return undefined;
    table[entry.id] = value;
  }
  return TABLES.every((name) => Object.keys(after[name]).length <= REGISTRY_LIMITS[name]) ? after : undefined;
}

const no = (code: RefusalCode): { ok: false; code: RefusalCode } => ({ ok: false, code });
