/** How a device builds a Yjs document, and what it reads out of the bytes of an update. */

import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { FEED_ROOTS, type Message } from '#shared/feed/shape.ts';
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
}

/**
 * What of a feed's update gets a place: messages, edits and papers that come to life; and whether a paper's title or
 * rights may have changed. Cost: O(update).
 */
export function readFeed(bytes: Uint8Array): { created: Created[]; papers: boolean } {
  const created: Created[] = [];
  let papers = false;
  for (const struct of Y.decodeUpdate(bytes).structs) {
    if (!(struct instanceof Y.Item)) continue;
    const value = struct.content instanceof Y.ContentAny ? struct.content.arr[0] : undefined;
    // An overwritten entry names no key, only the item before it: told by its form.
    if (typeof value === 'object' && value !== null && 'edit' in value && 'title' in value) papers = true;
    if (struct.parentSub === null) continue;
    const root = struct.parent as unknown as string;
    const id = struct.parentSub;
    if (root === 'messages') created.push({ kind: 'message', id, message: value });
    else if (root === 'papers') created.push({ kind: 'paper', id, message: undefined });
    else if (root === 'edits')
      created.push({ kind: 'edit', id: id.slice(id.indexOf('~') + 1), message: undefined });
  }
  return { created, papers };
}

/** The characters that a lease wrote in [clock, clock + length), as far as the updates hold them. */
export function textOf(updates: readonly Uint8Array[], lease: number, clock: number, length: number): string {
  const parts = new Map<number, string>();
  for (const bytes of updates) {
    for (const struct of Y.decodeUpdate(bytes).structs) {
      if (!(struct instanceof Y.Item) || struct.id.client !== lease) continue;
      if (!(struct.content instanceof Y.ContentString)) continue;
      const from = Math.max(clock, struct.id.clock);
      const to = Math.min(clock + length, struct.id.clock + struct.length);
      if (from < to) parts.set(from, struct.content.str.slice(from - struct.id.clock, to - struct.id.clock));
    }
  }
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join('');
}

/** All text that updates bring, in the order of writing. */
export function allText(updates: readonly Uint8Array[]): string {
  const parts: string[] = [];
  for (const bytes of updates) {
    for (const struct of Y.decodeUpdate(bytes).structs) {
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentString)
        parts.push(struct.content.str);
    }
  }
  return parts.join('');
}

/** A run of clocks of one lease that became another's: [from, end) → lease, from `start` on. */
export interface Move {
  from: number;
  end: number;
  lease: number;
  start: number;
}
export type Moved = Map<number, Move[]>;

/** Notes that the clocks which an update brings under `old` continue `lease` from `start` on. */
export function noteMove(moved: Moved, bytes: Uint8Array, old: number, lease: number, start: number): void {
  const meta = Y.parseUpdateMeta(bytes);
  const from = meta.from.get(old);
  const end = meta.to.get(old);
  if (from === undefined || end === undefined || end <= from) return;
  moved.set(old, [...(moved.get(old) ?? []), { from, end, lease, start }]);
}

/** The same change under fresh leases: every id in a moved run becomes the fresh one's, all others keep their name. */
export function rebase(bytes: Uint8Array, moved: Moved): Uint8Array {
  const { structs, ds } = Y.decodeUpdate(bytes);
  const moveId = (id: Y.ID): Y.ID => {
    const run = moved.get(id.client)?.find(({ from, end }) => id.clock >= from && id.clock < end);
    return run ? Y.createID(run.lease, id.clock - run.from + run.start) : id;
  };
  const byClient = new Map<number, (Y.Item | Y.GC)[]>();
  for (const struct of structs) {
    if (struct instanceof Y.Skip) continue;
    struct.id = moveId(struct.id);
    if (struct instanceof Y.Item) {
      if (struct.origin) struct.origin = moveId(struct.origin);
      if (struct.rightOrigin) struct.rightOrigin = moveId(struct.rightOrigin);
      if (struct.parent instanceof Y.ID) struct.parent = moveId(struct.parent);
    }
    byClient.set(struct.id.client, [...(byClient.get(struct.id.client) ?? []), struct as Y.Item]);
  }
  const to = new Y.UpdateEncoderV1();
  encoding.writeVarUint(to.restEncoder, byClient.size);
  for (const [client, list] of [...byClient].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(to.restEncoder, list.length);
    to.writeClient(client);
    encoding.writeVarUint(to.restEncoder, (list[0] as Y.Item).id.clock);
    for (const struct of list) struct.write(to, 0);
  }
  writeDeletes(to.restEncoder, ds, moved);
  return to.toUint8Array();
}

function writeDeletes(to: encoding.Encoder, ds: ReturnType<typeof Y.createDeleteSet>, moved: Moved): void {
  const ranges = new Map<number, { clock: number; end: number }[]>();
  const add = (client: number, clock: number, end: number) =>
    ranges.set(client, [...(ranges.get(client) ?? []), { clock, end }]);
  ds.clients.forEach((list, client) => {
    const runs = moved.get(client) ?? [];
    for (const { clock, len } of list)
      for (const part of cut(clock, clock + len, runs)) {
        const run = runs.find(({ from, end }) => part.clock >= from && part.clock < end);
        if (run) add(run.lease, part.clock - run.from + run.start, part.end - run.from + run.start);
        else add(client, part.clock, part.end);
      }
  });
  encoding.writeVarUint(to, ranges.size);
  for (const [client, list] of [...ranges].sort(([a], [b]) => b - a)) {
    const joined = join(list);
    encoding.writeVarUint(to, client);
    encoding.writeVarUint(to, joined.length);
    for (const { clock, end } of joined) {
      encoding.writeVarUint(to, clock);
      encoding.writeVarUint(to, end - clock);
    }
  }
}

/** A range in pieces that each lie wholly inside or outside of every run. */
function cut(clock: number, end: number, runs: readonly Move[]): { clock: number; end: number }[] {
  const cuts = runs.flatMap((run) => [run.from, run.end]).filter((at) => at > clock && at < end);
  const at = [clock, ...new Set(cuts.sort((a, b) => a - b)), end];
  return at.slice(1).map((to, index) => ({ clock: at[index] as number, end: to }));
}

/** Ascending ranges that do not touch. */
function join(list: { clock: number; end: number }[]): { clock: number; end: number }[] {
  const joined: { clock: number; end: number }[] = [];
  for (const range of list.sort((a, b) => a.clock - b.clock)) {
    const last = joined[joined.length - 1];
    if (last && range.clock <= last.end) last.end = Math.max(last.end, range.end);
    else joined.push({ ...range });
  }
  return joined;
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
