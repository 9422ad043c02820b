/**
 * Finds where each new struct lands: through the document, and through the earlier structs of the same update. It
 * also counts what integrating it could cost, because Yjs looks through a whole list when neighbours are far apart.
 */
import * as Y from 'yjs';
import { DELETED, GC, STRING, Struct, TYPE } from './decode.ts';
import { type Container, misfit, type Place, Places, placeMadeBy } from './place.ts';
import type { Fault } from './reader.ts';

export type Stored = Y.Item | Y.GC;

/** List neighbours that Yjs may have to look at while it integrates one update. An honest one looks at few. */
const SCAN_MAX = 40_000;
/** Entries of Yjs' arrays that splitting may move. */
const MOVES_MAX = 24_000_000;

export class Resolver {
  fault: Fault | undefined;
  readonly places: Places;
  readonly #clients: Map<number, Stored[]>;
  readonly #lease: number;
  #base = 0;
  #fresh: readonly Struct[] = [];
  readonly #depthMax: number;
  #client = -1;
  #structs: Stored[] | undefined;
  #state = 0;
  #scans = 0;
  #moves = 0;
  #origins: Map<number, Set<number>> | undefined;

  constructor(doc: Y.Doc, depthMax: number, lease: number) {
    this.places = new Places(doc);
    this.#clients = doc.store.clients as Map<number, Stored[]>;
    this.#lease = lease;
    this.#depthMax = depthMax;
  }

  /** Names the new structs of the lease, in order, from clock `base` on. */
  expect(base: number, fresh: readonly Struct[]): void {
    this.#base = base;
    this.#fresh = fresh;
  }

  fail(says: string, code: Fault['code'] = 'malformed'): undefined {
    this.fault ??= { code, says };
    return undefined;
  }

  /** The stored structs of a client, or undefined. */
  structsOf(client: number): Stored[] | undefined {
    if (client !== this.#client) {
      this.#client = client;
      this.#structs = this.#clients.get(client);
      const last = this.#structs?.at(-1);
      this.#state = last ? last.id.clock + last.length : 0;
    }
    return this.#structs;
  }

  /** The next clock of a client in the document. */
  stateOf(client: number): number {
    this.structsOf(client);
    return this.#state;
  }

  /** Fills in `place`, `sub` and `made` of a struct, or sets the fault. */
  resolve(struct: Struct): void {
    if (struct.ref === GC) {
      // Only nested content is ever collected whole: a document of plain maps has none.
      if (!this.places.canNest) this.fail('collected struct where nothing is nested');
      return;
    }
    let place: Place | undefined;
    if (struct.root !== undefined) place = this.places.root(struct.root) ?? this.fail('root is unknown');
    else if (struct.parentClient >= 0) place = this.#byParent(struct);
    else place = this.#byNeighbours(struct);
    if (!place || this.fault) return;
    struct.place = place;
    const why = misfit(struct, place);
    if (why) this.fail(why);
    else if (place.depth >= this.#depthMax) this.fail('node is too deep', 'too-long');
    if (struct.ref === TYPE) struct.made = placeMadeBy(struct, place);
    if (place.kind !== 'map') this.#count(struct, place);
    place.arrivals++;
  }

  /** Counts a search through all that was ever written under a key. */
  countChain({ place, sub }: Struct): void {
    if (!place) return;
    let steps = place.arrivals;
    for (let item = place.type?._map.get(sub as string) ?? null; item && steps <= SCAN_MAX; item = item.left)
      steps++;
    this.#scan(steps);
  }

  /** Counts a cut of a stored struct: Yjs moves all that its client wrote later, there and back. */
  countSplit(client: number, clock: number): void {
    const structs = this.structsOf(client) as Stored[];
    this.countMoves(structs.length - Y.findIndexSS(structs, clock));
  }

  countMoves(moves: number): void {
    this.#moves += moves;
    if (this.#moves > MOVES_MAX) this.fail('update cuts too much', 'too-long');
  }

  #find(client: number, clock: number, from: Struct): Stored | Struct | undefined {
    if (client === this.#lease && clock >= this.#base) {
      if (clock >= from.clock) return this.fail('struct refers to itself or a later one');
      return this.#fresh[indexIn(this.#fresh, clock)];
    }
    const structs = this.structsOf(client);
    if (!structs || clock >= this.#state) return this.fail('depends on an unknown struct', 'missing-deps');
    return structs[Y.findIndexSS(structs, clock)];
  }

  #byParent(struct: Struct): Place | undefined {
    const parent = this.#find(struct.parentClient, struct.parentClock, struct);
    if (!parent || parent instanceof Y.GC) return undefined;
    if (parent instanceof Y.Item) {
      if (parent.content instanceof Y.ContentType) return this.places.of(parent.content.type);
      return parent.content instanceof Y.ContentDeleted ? undefined : this.fail('parent holds nothing');
    }
    if (parent.ref === TYPE) return parent.made;
    return parent.ref === GC || parent.ref === DELETED ? undefined : this.fail('parent holds nothing');
  }

  #byNeighbours(struct: Struct): Place | undefined {
    const { originClient, originClock, rightClient, rightClock } = struct;
    const left = originClient >= 0 ? this.#find(originClient, originClock, struct) : undefined;
    const right = rightClient >= 0 ? this.#find(rightClient, rightClock, struct) : undefined;
    if (this.fault) return undefined;
    struct.left = left;
    struct.right = right;
    if (left && cutsPair(left, originClock + 1)) return this.fail('neighbour splits a character');
    if (right && cutsPair(right, rightClock)) return this.fail('neighbour splits a character');
    const leftPlace = left && this.#placeOf(left);
    const rightPlace = right && this.#placeOf(right);
    if ((left && !leftPlace) || (right && !rightPlace)) return undefined;
    if (left && right && (leftPlace !== rightPlace || subOf(left) !== subOf(right)))
      return this.fail('neighbours live in different places');
    if (left && right && this.#isBackwards(struct)) return this.fail('neighbours stand the wrong way round');
    struct.sub = subOf((left ?? right) as Stored | Struct);
    return leftPlace ?? rightPlace;
  }

  /**
   * Whether the right neighbour is not on the right of the left one. No editor writes that, and where it lands would
   * depend on how a copy happens to cut its runs.
   */
  #isBackwards({ left, right, originClient, originClock, rightClient, rightClock }: Struct): boolean {
    if (left instanceof Struct) {
      if (left === right) return rightClock !== originClock + 1;
      const isEnd = originClock === left.clock + left.length - 1;
      // Nothing was written between the left one and what stood on its right when it was made.
      if (isEnd && left.rightClient === rightClient && left.rightClock === rightClock) return false;
    }
    // Written right behind the left one, in this very update.
    if (right instanceof Struct)
      return !(
        rightClock === right.clock &&
        right.originClient === originClient &&
        right.originClock === originClock
      );
    if (left instanceof Struct) return true;
    if (left === right) return rightClock <= originClock;
    if (!(left instanceof Y.Item && right instanceof Y.Item)) return false;
    let steps = 0;
    for (let item = left.right; item !== right; item = item.right) {
      if (item === null) return true;
      if (++steps > SCAN_MAX) break;
    }
    this.#scan(steps);
    return false;
  }

  #placeOf(target: Stored | Struct): Place | undefined {
    if (target instanceof Y.Item) return this.places.of(target.parent as Container);
    return target instanceof Y.GC ? undefined : target.place;
  }

  /**
   * What Yjs may look through: everything right of the origin that descends from it, or that shares it. A struct
   * that continues the one before it costs nothing, since nobody else can have that origin yet.
   */
  #count(struct: Struct, place: Place): void {
    const { originClient, originClock, rightClock } = struct;
    const left = struct.left;
    const right = struct.right instanceof Y.Item ? struct.right : null;
    if (right && rightClock > right.id.clock && right !== left)
      this.countSplit(struct.rightClient, rightClock);
    if (originClient === this.#lease && originClock >= this.#base) {
      if (originClock === struct.clock - 1) return;
      const cut = originClock < (left as Struct).clock + (left as Struct).length - 1;
      const direct = cut && struct.right === left && rightClock === originClock + 1;
      if (this.#isShared(struct) || (cut && !direct)) this.#scan(place.arrivals);
      return;
    }
    let from: Y.Item | null;
    if (!left) from = startOf(place, struct.sub);
    else {
      const item = left as Y.Item;
      const isCut = originClock < item.id.clock + item.length - 1;
      if (isCut) this.countSplit(originClient, originClock);
      // What begins right after a cut has this very origin; anything else only if it was written there.
      if (isCut) from = right === item && rightClock === originClock + 1 ? null : item;
      else from = item.right && sharesOrigin(item.right, originClient, originClock) ? item.right : null;
    }
    let steps = this.#isShared(struct) ? place.arrivals : 0;
    if (from !== null && from !== right)
      for (let item: Y.Item | null = from; item && steps <= SCAN_MAX; item = item.right) {
        if (item === right && item !== left) break;
        steps++;
      }
    this.#scan(steps);
  }

  #scan(steps: number): void {
    this.#scans += steps;
    if (this.#scans > SCAN_MAX) this.fail('neighbours are too far apart', 'too-long');
  }

  /** Whether an earlier struct of this update has the same origin; remembers this one's. */
  #isShared(struct: Struct): boolean {
    const { originClient, originClock } = struct;
    if (originClient < 0) return (struct.place as Place).arrivals > 0;
    this.#origins ??= new Map();
    let clocks = this.#origins.get(originClient);
    if (!clocks) {
      clocks = new Set();
      this.#origins.set(originClient, clocks);
    }
    const isShared = clocks.has(originClock);
    clocks.add(originClock);
    if (isShared || originClient !== this.#lease || originClock < this.#base) return isShared;
    const next = this.#fresh[indexIn(this.#fresh, originClock + 1)] as Struct;
    return (
      next.clock === originClock + 1 && next.originClient === originClient && next.originClock === originClock
    );
  }
}

function sharesOrigin(item: Y.Item, client: number, clock: number): boolean {
  return item.origin !== null && item.origin.client === client && item.origin.clock === clock;
}

/** The first item of a list, or of the chain under a key. */
function startOf(place: Place, sub: string | undefined): Y.Item | null {
  const type = place.type;
  if (!type) return null;
  if (sub === undefined) return type._start;
  let item = type._map.get(sub) ?? null;
  while (item?.left) item = item.left;
  return item;
}

function subOf(target: Stored | Struct): string | undefined {
  if (target instanceof Y.Item) return target.parentSub ?? undefined;
  return target instanceof Y.GC ? undefined : target.sub;
}

/** Whether cutting a struct before `clock` would cut a surrogate pair: Yjs would replace both halves for everybody. */
export function cutsPair(target: Stored | Struct, clock: number): boolean {
  let text: string;
  let at: number;
  if (target instanceof Y.Item) {
    if (!(target.content instanceof Y.ContentString)) return false;
    text = target.content.str;
    at = clock - target.id.clock;
  } else {
    if (target instanceof Y.GC || target.ref !== STRING) return false;
    text = target.text;
    at = clock - target.clock;
  }
  if (at <= 0 || at >= text.length) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** Index of the struct that holds a clock; the clock is inside the run. */
export function indexIn(structs: readonly Struct[], clock: number): number {
  let low = 0;
  let high = structs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((structs[middle] as Struct).clock <= clock) low = middle;
    else high = middle - 1;
  }
  return low;
}
