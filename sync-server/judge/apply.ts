import * as Y from 'yjs';
import { ANY, DELETED, FORMAT, GC, STRING, Struct, TEXT_TYPE } from './decode.ts';
import type { Container } from './place.ts';
import type { Plan } from './plan.ts';
import { quietly } from './quiet.ts';
import { rootsOf } from './shape.ts';
import { diedText } from './swallowed.ts';
import type { Accepted, Applied, DiedText } from './verdict.ts';

/**
 * Applies what `examine` accepted, synchronously after it on the same document (nothing may come between), and checks
 * what Yjs made of it. Never throws: `broken` means that the document must not be used any more.
 *
 * It hands Yjs the very structs that were judged instead of letting Yjs decode the bytes again: what was read once
 * cannot be read in two ways.
 */
export function applyExamined(doc: Y.Doc, { known, plan }: Accepted): Applied {
  if (known) return { ok: true, update: plan.bytes, died: [] };
  let died: DiedText[] = [];
  let update = plan.bytes;
  const change = (transaction: Y.Transaction) => {
    for (const struct of plan.fresh) integrate(transaction, plan.lease, struct);
    for (const { client, start, end } of plan.deletes) kill(transaction, client, start, end);
    died = diedText(doc, plan);
  };
  try {
    let says: string | undefined;
    // Quietly nobody is told, so nobody can answer with a change of their own.
    if (plan.exact) quietly(doc, plan.lease, plan.before, change);
    else {
      const emitted = heard(doc, plan, change);
      if (emitted.length === 1) [update] = emitted as [Uint8Array];
      else says = 'not one update came of it';
    }
    says ??= whatBroke(doc, plan);
    return says === undefined ? { ok: true, update, died } : { ok: false, broken: true, says };
  } catch {
    return { ok: false, broken: true, says: 'Yjs threw' };
  }
}

/** Runs a change as a transaction of Yjs; returns the updates that it emits: what was really new of what was sent. */
function heard(doc: Y.Doc, plan: Plan, change: (transaction: Y.Transaction) => void): Uint8Array[] {
  const emitted: Uint8Array[] = [];
  const keep = (bytes: Uint8Array) => {
    emitted.push(bytes);
  };
  doc.on('update', keep);
  try {
    Y.transact(doc, change, plan, false);
    return emitted;
  } finally {
    doc.off('update', keep);
  }
}

function integrate(transaction: Y.Transaction, lease: number, struct: Struct): void {
  const id = Y.createID(lease, struct.clock);
  if (struct.ref === GC) {
    new Y.GC(id, struct.length).integrate(transaction, 0);
    return;
  }
  const left = leftOf(transaction, struct);
  // Read before the right neighbour is cut: an origin may lie behind it, and then the cut is inside of `left`.
  const origin = left?.lastId ?? null;
  const right = rightOf(transaction, struct);
  const item = new Y.Item(
    id,
    left,
    origin,
    right,
    right?.id ?? null,
    // Without a living place Yjs keeps only the clock.
    struct.place?.type ?? null,
    struct.sub ?? null,
    contentOf(struct),
  );
  struct.item = item;
  item.integrate(transaction, 0);
}

/** The neighbours that were found when it was judged, cut where it stands if they are longer. */
function leftOf(transaction: Y.Transaction, { left, originClient, originClock }: Struct): Y.Item | null {
  const item = left instanceof Struct ? left.item : left;
  if (!item || item instanceof Y.GC) return null;
  if (item.id.clock + item.length - 1 === originClock) return item;
  return Y.getItemCleanEnd(transaction, transaction.doc.store, Y.createID(originClient, originClock));
}
function rightOf(transaction: Y.Transaction, { right, rightClient, rightClock }: Struct): Y.Item | null {
  const item = right instanceof Struct ? right.item : right;
  if (!item || item instanceof Y.GC) return null;
  if (item.id.clock === rightClock) return item;
  return Y.getItemCleanStart(transaction, Y.createID(rightClient, rightClock));
}

function contentOf(struct: Struct): Y.Item['content'] {
  switch (struct.ref) {
    case DELETED:
      return new Y.ContentDeleted(struct.length);
    case STRING:
      return new Y.ContentString(struct.text);
    case FORMAT:
      return new Y.ContentFormat(struct.text, struct.value as object);
    case ANY:
      return new Y.ContentAny([struct.value]);
    default: {
      const type = struct.type === TEXT_TYPE ? new Y.XmlText() : new Y.XmlElement(struct.text);
      if (struct.made) struct.made.type = type;
      return new Y.ContentType(type);
    }
  }
}

/** Deletes what still lives in a range, as Yjs does for a delete set. */
function kill(transaction: Y.Transaction, client: number, start: number, end: number): void {
  const structs = transaction.doc.store.clients.get(client) as (Y.Item | Y.GC)[];
  let index = Y.findIndexSS(structs, start);
  const first = structs[index] as Y.Item | Y.GC;
  if (!first.deleted && first.id.clock < start) {
    Y.getItemCleanStart(transaction, Y.createID(client, start));
    index++;
  }
  for (; index < structs.length; index++) {
    const struct = structs[index] as Y.Item | Y.GC;
    if (struct.id.clock >= end) return;
    if (struct.deleted) continue;
    if (end < struct.id.clock + struct.length) Y.getItemCleanStart(transaction, Y.createID(client, end));
    (struct as Y.Item).delete(transaction);
  }
}

function whatBroke(doc: Y.Doc, plan: Plan): string | undefined {
  const { store } = doc;
  if (store.pendingStructs || store.pendingDs) return 'something is pending';
  if (Y.getState(store, plan.lease) !== plan.after) return 'clock is not where it should be';
  const roots = rootsOf(doc);
  if (doc.share.size !== roots.size) return 'roots changed';
  for (const [name, root] of roots)
    if (doc.share.get(name) !== (root as Container)) return 'root was replaced';
  return undefined;
}
