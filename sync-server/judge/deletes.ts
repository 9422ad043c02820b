/** What the delete set kills: named or inside a named container, living now. Costs what it kills. */
import * as Y from 'yjs';
import type { DeleteRange, Struct } from './decode.ts';
import type { Effects } from './effects.ts';
import type { Container } from './place.ts';
import type { Doomed } from './plan.ts';
import { cutsPair, indexIn, type Resolver, type Stored } from './resolver.ts';

export class Deletes {
  readonly doomed: Doomed[] = [];
  readonly #resolver: Resolver;
  readonly #effects: Effects;
  readonly #ranges: readonly DeleteRange[];
  readonly #max: number;
  #root = '';
  #structs = 0;
  #chars = 0;
  #byClient: Map<number, DeleteRange[]> | undefined;

  constructor(resolver: Resolver, effects: Effects, ranges: readonly DeleteRange[], max: number) {
    this.#resolver = resolver;
    this.#effects = effects;
    this.#ranges = ranges;
    this.#max = max;
  }

  /** Judges all ranges; `fresh` are the new structs of `lease`, from clock `base` on. Faults go to the resolver. */
  run(lease: number | undefined, base: number, fresh: readonly Struct[]): void {
    for (const range of this.#ranges) {
      if (this.#resolver.fault) return;
      const isOwn = range.client === lease && fresh.length > 0;
      if (isOwn && range.end > base) this.#fresh(range, base, fresh);
      const end = isOwn ? Math.min(range.end, base) : range.end;
      if (range.start < end) this.#stored(range.client, range.start, end);
    }
    if (this.#structs > 0)
      this.#effects.ops.push({
        op: 'rich.delete',
        root: this.#root,
        structs: this.#structs,
        chars: this.#chars,
      });
  }

  #fresh(range: DeleteRange, base: number, fresh: readonly Struct[]): void {
    const last = fresh.at(-1) as Struct;
    if (range.end > last.clock + last.length)
      this.#resolver.fail('deletes an unknown struct', 'missing-deps');
    for (let i = indexIn(fresh, Math.max(range.start, base)); i < fresh.length; i++) {
      const struct = fresh[i] as Struct;
      if (struct.clock >= range.end) return;
      if (this.#cuts(struct, struct.clock, struct.length, range.start, range.end))
        this.#resolver.countMoves(fresh.length - i);
      if (struct.place?.kind === 'map') this.#effects.deleteFreshKey(struct);
    }
  }

  #stored(client: number, start: number, end: number): void {
    const structs = this.#resolver.structsOf(client);
    if (!structs || end > this.#resolver.stateOf(client)) {
      this.#resolver.fail('deletes an unknown struct', 'missing-deps');
      return;
    }
    for (let i = Y.findIndexSS(structs, start); i < structs.length; i++) {
      const item = structs[i] as Stored;
      if (item.id.clock >= end || this.#resolver.fault) return;
      if (item.deleted) continue;
      if (this.#cuts(item, item.id.clock, item.length, start, end))
        this.#resolver.countMoves(structs.length - i);
      this.#kill(item as Y.Item, start, end);
    }
  }

  /** Whether a range begins or ends inside a struct; a cut through a character is a fault. */
  #cuts(target: Stored | Struct, clock: number, length: number, start: number, end: number): boolean {
    const isCut = start > clock || end < clock + length;
    if (isCut && (cutsPair(target, start) || cutsPair(target, end)))
      this.#resolver.fail('deletion splits a character');
    return isCut;
  }

  #kill(item: Y.Item, start: number, end: number): void {
    const place = this.#resolver.places.of(item.parent as Container);
    if (!place) return;
    if (place.kind === 'map') {
      this.#effects.deleteKey(place.root, item);
      return;
    }
    this.#root = place.root;
    this.#count(item, Math.min(end, item.id.clock + item.length) - Math.max(start, item.id.clock));
    if (item.content instanceof Y.ContentType) this.#killInside(item, item.content.type);
  }

  #count(item: Y.Item, length: number): void {
    if (++this.#structs > this.#max) this.#resolver.fail('update deletes too much', 'too-long');
    if (item.content instanceof Y.ContentString) this.#chars += length;
  }

  /** Children that are named are counted by their own range; here only those that the sender did not know. */
  #killInside(container: Y.Item, type: Container): void {
    for (let child = type._start; child && !this.#resolver.fault; child = child.right)
      if (!child.deleted) this.#killUnnamed(child, container);
    for (const child of type._map.values()) if (!child.deleted) this.#killUnnamed(child, container);
  }

  #killUnnamed(item: Y.Item, container: Y.Item): void {
    const { client, clock } = item.id;
    const end = clock + item.length;
    let from = clock;
    for (const range of this.#named(client, clock, end)) {
      if (range.start > from) this.#doom(item, from, range.start, container);
      from = range.end;
    }
    if (from < end) this.#doom(item, from, end, container);
  }

  #doom(item: Y.Item, start: number, end: number, container: Y.Item): void {
    this.#count(item, end - start);
    const { client, clock } = item.id;
    if (item.content instanceof Y.ContentType) this.#killInside(container, item.content.type);
    else if (item.content instanceof Y.ContentString)
      this.doomed.push({
        lease: client,
        clock: start,
        text: item.content.str.slice(start - clock, end - clock),
        inside: { client: container.id.client, clock: container.id.clock },
      });
  }

  /** The ranges of a client that touch [start, end), in order. */
  #named(client: number, start: number, end: number): DeleteRange[] {
    this.#byClient ??= Map.groupBy(this.#ranges, (range) => range.client);
    const ranges = this.#byClient.get(client);
    if (!ranges) return [];
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle] as DeleteRange).end <= start) low = middle + 1;
      else high = middle;
    }
    const touching: DeleteRange[] = [];
    for (let range = ranges[low]; range && range.start < end; range = ranges[++low]) touching.push(range);
    return touching;
  }
}
