/**
 * A strict reading of one Automerge change chunk before the library sees it. Columns are run-length encoded: a few
 * bytes can claim a billion operations, so every run is counted here against a limit, and whatever a registry
 * change does not need (deflate, lists, text, marks, counters, unknown columns, trailing bytes) is refused.
 */

export const CHUNK_LIMITS = {
  operations: 500,
  dependencies: 8,
  otherActors: 64,
  actorBytes: 32,
  /** A run says one key for many operations: the library would write it out for each. */
  keyBytes: 64,
} as const;

export type Chunk = { ok: true; operations: number } | { ok: false; says: string };

const MAGIC = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE = 1;
const MAKE_MAP = 0;
const SET = 1;
const DELETE = 3;
/** Value types: null, true, unsigned, signed, text. */
const VALUE_TYPES: readonly number[] = [0, 2, 3, 4, 6];

const COLUMN = {
  objActor: 0x01,
  objCounter: 0x02,
  key: 0x15,
  insert: 0x34,
  action: 0x42,
  valueMeta: 0x56,
  value: 0x57,
  predCount: 0x70,
  predActor: 0x71,
  predCounter: 0x73,
} as const;
const KNOWN: ReadonlySet<number> = new Set(Object.values(COLUMN));
const REQUIRED = [COLUMN.key, COLUMN.insert, COLUMN.action, COLUMN.valueMeta, COLUMN.predCount];

/** Reads a chunk whole. Never throws; allocates in proportion to the limits, not to what the bytes claim. */
export function readChunk(bytes: Uint8Array): Chunk {
  try {
    return { ok: true, operations: chunk(bytes) };
  } catch (error) {
    if (error instanceof Broken) return { ok: false, says: error.message };
    throw error;
  }
}

class Broken extends Error {}

function chunk(bytes: Uint8Array): number {
  const from = new Reader(bytes);
  for (const byte of MAGIC) if (from.byte() !== byte) throw new Broken('not an automerge chunk');
  from.skip(4);
  if (from.byte() !== CHANGE) throw new Broken('not one plain change');
  if (from.uint() !== from.left) throw new Broken('length does not match');
  from.skip(32 * from.uintUpTo(CHUNK_LIMITS.dependencies));
  from.skip(from.uintUpTo(CHUNK_LIMITS.actorBytes));
  from.uint();
  from.uint();
  from.int();
  if (from.uint() !== 0) throw new Broken('a message is not taken');
  const others = from.uintUpTo(CHUNK_LIMITS.otherActors);
  for (let i = 0; i < others; i++) from.skip(from.uintUpTo(CHUNK_LIMITS.actorBytes));
  const columns = readColumns(from);
  if (from.left !== 0) throw new Broken('trailing bytes');
  return checkColumns(columns, others);
}

function readColumns(from: Reader): Map<number, Uint8Array> {
  const sizes: [number, number][] = [];
  const count = from.uintUpTo(KNOWN.size);
  let last = -1;
  for (let i = 0; i < count; i++) {
    const column = from.uint();
    if (column <= last || !KNOWN.has(column)) throw new Broken('unknown column');
    last = column;
    sizes.push([column, from.uint()]);
  }
  return new Map(sizes.map(([column, size]) => [column, from.take(size)]));
}

function checkColumns(columns: Map<number, Uint8Array>, others: number): number {
  for (const column of REQUIRED) if (!columns.get(column)?.length) throw new Broken('missing column');
  const of = (column: number) => columns.get(column) ?? new Uint8Array();
  const actions = readUints(of(COLUMN.action), CHUNK_LIMITS.operations);
  const count = actions.length;
  if (!actions.every((action) => action === MAKE_MAP || action === SET || action === DELETE))
    throw new Broken('action is not taken');
  if (countFalse(of(COLUMN.insert)) !== count) throw new Broken('insertions are not taken');
  if (countTexts(of(COLUMN.key), count) !== count) throw new Broken('keys do not match');
  const metas = readUints(of(COLUMN.valueMeta), count);
  if (metas.length !== count || !metas.every((meta) => VALUE_TYPES.includes(meta & 15)))
    throw new Broken('value type is not taken');
  const size = metas.reduce((sum, meta) => sum + Math.floor(meta / 16), 0);
  if (size !== of(COLUMN.value).length) throw new Broken('values do not match');
  const preds = readUints(of(COLUMN.predCount), count).reduce((sum, preds) => sum + preds, 0);
  if (preds > CHUNK_LIMITS.operations) throw new Broken('too many predecessors');
  checkIds(of(COLUMN.predActor), of(COLUMN.predCounter), preds, others);
  checkObjects(of(COLUMN.objActor), of(COLUMN.objCounter), count, others);
  return count;
}

function checkIds(actors: Uint8Array, counters: Uint8Array, count: number, others: number): void {
  const found = readUints(actors, count);
  if (found.length !== count || found.some((actor) => actor > others)) throw new Broken('ids do not match');
  if (countDeltas(counters, count) !== count) throw new Broken('ids do not match');
}

/** An operation on the root has no object: a null in both columns, or no columns at all. */
function checkObjects(actors: Uint8Array, counters: Uint8Array, count: number, others: number): void {
  if (actors.length === 0 && counters.length === 0) return;
  const found = readUints(actors, count);
  if (found.length !== count || found.some((actor) => actor > others))
    throw new Broken('objects do not match');
  if (readUints(counters, count).length !== count) throw new Broken('objects do not match');
}

/** A run-length column of unsigned integers; a null reads as 0. */
function readUints(bytes: Uint8Array, max: number): number[] {
  const values: number[] = [];
  runs(bytes, max, (from, repeat) => {
    const value = from ? from.uint() : 0;
    for (let i = 0; i < repeat; i++) values.push(value);
  });
  return values;
}

/** Counts the texts of a column; a null is none, so a column with one has too few. */
function countTexts(bytes: Uint8Array, max: number): number {
  let count = 0;
  runs(bytes, max, (from, repeat) => {
    if (!from) return;
    from.skip(from.uintUpTo(CHUNK_LIMITS.keyBytes));
    count += repeat;
  });
  return count;
}

function countDeltas(bytes: Uint8Array, max: number): number {
  let count = 0;
  runs(bytes, max, (from, repeat) => {
    if (!from) return;
    from.int();
    count += repeat;
  });
  return count;
}

function runs(
  bytes: Uint8Array,
  max: number,
  each: (from: Reader | undefined, repeat: number) => void,
): void {
  const from = new Reader(bytes);
  let total = 0;
  const grow = (by: number) => {
    total += by;
    if (by === 0 || total > max) throw new Broken('too many operations');
  };
  while (from.left > 0) {
    const count = from.int();
    if (count === 0) {
      const nulls = from.uint();
      grow(nulls);
      each(undefined, nulls);
    } else if (count > 0) {
      grow(count);
      each(from, count);
    } else {
      grow(-count);
      for (let i = 0; i < -count; i++) each(from, 1);
    }
  }
}

/** A boolean column counts falses, trues, falses…; only one run of falses is taken. */
function countFalse(bytes: Uint8Array): number {
  const from = new Reader(bytes);
  const falses = from.uint();
  if (from.left > 0) throw new Broken('insertions are not taken');
  return falses;
}

/** LEB128 over bytes, integers up to 2^53. */
class Reader {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Broken('ends too early');
    return byte;
  }

  take(count: number): Uint8Array {
    const start = this.#at;
    this.skip(count);
    return this.#bytes.subarray(start, this.#at);
  }

  skip(count: number): void {
    if (count > this.left) throw new Broken('ends too early');
    this.#at += count;
  }

  uint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Broken('integer out of range');
      if (byte < 128) return value;
    }
  }

  uintUpTo(max: number): number {
    const value = this.uint();
    if (value > max) throw new Broken('count exceeds a limit');
    return value;
  }

  int(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Broken('integer out of range');
      if (byte < 128) return byte & 64 ? value - scale * 128 : value;
    }
  }
}
