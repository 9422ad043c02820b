/** Writes Yjs V1 updates by hand, byte by byte: what no honest client would write included. */
import * as encoding from 'lib0/encoding';

export type Id = readonly [client: number, clock: number];

/** Where a struct says it stands: beside neighbours, or in a root or a node, under a key or in the list. */
export interface At {
  left?: Id;
  right?: Id;
  root?: string;
  parent?: Id;
  sub?: string;
}

export type Write = (to: encoding.Encoder) => void;
export interface Block {
  client: number;
  clock: number;
  structs: Write[];
  /** Overrides the true count of structs. */
  count?: number;
}
export interface Crafted {
  blocks?: Block[];
  /** Client → ranges of clock and length. */
  deletes?: [client: number, ranges: [clock: number, length: number][]][];
  tail?: number[];
}

export function craft({ blocks = [], deletes = [], tail = [] }: Crafted): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, blocks.length);
  for (const block of blocks) {
    encoding.writeVarUint(to, block.count ?? block.structs.length);
    encoding.writeVarUint(to, block.client);
    encoding.writeVarUint(to, block.clock);
    for (const write of block.structs) write(to);
  }
  encoding.writeVarUint(to, deletes.length);
  for (const [client, ranges] of deletes) {
    encoding.writeVarUint(to, client);
    encoding.writeVarUint(to, ranges.length);
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(to, clock);
      encoding.writeVarUint(to, length);
    }
  }
  for (const byte of tail) encoding.writeUint8(to, byte);
  return encoding.toUint8Array(to);
}

/** One block of one client, the most common update. */
export function one(
  client: number,
  clock: number,
  structs: Write[],
  more: Omit<Crafted, 'blocks'> = {},
): Uint8Array {
  return craft({ blocks: [{ client, clock, structs }], ...more });
}

/** A struct of any kind with any content. */
export function struct(ref: number, at: At, content: Write): Write {
  return (to) => {
    const { left, right, sub } = at;
    encoding.writeUint8(to, ref | (left ? 0x80 : 0) | (right ? 0x40 : 0) | (sub === undefined ? 0 : 0x20));
    if (left) writeId(to, left);
    if (right) writeId(to, right);
    if (!left && !right) {
      encoding.writeVarUint(to, at.root === undefined ? 0 : 1);
      if (at.root !== undefined) encoding.writeVarString(to, at.root);
      else writeId(to, at.parent ?? [0, 0]);
      if (sub !== undefined) encoding.writeVarString(to, sub);
    }
    content(to);
  };
}

export const uint =
  (value: number): Write =>
  (to) =>
    encoding.writeVarUint(to, value);
export const raw =
  (...bytes: number[]): Write =>
  (to) => {
    for (const byte of bytes) encoding.writeUint8(to, byte);
  };
export const inOrder =
  (...writes: Write[]): Write =>
  (to) => {
    for (const write of writes) write(to);
  };
export const str =
  (text: string): Write =>
  (to) =>
    encoding.writeVarString(to, text);

export const gc = (length: number): Write => inOrder(raw(0), uint(length));
export const skip = (length: number): Write => inOrder(raw(10), uint(length));
export const dead = (length: number, at: At): Write => struct(1, at, uint(length));
export const text = (value: string, at: At): Write => struct(4, at, str(value));
export const mark = (key: string, value: unknown, at: At): Write =>
  struct(6, at, inOrder(str(key), str(JSON.stringify(value))));
export const node = (name: string, at: At): Write => struct(7, at, inOrder(uint(3), str(name)));
export const textRun = (at: At): Write => struct(7, at, uint(6));
export const nested = (type: number, at: At): Write => struct(7, at, uint(type));
export const values = (list: unknown[], at: At): Write =>
  struct(8, at, (to) => {
    encoding.writeVarUint(to, list.length);
    for (const value of list) encoding.writeAny(to, value as never);
  });
export const value = (what: unknown, at: At): Write => values([what], at);

function writeId(to: encoding.Encoder, [client, clock]: Id): void {
  encoding.writeVarUint(to, client);
  encoding.writeVarUint(to, clock);
}
