/**
 * Carries a change of one lease into a document that nobody observes, and tidies up after it as Yjs does: the same
 * structs remain, without the two state vectors, the events and the encoding that Yjs' own transaction pays for.
 */
import * as Y from 'yjs';

type Stored = Y.Item | Y.GC;

/**
 * Runs `change`, which may add structs of `lease` from clock `before` on, and delete. What throws inside leaves the
 * document half-changed. Nobody may be told of this change: no event is emitted, no search marker is reset.
 */
export function quietly(
  doc: Y.Doc,
  lease: number,
  before: number,
  change: (transaction: Y.Transaction) => void,
): void {
  if (doc._transaction) throw new Error('a transaction is open');
  const quiet = new Quiet(doc, lease, before);
  doc._transaction = quiet as unknown as Y.Transaction;
  try {
    change(doc._transaction);
  } finally {
    doc._transaction = null;
  }
  const { store } = doc;
  if (quiet.deleteSet.clients.size > 0) Y.tryGc(Y.mergeDeleteSets([quiet.deleteSet]), store, doc.gcFilter);
  const own = store.clients.get(lease) as Stored[] | undefined;
  if (own && Y.getState(store, lease) > before) {
    const first = Math.max(Y.findIndexSS(own, before), 1);
    for (let at = own.length - 1; at >= first; ) at -= 1 + mergeIntoLefts(own, at);
  }
  for (const split of quiet._mergeStructs.reverse()) mergeAround(store, split.id);
}

/** What Yjs reads and writes of a transaction while structs are integrated and deleted. */
class Quiet {
  readonly doc: Y.Doc;
  readonly deleteSet = Y.createDeleteSet();
  readonly beforeState: { get(client: number): number };
  readonly changed = new Map();
  readonly _mergeStructs: Stored[] = [];
  readonly local = false;

  constructor(doc: Y.Doc, lease: number, before: number) {
    this.doc = doc;
    this.beforeState = { get: (client) => (client === lease ? before : Y.getState(doc.store, client)) };
  }
}

/** Merges what was cut, and what now lies beside it, back together. */
function mergeAround({ clients }: Y.Doc['store'], { client, clock }: Y.ID): void {
  const structs = clients.get(client) as Stored[];
  const at = Y.findIndexSS(structs, clock);
  if (at + 1 < structs.length && mergeIntoLefts(structs, at + 1) > 1) return;
  if (at > 0) mergeIntoLefts(structs, at);
}

/** Merges a struct into those before it as far as they let it; says how many went. */
function mergeIntoLefts(structs: Stored[], at: number): number {
  let first = at;
  for (; first > 0; first--) {
    const right = structs[first] as Stored;
    const left = structs[first - 1] as Stored;
    if (left.deleted !== right.deleted || left.constructor !== right.constructor) break;
    if (!left.mergeWith(right as Y.Item & Y.GC)) break;
    if (right instanceof Y.Item && right.parentSub !== null) {
      const { _map } = right.parent as Y.AbstractType<unknown>;
      if (_map.get(right.parentSub) === right) _map.set(right.parentSub, left as Y.Item);
    }
  }
  const merged = at - first;
  if (merged > 0) structs.splice(first + 1, merged);
  return merged;
}
