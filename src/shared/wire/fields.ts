/** Fields of a frame and how they lie in bytes (lib0 encoding: varUint, varString, varUint8Array). */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

const NAME_BYTES_MAX = 256;

/** How a value lies in a frame. */
export type Codec<T> = { write(to: encoding.Encoder, value: T): void; read(from: decoding.Decoder): T };

export const uint: Codec<number> = {
  write: encoding.writeVarUint,
  read(from) {
    const value = decoding.readVarUint(from);
    if (!Number.isSafeInteger(value)) throw new Error('integer out of range');
    return value;
  },
};
export const text: Codec<string> = { write: encoding.writeVarString, read: decoding.readVarString };
/** A name that a device says: of a room, a document, an id. Splitting one of megabytes would cost the relay dear. */
export const name: Codec<string> = {
  write: encoding.writeVarString,
  read(from) {
    const length = decoding.peekVarUint(from);
    if (length > NAME_BYTES_MAX) throw new Error('name is too long');
    return decoding.readVarString(from);
  },
};
export const flag: Codec<boolean> = {
  write: (to, value) => encoding.writeUint8(to, value ? 1 : 0),
  read: (from) => decoding.readUint8(from) === 1,
};
export const bytes: Codec<Uint8Array> = {
  write: encoding.writeVarUint8Array,
  read: (from) => decoding.readVarUint8Array(from),
};
export function record<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const keys = Object.keys(fields) as (keyof T)[];
  return {
    write(to, value) {
      for (const key of keys) fields[key].write(to, value[key]);
    },
    read(from) {
      const value = {} as T;
      for (const key of keys) value[key] = fields[key].read(from);
      return value;
    },
  };
}
/** `max` bounds what a device may say: two bytes an entry would make a frame cost seconds. */
export function list<T>(item: Codec<T>, max = Number.POSITIVE_INFINITY): Codec<T[]> {
  return {
    write(to, values) {
      encoding.writeVarUint(to, values.length);
      for (const value of values) item.write(to, value);
    },
    read(from) {
      const count = decoding.readVarUint(from);
      if (count > from.arr.length - from.pos || count > max) throw new Error('count exceeds the frame');
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(item.read(from));
      return values;
    },
  };
}
export function maybe<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    write(to, value) {
      flag.write(to, value !== undefined);
      if (value !== undefined) item.write(to, value);
    },
    read: (from) => (flag.read(from) ? item.read(from) : undefined),
  };
}
