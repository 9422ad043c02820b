/** How a device builds a Yjs document, and what it reads out of the bytes of an update. */

import * as Y from 'yjs';
import { FEED_ROOTS, type Message, splitKey } from '#shared/feed/shape.ts';
import { ME_ROOTS } from '#shared/me/shape.ts';
import { PINS_ROOTS } from '#shared/pins/shape.ts';
import { parseDoc } from '#shared/school/names.ts';

/** Origin of everything that comes from disk, relay or another tab. */
export const FROM_OUTSIDE = 'parta:outside';
/** No lease reaches it. */
const NOBODY = Number.MAX_SAFE_INTEGER;

const MAPS: Partial<Record<string, readonly string[]>> = { feed: FEED_ROOTS, pins: PINS_ROOTS, me: ME_ROOTS };

/**
 * An empty document with its typed roots. Formatting clean-up is off for what comes from outside, else reading would
 * write. The listener that keeps the client id must be the first: Yjs swaps an id when its structs come from outside
 * (own words after a purge), and whoever listens after must not see the swapped one. Whether somebody else writes with
 * our lease is told by numbers, not by Yjs.
 */
export function newDoc(name: string): Y.Doc & { lease: number } {
  const doc = new Y.Doc() as Y.Doc & { lease: number };
  doc.lease = NOBODY;
  doc.clientID = NOBODY;
  doc.on('afterTransactionCleanup', (transaction: Y.Transaction) => {
    // A binding lends the document nobody's id while it draws: only what Yjs swapped is put back.
    if (!transaction.local) doc.clientID = doc.lease;
  });
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    if (!transaction.local) transaction._needFormattingCleanup = false;
  });
  const parsed = parseDoc(name);
  const maps = parsed && MAPS[parsed.kind];
  if (maps) for (const root of maps) doc.getMap(root);
  else {
    doc.getXmlFragment('body');
    doc.getMap('paper');
  }
  return doc;
}

/** Writes with a lease from now on. Set it after the own log is loaded. */
export function holdLease(doc: Y.Doc & { lease: number }, lease: number): void {
  doc.lease = lease;
  doc.clientID = lease;
}

/** Runs `act` and gives the exact bytes of what it changed; undefined when it changed nothing. */
export function bytesOf(doc: Y.Doc, act: () => void): Uint8Array | undefined {
  const made: Uint8Array[] = [];
  const listen = (update: Uint8Array) => void made.push(update);
  doc.on('update', listen);
  try {
    doc.transact(act, 'parta:intent');
  } finally {
    doc.off('update', listen);
  }
  if (made.length === 0) return undefined;
  return made.length === 1 ? made[0] : Y.mergeUpdates(made);
}

/** Whether a key of a map ever held a value: one that is deleted does not come back. */
export function everHeld<T>(map: Y.Map<T>, key: string): boolean {
  return map._map.has(key);
}

export interface Created {
  kind: 'message' | 'edit' | 'paper';
  id: string;
  /** Of a message, while it lives. */
  message: Message | undefined;
  /** Of an edit: the message it is about. */
  of: string | undefined;
}

/** What an update deletes: by client, ranges of clocks. */
export type Deletes = ReadonlyMap<number, readonly { clock: number; len: number }[]>;

/** Whether an update deletes anything: what it deletes stands at its end, and ends with a length. */
export function hasDeletes(bytes: Uint8Array): boolean {
  return (bytes.at(-1) ?? 0) !== 0;
}

export interface FeedNews {
  created: Created[];
  papers: boolean;
  /** Whether the bytes hold words that they delete themselves: several updates in one. */
  holdsDead: boolean;
}

/**
 * What of a feed's update gets a place: messages, edits and papers that come to life; and whether a paper's title or
 * rights may have changed. Cost: O(update).
 */
export function readFeed(bytes: Uint8Array): FeedNews {
  const created: Created[] = [];
  let papers = false;
  let holdsDead = false;
  const { structs, ds } = Y.decodeUpdate(bytes);
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const value = struct.content instanceof Y.ContentAny ? struct.content.arr[0] : undefined;
    // An overwritten entry names no key, only the item before it: told by its form.
    if (typeof value === 'object' && value !== null && 'edit' in value && 'title' in value) papers = true;
    if (struct.parentSub === null) continue;
    const root = struct.parent as unknown as string;
    const id = struct.parentSub;
    const dies = isIn(ds.clients, struct.id);
    if (dies && value !== undefined && (root === 'messages' || root === 'edits')) holdsDead = true;
    const living = dies ? undefined : value;
    if (root === 'messages') created.push({ kind: 'message', id, message: living, of: undefined });
    else if (root === 'papers') created.push({ kind: 'paper', id, message: undefined, of: undefined });
    else if (root === 'edits') {
      const key = splitKey(id) ?? { message: id, rest: '' };
      created.push({ kind: 'edit', id: key.rest, message: undefined, of: key.message });
    }
  }
  return { created, papers, holdsDead };
}

function isIn(deletes: Deletes, { client, clock }: { client: number; clock: number }): boolean {
  const ranges = deletes.get(client) ?? [];
  return ranges.some((range) => clock >= range.clock && clock < range.clock + range.len);
}

/** A document as its stored parts make it. */
export function docOf(name: string, parts: readonly Uint8Array[]): Y.Doc & { lease: number } {
  const doc = newDoc(name);
  Y.transact(
    doc,
    () => {
      for (const bytes of parts) if (bytes.length > 0) Y.applyUpdate(doc, bytes, FROM_OUTSIDE);
    },
    FROM_OUTSIDE,
    false,
  );
  return doc;
}
