/** Turns resolved structs and delete ranges into ops, in the order of the update. */
import * as Y from 'yjs';
import type { Json, Op, Prior } from '#shared/ops/op.ts';
import { ANY, DELETED, FORMAT, STRING, type Struct, TYPE } from './decode.ts';
import type { Place } from './place.ts';

/** The last thing under a key of a root map, as the update itself has left it. */
interface Tail {
  client: number;
  /** Its last clock. */
  clock: number;
  /** The living value, if any. */
  prior: Prior | undefined;
}

export class Effects {
  readonly ops: Op[] = [];
  readonly #lease: number;
  readonly #tails = new Tails();

  constructor(lease: number) {
    this.#lease = lease;
  }

  /** What a new struct does. False when it does not follow the present end of its key: Yjs then searches the chain. */
  arrive(struct: Struct): boolean {
    const place = struct.place;
    // It shows nothing, yet it takes a clock and room: the policy must still be asked whether the person may write.
    if (!place) this.ops.push({ op: 'rich.delete', root: '', structs: 0, chars: 0 });
    else if (place.kind === 'map') return this.#arriveUnderKey(struct, place, struct.sub as string);
    else this.ops.push(richOp(struct, place));
    return true;
  }

  /** A living stored item under a key of a root map is named by the delete set. */
  deleteKey(root: string, item: Y.Item): void {
    const key = item.parentSub as string;
    // A successor that this update brings has already replaced it.
    if (this.#tails.get(root, key)) return;
    const prior = priorOf(item) as Prior;
    this.ops.push({ op: 'map.delete', root, key, prior, current: item.right === null });
  }

  /** A struct of this same update, under a key of a root map, is named by its delete set. */
  deleteFreshKey(struct: Struct): void {
    const { root } = struct.place as Place;
    const key = struct.sub as string;
    const tail = this.#tails.get(root, key);
    if (!tail?.prior || tail.clock !== struct.clock + struct.length - 1) return;
    this.ops.push({ op: 'map.delete', root, key, prior: tail.prior, current: true });
    tail.prior = undefined;
  }

  #arriveUnderKey(struct: Struct, place: Place, key: string): boolean {
    const { root } = place;
    const tail = this.#tails.get(root, key) ?? storedTail(place, key);
    const chained =
      struct.rightClient < 0 &&
      (tail
        ? struct.originClient === tail.client && struct.originClock === tail.clock
        : struct.originClient < 0);
    const prior = tail?.prior;
    if (struct.ref === DELETED) {
      // Arriving as the last one, it takes the living value with it.
      if (prior) this.ops.push({ op: 'map.delete', root, key, prior, current: chained });
      this.ops.push({ op: 'map.blank', root, key, chained });
    } else
      this.ops.push({
        op: 'map.set',
        root,
        key,
        value: struct.value,
        prior,
        chained,
        fresh: tail === undefined,
      });
    if (!chained) return false;
    this.#tails.set(root, key, {
      client: this.#lease,
      clock: struct.clock + struct.length - 1,
      prior: struct.ref === ANY ? { value: struct.value, lease: this.#lease } : undefined,
    });
    return true;
  }
}

/** Root, key → what this update wrote last under it. Most updates write once: a map is made for the second key only. */
class Tails {
  #root = '';
  #key = '';
  #first: Tail | undefined;
  #others: Map<string, Map<string, Tail>> | undefined;

  get(root: string, key: string): Tail | undefined {
    if (key === this.#key && root === this.#root) return this.#first;
    return this.#others?.get(root)?.get(key);
  }

  set(root: string, key: string, tail: Tail): void {
    if (this.#first === undefined || (key === this.#key && root === this.#root)) {
      this.#root = root;
      this.#key = key;
      this.#first = tail;
      return;
    }
    this.#others ??= new Map();
    const ofRoot = this.#others.get(root) ?? new Map<string, Tail>();
    this.#others.set(root, ofRoot.set(key, tail));
  }
}

function richOp(struct: Struct, place: Place): Op {
  const { root, node: inside } = place;
  const depth = place.depth + 1;
  switch (struct.ref) {
    case STRING:
      return { op: 'rich.text', root, inside, chars: struct.length, depth };
    case FORMAT:
      return { op: 'rich.mark', root, mark: struct.text, value: struct.value, depth };
    case TYPE:
      if ((struct.made as Place).kind === 'text') return { op: 'rich.text', root, inside, chars: 0, depth };
      return { op: 'rich.node', root, inside, node: struct.text, depth };
    case ANY:
      return {
        op: 'rich.attr',
        root,
        node: inside,
        attr: struct.sub as string,
        value: struct.value,
        depth,
      };
    default:
      return { op: 'rich.delete', root, structs: struct.sub === undefined ? 0 : 1, chars: 0 };
  }
}

function storedTail(place: Place, key: string): Tail | undefined {
  const item = place.type?._map.get(key);
  return item && { client: item.id.client, clock: lastOf(item), prior: priorOf(item) };
}

function priorOf(item: Y.Item): Prior | undefined {
  if (item.deleted || !(item.content instanceof Y.ContentAny)) return undefined;
  return { value: item.content.arr.at(-1) as Json, lease: item.id.client };
}

const lastOf = (item: Y.Item): number => item.id.clock + item.length - 1;
