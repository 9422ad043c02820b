// The two framings that the peers speak. Both carry y-protocols sync messages; hocuspocus puts the document's name
// before each frame, asks for a token first, and acknowledges (from memory) each update.
import * as encoding from 'lib0/encoding';
import { clientIdOf } from '../support/updates.ts';
import type { Heard } from './server-kind.ts';
import { eachRun } from './update-runs.ts';
import { type Cursor, readBytes, readUint, skipBytes } from './varint.ts';

export interface Wire {
  /** What a client that holds nothing sends first. */
  hello(room: string): Uint8Array[];
  /** One update of the document. */
  update(room: string, update: Uint8Array): Uint8Array;
  read(message: Uint8Array, heard: WireHeard): void;
}

/** `synced` comes after the `content` that belongs to it. */
export type WireHeard = Pick<Heard, 'delivered' | 'acknowledged' | 'content' | 'synced'>;

export const yWebsocketWire: Wire = {
  hello: () => [syncMessage(undefined, STEP_ONE, EMPTY_STATE_VECTOR)],
  update: (_room, update) => syncMessage(undefined, UPDATE, update),
  read(message, heard) {
    const cursor = { bytes: message, at: 0 };
    if (readUint(cursor) === SYNC) readSync(cursor, heard);
  },
};

export const hocuspocusWire: Wire = {
  hello: (room) => [authentication(room), syncMessage(room, STEP_ONE, EMPTY_STATE_VECTOR)],
  update: (room, update) => syncMessage(room, UPDATE, update),
  read(message, heard) {
    const cursor = { bytes: message, at: 0 };
    skipBytes(cursor);
    const kind = readUint(cursor);
    if (kind === SYNC || kind === SYNC_REPLY) readSync(cursor, heard);
    if (kind === SYNC_STATUS && readUint(cursor) === 1) heard.acknowledged?.(1);
  },
};

/** The bare relay knows no documents: a frame of this kind hands it the answer that it shall give to joiners. */
export function snapshotForBareRelay(whole: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([BARE_SNAPSHOT]), syncMessage(undefined, STEP_TWO, whole)]);
}

const SYNC = 0;
const AUTH = 2;
const SYNC_REPLY = 4;
const SYNC_STATUS = 8;
const BARE_SNAPSHOT = 9;
const STEP_ONE = 0;
const STEP_TWO = 1;
const UPDATE = 2;
const EMPTY_STATE_VECTOR = Uint8Array.of(0);
const FIRST_CLIENT_ID = clientIdOf(0);

function readSync(cursor: Cursor, heard: WireHeard): void {
  const step = readUint(cursor);
  if (step === STEP_ONE) return;
  const content = readBytes(cursor);
  heard.content?.(content);
  if (step === STEP_TWO) heard.synced?.();
  else if (heard.delivered) {
    const { delivered } = heard;
    eachRun(content, (clientId, first, count) => delivered(clientId - FIRST_CLIENT_ID, first, count));
  }
}

function syncMessage(room: string | undefined, step: number, body: Uint8Array): Uint8Array {
  const to = encoding.createEncoder();
  if (room !== undefined) encoding.writeVarString(to, room);
  encoding.writeVarUint(to, SYNC);
  encoding.writeVarUint(to, step);
  encoding.writeVarUint8Array(to, body);
  return encoding.toUint8Array(to);
}

function authentication(room: string): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarString(to, room);
  encoding.writeVarUint(to, AUTH);
  encoding.writeVarUint(to, 0);
  encoding.writeVarString(to, 'bench');
  return encoding.toUint8Array(to);
}
