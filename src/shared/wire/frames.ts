/**
 * Frames of the line: one WebSocket per browser and person, all rooms multiplexed. A frame is one binary message:
 * varUint kind, then the fields in the order of its type below (lib0 encoding: varUint, varString,
 * varUint8Array). Lists are a varUint count, then the entries. Kind 0 is an envelope: length-prefixed frames to the
 * end of the message, so that a tick costs one message. docs/protocol.md tells the conversation.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { LIMITS } from '../school/limits.ts';

export interface Hello {
  kind: 'hello';
  protocol: number;
  app: string;
  /** Rooms cached on the device, with what it holds of them. */
  rooms: { room: string; epoch: string; seq: number }[];
  /** Sequence of the projection that the device holds, 0 for none. */
  registry: number;
}
export interface LeaseAsk {
  kind: 'lease-ask';
  count: number;
}
export interface Open {
  kind: 'open';
  room: string;
  /** '' when the device holds nothing. */
  epoch: string;
  /** Documents held, each with the sequence up to which it is confirmed. */
  held: { doc: string; seq: number }[];
  /** Whether to send the newest segment and the pins (a paper's or registry's document) when not held. */
  newest: boolean;
}
export interface Pull {
  kind: 'pull';
  doc: string;
  epoch: string;
  seq: number;
}
export interface Push {
  kind: 'push';
  doc: string;
  epoch: string;
  lease: number;
  n: number;
  /** On the first intent of a fresh lease in this room: the lease it replaces and the last number known; 0, 0 for none. */
  replaces: { lease: number; n: number };
  bytes: Uint8Array;
}
export interface Shut {
  kind: 'shut';
  room: string;
}
export interface Aware {
  kind: 'aware';
  doc: string;
  bytes: Uint8Array;
}
/** The device holds (`got`) or its person has read (`read`) the chat up to these sequences. */
export interface Mark {
  kind: 'mark';
  chat: string;
  got: number;
  read: number;
}
export interface Find {
  kind: 'find';
  chat: string;
  id: string;
}
export interface Ping {
  kind: 'ping';
}
/** The person has dealt with returned text of theirs (put it back, or away): no device has to be told of it again. */
export interface Took {
  kind: 'took';
  doc: string;
  lease: number;
  clock: number;
  length: number;
}
export type ClientFrame = Hello | LeaseAsk | Open | Pull | Push | Shut | Aware | Mark | Find | Ping | Took;

export interface Welcome {
  kind: 'welcome';
  person: string;
  /** Relay's clock, ms since 1970. */
  at: number;
  /** Rooms of the hello whose epoch or sequence differ (pull them), and those that are no longer readable (purge). */
  changed: string[];
  gone: string[];
}
export interface LeaseGrant {
  kind: 'lease-grant';
  leases: number[];
}
export interface RoomState {
  kind: 'room';
  room: string;
  epoch: string;
  seq: number;
  /** Sequence up to which every earlier epoch is held; what a device has above it may be lost here. 0 for a first epoch. */
  since: number;
  /** The open segment of a chat; 0 for other rooms. */
  head: number;
  /** The last accepted number of each lease of this person in the room; what of lease 0 stands there: backed.ts. */
  lasts: { lease: number; n: number; digest: number; closed: boolean }[];
}
/** Where and when a message (or edit) arrived. `id` as in the feed. */
export interface PlaceEntry {
  id: string;
  seq: number;
  at: number;
}
/** Content of a document: everything above `from` (0: the whole of it) up to `seq`. */
export interface Patch {
  kind: 'patch';
  doc: string;
  epoch: string;
  from: number;
  seq: number;
  places: PlaceEntry[];
  /** `bytes` are compressed (raw deflate: node's `inflateRaw`, the browser's `deflate-raw`). */
  deflated: boolean;
  /** Yjs V1 update, or Automerge save / changes for a registry. Empty when the document has no content. */
  bytes: Uint8Array;
}
/** One accepted intent, live. Places follow from `seq`, `at` and the ids it creates. */
export interface Update {
  kind: 'update';
  doc: string;
  seq: number;
  at: number;
  lease: number;
  n: number;
  bytes: Uint8Array;
}
export interface Ack {
  kind: 'ack';
  room: string;
  lease: number;
  n: number;
  seq: number;
  at: number;
}
export interface Refuse {
  kind: 'refuse';
  room: string;
  lease: number;
  n: number;
  code: string;
}
/** A chat's open segment moved. */
export interface Head {
  kind: 'head';
  room: string;
  head: number;
}
/** Summary of a chat for the list: sent after welcome and when nothing of it is open. `text` is cut to 120 characters. */
export interface ChatHead {
  kind: 'chat-head';
  chat: string;
  seq: number;
  read: number;
  unread: number;
  last: { id: string; by: string; at: number; text: string } | undefined;
}
/** How far others got and read in a chat (the largest of the others), and how far the own person read. */
export interface Marks {
  kind: 'marks';
  chat: string;
  got: number;
  read: number;
  mine: number;
}
/** The person's projection of the registry, JSON (src/shared/registry/shape.ts). */
export interface RegistryFrame {
  kind: 'registry';
  json: string;
}
/** No longer readable: drop its copy, projections and search index; never the outbox. */
export interface Purge {
  kind: 'purge';
  room: string;
}
export interface Found {
  kind: 'found';
  chat: string;
  id: string;
  /** '' when there is none. */
  doc: string;
  seq: number;
}
/** Text of this person's lease that arrived dead or died unnamed by the update that killed it. */
export interface Swallowed {
  kind: 'swallowed';
  doc: string;
  lease: number;
  clock: number;
  length: number;
  /** The text, as far as the relay still had it; '' when the device has to take it from its own copy. */
  text: string;
  /** Text of the living neighbour before it, at most 60 characters. */
  near: string;
}
export interface Notice {
  kind: 'notice';
  code: 'try-later' | 'storing-again';
}
export interface Pong {
  kind: 'pong';
}
export type RelayFrame =
  | Welcome
  | LeaseGrant
  | RoomState
  | Patch
  | Update
  | Ack
  | Refuse
  | Head
  | ChatHead
  | Marks
  | RegistryFrame
  | Purge
  | Found
  | Swallowed
  | Notice
  | Pong
  | Aware;

export type Frame = ClientFrame | RelayFrame;
type Kind = Frame['kind'];

const KIND: Readonly<Record<Kind, number>> = {
  hello: 1,
  'lease-ask': 2,
  open: 3,
  pull: 4,
  push: 5,
  shut: 6,
  aware: 7,
  mark: 8,
  find: 9,
  ping: 10,
  took: 11,
  welcome: 65,
  'lease-grant': 66,
  room: 67,
  patch: 68,
  update: 69,
  ack: 70,
  refuse: 71,
  head: 72,
  'chat-head': 73,
  marks: 74,
  registry: 75,
  purge: 76,
  found: 77,
  swallowed: 78,
  notice: 79,
  pong: 80,
};

type Codec<T> = { write(to: encoding.Encoder, value: T): void; read(from: decoding.Decoder): T };
type Fields<T> = { [K in keyof Omit<T, 'kind'>]: Codec<T[K]> };

const uint: Codec<number> = {
  write: encoding.writeVarUint,
  read(from) {
    const value = decoding.readVarUint(from);
    if (!Number.isSafeInteger(value)) throw new Error('integer out of range');
    return value;
  },
};
const text: Codec<string> = { write: encoding.writeVarString, read: decoding.readVarString };
/** A name that a device says: of a room, a document, an id. Splitting one of megabytes would cost the relay dear. */
const name: Codec<string> = {
  write: encoding.writeVarString,
  read(from) {
    const length = decoding.peekVarUint(from);
    if (length > NAME_BYTES_MAX) throw new Error('name is too long');
    return decoding.readVarString(from);
  },
};
const flag: Codec<boolean> = {
  write: (to, value) => encoding.writeUint8(to, value ? 1 : 0),
  read: (from) => decoding.readUint8(from) === 1,
};
const bytes: Codec<Uint8Array> = {
  write: encoding.writeVarUint8Array,
  read: (from) => decoding.readVarUint8Array(from),
};
function record<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
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
function list<T>(item: Codec<T>, max = Number.POSITIVE_INFINITY): Codec<T[]> {
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
function maybe<T>(item: Codec<T>): Codec<T | undefined> {
  return {
    write(to, value) {
      flag.write(to, value !== undefined);
      if (value !== undefined) item.write(to, value);
    },
    read: (from) => (flag.read(from) ? item.read(from) : undefined),
  };
}

/** Entries of a list in one frame of a device; what a conversation takes of them is less. */
const ENTRIES_MAX = 10_000;
const HELD_MAX = 4 * LIMITS.docsPerOpenMax;
const NAME_BYTES_MAX = 256;

const SHAPES: { [K in Kind]: Fields<Extract<Frame, { kind: K }>> } = {
  hello: {
    protocol: uint,
    app: name,
    rooms: list(record({ room: name, epoch: name, seq: uint }), ENTRIES_MAX),
    registry: uint,
  },
  'lease-ask': { count: uint },
  open: { room: name, epoch: name, held: list(record({ doc: name, seq: uint }), HELD_MAX), newest: flag },
  pull: { doc: name, epoch: name, seq: uint },
  push: { doc: name, epoch: name, lease: uint, n: uint, replaces: record({ lease: uint, n: uint }), bytes },
  shut: { room: name },
  aware: { doc: name, bytes },
  mark: { chat: name, got: uint, read: uint },
  find: { chat: name, id: name },
  ping: {},
  took: { doc: name, lease: uint, clock: uint, length: uint },
  welcome: { person: text, at: uint, changed: list(text), gone: list(text) },
  'lease-grant': { leases: list(uint) },
  room: {
    room: text,
    epoch: text,
    seq: uint,
    since: uint,
    head: uint,
    lasts: list(record({ lease: uint, n: uint, digest: uint, closed: flag })),
  },
  patch: {
    doc: text,
    epoch: text,
    from: uint,
    seq: uint,
    places: list(record<PlaceEntry>({ id: text, seq: uint, at: uint })),
    deflated: flag,
    bytes,
  },
  update: { doc: text, seq: uint, at: uint, lease: uint, n: uint, bytes },
  ack: { room: text, lease: uint, n: uint, seq: uint, at: uint },
  refuse: { room: text, lease: uint, n: uint, code: text },
  head: { room: text, head: uint },
  'chat-head': {
    chat: text,
    seq: uint,
    read: uint,
    unread: uint,
    last: maybe(record({ id: text, by: text, at: uint, text })),
  },
  marks: { chat: text, got: uint, read: uint, mine: uint },
  registry: { json: text },
  purge: { room: text },
  found: { chat: text, id: text, doc: text, seq: uint },
  swallowed: { doc: text, lease: uint, clock: uint, length: uint, text, near: text },
  notice: { code: text as Codec<Notice['code']> },
  pong: {},
};

const BY_NUMBER = new Map(Object.entries(KIND).map(([kind, number]) => [number, kind as Kind]));

/** Encodes a frame. Fields are trusted: the caller has kept the limits. */
export function encodeFrame(frame: Frame): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, KIND[frame.kind]);
  (record(SHAPES[frame.kind] as never) as Codec<object>).write(to, frame);
  return encoding.toUint8Array(to);
}

/** Joins encoded frames into one message; a single frame stays as it is. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  if (frames.length === 1) return frames[0] as Uint8Array;
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, ENVELOPE);
  for (const frame of frames) encoding.writeVarUint8Array(to, frame);
  return encoding.toUint8Array(to);
}

const ENVELOPE = 0;
/** Frames of one message that are read; a peer that has more sends another message. */
const FRAMES_PER_MESSAGE_MAX = 512;

/**
 * Decodes one message: a frame, or an envelope of frames. All or nothing: one bad frame, too many, or an envelope in
 * an envelope is answered with `ok: false`, never a throw.
 */
export function decodeMessage(
  message: Uint8Array,
): { ok: true; frames: Frame[] } | { ok: false; says: string } {
  if (message[0] !== ENVELOPE) {
    const one = decodeFrame(message);
    return one.ok ? { ok: true, frames: [one.frame] } : one;
  }
  if (message.length > LIMITS.frameBytesMax) return { ok: false, says: 'frame is over the limit' };
  const frames: Frame[] = [];
  try {
    const from = decoding.createDecoder(message);
    decoding.readVarUint(from);
    while (from.pos < message.length) {
      const bytes = decoding.readVarUint8Array(from);
      if (from.pos > message.length) return { ok: false, says: 'frame does not decode' };
      const one = decodeFrame(bytes);
      if (!one.ok) return one;
      if (frames.push(one.frame) > FRAMES_PER_MESSAGE_MAX)
        return { ok: false, says: 'too many frames in a message' };
    }
  } catch {
    return { ok: false, says: 'frame does not decode' };
  }
  return { ok: true, frames };
}

export type Decoded = { ok: true; frame: Frame } | { ok: false; says: string };

/** Decodes one message whole: unknown kind, short or trailing bytes are answered with `ok: false`, never a throw. */
export function decodeFrame(message: Uint8Array): Decoded {
  if (message.length > LIMITS.frameBytesMax) return { ok: false, says: 'frame is over the limit' };
  try {
    const from = decoding.createDecoder(message);
    const kind = BY_NUMBER.get(decoding.readVarUint(from));
    if (!kind) return { ok: false, says: 'unknown frame kind' };
    const frame = { kind, ...(record(SHAPES[kind] as never) as Codec<object>).read(from) } as Frame;
    if (from.pos !== message.length) return { ok: false, says: 'trailing bytes' };
    return { ok: true, frame };
  } catch {
    return { ok: false, says: 'frame does not decode' };
  }
}
