/**
 * What one update would do, as the judge reads it out of bytes and a policy judges it: plain values, no CRDT.
 * The judge promises: every effect of the update on living content is in the list, in the order of the update,
 * and nothing in the list is already known to the document.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A map entry as it stands before an op, seen by the update itself (earlier ops of it included). */
export interface Prior {
  value: Json;
  /** Lease (client id) that wrote it. */
  lease: number;
}

export type Op =
  /**
   * A value under a key of a root map. `chained`: its origin is the key's current last item (or both are none).
   * `fresh`: nothing was ever written under the key, not even something deleted since.
   */
  | {
      op: 'map.set';
      root: string;
      key: string;
      value: Json;
      prior: Prior | undefined;
      chained: boolean;
      fresh: boolean;
    }
  /** The key's living value dies without a successor. `current`: it was the key's current item. */
  | { op: 'map.delete'; root: string; key: string; prior: Prior; current: boolean }
  /** A key written and deleted by the same lease before sending: takes its clock, shows nothing. */
  | { op: 'map.blank'; root: string; key: string; chained: boolean }
  /**
   * Rich text: characters, a node, a mark, an attribute come to life; `depth` counts from the root. `inside`: the node
   * that they stand in, '' for the root itself.
   */
  | { op: 'rich.text'; root: string; inside: string; chars: number; depth: number }
  | { op: 'rich.node'; root: string; inside: string; node: string; depth: number }
  | { op: 'rich.mark'; root: string; mark: string; value: Json; depth: number }
  | { op: 'rich.attr'; root: string; node: string; attr: string; value: Json; depth: number }
  /**
   * Rich text: living structs die; `chars` counts characters among them. Zero structs: something arrives that shows
   * nothing, which only who may write may do (`root` is '' when its place is dead).
   */
  | { op: 'rich.delete'; root: string; structs: number; chars: number };
