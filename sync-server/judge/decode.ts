/**
 * Strict decoder of Yjs' V1 update format: plain records, no Yjs objects. What it accepts, Yjs reads the same way;
 * what Yjs would read in two ways, or at a price the bytes do not pay for, it refuses.
 */
import type * as Y from 'yjs';
import type { Json } from '#shared/ops/op.ts';
import type { Place } from './place.ts';
import { type Fault, Reader } from './reader.ts';
import type { Bounds } from './shape.ts';

/** Kinds of structs, by Yjs' own numbers. JSON, binary, embed and subdocument are not taken. */
export const GC = 0;
export const DELETED = 1;
export const STRING = 4;
export const FORMAT = 6;
export const TYPE = 7;
export const ANY = 8;
export const ELEMENT_TYPE = 3;
export const TEXT_TYPE = 6;

/** One struct as it stands in the bytes. `-1` and `undefined` are what is absent. */
export class Struct {
  readonly ref: number;
  clock: number;
  length = 1;
  originClient = -1;
  originClock = 0;
  rightClient = -1;
  rightClock = 0;
  root: string | undefined;
  parentClient = -1;
  parentClock = 0;
  sub: string | undefined;
  /** Text of a string, key of a mark, name of a node. */
  text = '';
  /** Value of a mark, or of a key. */
  value: Json = null;
  /** Yjs' number of a nested type. */
  type = 0;
  /** Filled in by the resolver: what its neighbours are, stored or of the same update. */
  left: Y.Item | Y.GC | Struct | undefined;
  right: Y.Item | Y.GC | Struct | undefined;
  /** Filled in when it is applied. */
  item: Y.Item | undefined;
  /** Filled in by the resolver: where it lands; undefined when that place is dead. */
  place: Place | undefined;
  /** Filled in by the resolver, for a nested type: the place it makes. */
  made: Place | undefined;

  constructor(ref: number, clock: number) {
    this.ref = ref;
    this.clock = clock;
  }
}

/** Structs of one client, without gaps. */
export interface Block {
  client: number;
  start: number;
  end: number;
  structs: Struct[];
}

export interface DeleteRange {
  client: number;
  start: number;
  end: number;
}

export type Decoded = { ok: true; blocks: Block[]; deletes: DeleteRange[] } | ({ ok: false } & Fault);

/** Clocks count characters of one lease in one document: far from this. */
const CLOCK_MAX = 2 ** 31 - 1;
/** Characters that one update may bring already dead. They cost no bytes. */
const DEAD_MAX = 2 ** 20;

const HAS_ORIGIN = 0x80;
const HAS_RIGHT = 0x40;
const HAS_SUB = 0x20;
const REF = 0x1f;

/** Decodes a whole update; the last byte belongs to it. Never throws. */
export function decode(bytes: Uint8Array, bounds: Bounds): Decoded {
  if (bytes.length > bounds.bytesMax)
    return { ok: false, code: 'too-long', says: 'update has too many bytes' };
  const reader = new Reader(bytes, bounds);
  const blocks = readBlocks(reader, bounds);
  const deletes = readDeletes(reader, bounds);
  if (!reader.fault && reader.rest > 0) reader.fail('bytes follow the update');
  return reader.fault ? { ok: false, ...reader.fault } : { ok: true, blocks, deletes };
}

function readBlocks(reader: Reader, bounds: Bounds): Block[] {
  const blocks: Block[] = [];
  let total = 0;
  let dead = 0;
  const clients = reader.count(4);
  const seen = clients > 1 ? new Set<number>() : undefined;
  for (let left = clients; left > 0 && !reader.fault; left--) {
    const count = reader.count(2);
    const client = reader.uint();
    const start = reader.uint();
    if (count === 0) reader.fail('client block is empty');
    if (seen?.has(client)) reader.fail('client block comes twice');
    seen?.add(client);
    total += count;
    if (total > bounds.structsMax) reader.fail('update has too many structs', 'too-long');
    const structs: Struct[] = [];
    let clock = start;
    for (let i = 0; i < count && !reader.fault; i++) {
      const struct = readStruct(reader, clock);
      if (struct.ref <= DELETED) dead += struct.length;
      clock += struct.length;
      if (clock > CLOCK_MAX || dead > DEAD_MAX) reader.fail('clock runs away');
      structs.push(struct);
    }
    blocks.push({ client, start, end: clock, structs });
  }
  return blocks;
}

function readStruct(reader: Reader, clock: number): Struct {
  const info = reader.byte();
  const struct = new Struct(info & REF, clock);
  if (struct.ref === GC) {
    if (info !== GC) reader.fail('collected struct has neighbours');
    struct.length = readLength(reader);
    return struct;
  }
  if (info & HAS_ORIGIN) {
    struct.originClient = reader.uint();
    struct.originClock = reader.uint();
  }
  if (info & HAS_RIGHT) {
    struct.rightClient = reader.uint();
    struct.rightClock = reader.uint();
  }
  if ((info & (HAS_ORIGIN | HAS_RIGHT)) === 0) {
    const named = reader.uint();
    if (named === 1) struct.root = reader.text();
    else if (named === 0) {
      struct.parentClient = reader.uint();
      struct.parentClock = reader.uint();
    } else reader.fail('parent is neither a root nor an id');
    if (info & HAS_SUB) struct.sub = reader.text();
  }
  readContent(reader, struct);
  return struct;
}

function readContent(reader: Reader, struct: Struct): void {
  switch (struct.ref) {
    case DELETED:
      struct.length = readLength(reader);
      return;
    case STRING:
      struct.text = reader.text();
      struct.length = struct.text.length;
      if (struct.length === 0) reader.fail('struct is empty');
      return;
    case FORMAT:
      struct.text = reader.text();
      struct.value = reader.jsonText();
      return;
    case TYPE:
      struct.type = reader.uint();
      if (struct.type === ELEMENT_TYPE) struct.text = reader.text();
      else if (struct.type !== TEXT_TYPE) reader.fail('type is not taken', 'bad-value');
      return;
    case ANY:
      // One value a struct: Yjs keeps only the last one of several under a key, and lists of values are not taken.
      if (reader.uint() !== 1) reader.fail('struct holds several values', 'bad-value');
      else struct.value = reader.json();
      return;
    default:
      reader.fail('struct kind is not taken');
  }
}

function readLength(reader: Reader): number {
  const length = reader.uint();
  if (length === 0) reader.fail('struct is empty');
  return length;
}

/** Ranges of a client ascend and do not overlap: then their cost is that of what they delete. */
function readDeletes(reader: Reader, bounds: Bounds): DeleteRange[] {
  const deletes: DeleteRange[] = [];
  const count = reader.count(4);
  const seen = count > 1 ? new Set<number>() : undefined;
  for (let left = count; left > 0 && !reader.fault; left--) {
    const client = reader.uint();
    const ranges = reader.count(2);
    if (ranges === 0) reader.fail('delete set of a client is empty');
    if (seen?.has(client)) reader.fail('delete set of a client comes twice');
    seen?.add(client);
    if (deletes.length + ranges > bounds.deleteRangesMax)
      reader.fail('update has too many delete ranges', 'too-long');
    let last = 0;
    for (let i = 0; i < ranges && !reader.fault; i++) {
      const start = reader.uint();
      const length = readLength(reader);
      if (start < last) reader.fail('delete ranges overlap or do not ascend');
      last = start + length;
      if (last > CLOCK_MAX) reader.fail('clock runs away');
      deletes.push({ client, start, end: last });
    }
  }
  return deletes;
}
