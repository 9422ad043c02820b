/**
 * Frames in bytes. A frame is one binary message: varUint kind, then the fields in the order of its shape below. Lists are
 * a varUint count, then the entries. Kind 0 is an envelope: length-prefixed frames to the end of the message, so that a
 * tick costs one message.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { LIMITS } from '../school/limits.ts';
import { bytes, type Codec, flag, list, maybe, name, record, text, uint } from './fields.ts';
import type { Frame, Kind, Notice, PlaceEntry } from './frames.ts';

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

type Fields<T> = { [K in keyof Omit<T, 'kind'>]: Codec<T[K]> };

/** Entries of a list in one frame of a device; what a conversation takes of them is less. */
const ENTRIES_MAX = 10_000;
const HELD_MAX = 4 * LIMITS.docsPerOpenMax;

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
