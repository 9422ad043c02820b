/** Keystrokes under other leases: bytes that stand for themselves are moved, not made again. */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { OutRow, PenRow } from './disk.ts';
import { FROM_OUTSIDE } from './ydoc.ts';

/** The same keystrokes under the pen that holds now, at the end of a document that was read anew. */
export type MoveKeys = (bytes: Uint8Array, pen: PenRow, old: PenRow, live: Y.Doc) => Uint8Array;

/** What was saved before has moved from the end of the confirmed on; what is being typed follows it. */
export const moveKeys: MoveKeys = (bytes, pen, old, live) => {
  const from = Y.getState(live.store, old.lease);
  const start = Y.getState(live.store, pen.lease);
  const first = Y.parseUpdateMeta(bytes).from.get(old.lease) ?? from;
  const moved: Moved = new Map([[old.lease, [{ from, end: first, lease: pen.lease, start: 0 }]]]);
  noteMove(moved, bytes, old.lease, pen.lease, start);
  return rebase(bytes, moved);
};

/** A run of clocks of one lease that became another's: [from, end) → lease, from `start` on. */
export interface Move {
  from: number;
  end: number;
  lease: number;
  start: number;
}
export type Moved = Map<number, Move[]>;

/** Notes that the clocks which an update brings under `old` continue `lease` from `start` on. */
function noteMove(moved: Moved, bytes: Uint8Array, old: number, lease: number, start: number): void {
  const meta = Y.parseUpdateMeta(bytes);
  const from = meta.from.get(old);
  const end = meta.to.get(old);
  if (from === undefined || end === undefined || end <= from) return;
  moved.set(old, [...(moved.get(old) ?? []), { from, end, lease, start }]);
}

/**
 * Keystrokes that wait, as they go on under a fresh pen in a document that was read anew. Undefined when what they stand
 * on is not in it (any more): a restore lost it.
 */
export function moveKeystrokes(row: OutRow, pen: PenRow, doc: Y.Doc, moved: Moved): Uint8Array | undefined {
  const before = moved.get(row.lease) ?? [];
  noteMove(moved, row.bytes, row.lease, pen.lease, Y.getState(doc.store, pen.lease));
  const bytes = rebase(row.bytes, moved);
  Y.applyUpdate(doc, bytes, FROM_OUTSIDE);
  const { store } = doc;
  if (!store.pendingStructs && !store.pendingDs) return bytes;
  store.pendingStructs = null;
  store.pendingDs = null;
  moved.set(row.lease, before);
  return undefined;
}

/** The same change under fresh leases: every id in a moved run becomes the fresh one's, all others keep their name. */
function rebase(bytes: Uint8Array, moved: Moved): Uint8Array {
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
