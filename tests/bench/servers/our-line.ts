// One client of ours: a line with one room open on it. Frames that come in floods are read in place, all others by the
// product's own codec.
import { once } from 'node:events';
import { inflateRawSync } from 'node:zlib';
import WebSocket from 'ws';
import { LIMITS } from '#shared/school/limits.ts';
import { roomOf } from '#shared/school/names.ts';
import { decodeFrame, encodeFrame } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { LINE_PATH, PROTOCOL } from '#shared/wire/protocol.ts';
import { messageUpdates } from '../support/updates.ts';
import type { Heard, Line, RunningServer } from './server-kind.ts';
import { readBytes, readUint, skipBytes } from './varint.ts';

export interface OurAddress {
  readonly port: number;
  readonly doc: string;
  /** As the bench school names them; the session token is the same word. */
  readonly person: string;
}

const ENVELOPE_KIND = 0;
const UPDATE_KIND = 69;
const SEAT_OF = /\.(\d+)$/;

/** Which seat a lease belongs to: the load client deals in seats, the wire in leases. */
const seats = new Map<number, number>();

export class OurLine implements Line {
  readonly synced: Promise<void>;
  readonly #address: OurAddress;
  readonly #heard: Heard;
  readonly #socket: WebSocket;
  readonly #granted: ((lease: number) => void)[] = [];
  readonly #acked: (() => void)[] = [];
  #epoch = '';
  #lease = 0;
  #safe = 0;
  #updates: readonly Uint8Array[] = [];
  #synced = () => {};

  constructor(address: OurAddress, heard: Heard) {
    this.#address = address;
    this.#heard = heard;
    this.#socket = new WebSocket(`ws://127.0.0.1:${address.port}${LINE_PATH}`, {
      perMessageDeflate: false,
      origin: `http://127.0.0.1:${address.port}`,
      headers: { authorization: `Bearer ${address.person}` },
    });
    this.synced = this.#talk();
    this.synced.catch(() => {});
  }

  /** A lease of this line's person; the same one for as long as their messages are sent. */
  async lease(): Promise<number> {
    if (this.#lease === 0) {
      this.#send({ kind: 'lease-ask', count: 1 });
      this.#lease = await new Promise((resolve) => this.#granted.push(resolve));
      seats.set(this.#lease, Number(SEAT_OF.exec(this.#address.person)?.[1]));
    }
    return this.#lease;
  }

  async compose(count: number): Promise<void> {
    this.#updates = messageUpdates(await this.lease(), this.#address.person, count);
  }

  send(index: number): void {
    const update = this.#updates[index];
    if (!update) throw new Error(`message ${index} was not composed`);
    this.#push(index + 1, update);
  }

  /** Sends updates in order, as many at once as the relay allows; resolves when all are acknowledged. */
  async push(updates: readonly Uint8Array[]): Promise<void> {
    for (const [index, update] of updates.entries()) {
      while (index - this.#safe >= LIMITS.inFlightMax) await this.#nextAck();
      this.#push(index + 1, update);
    }
    while (this.#safe < updates.length) await this.#nextAck();
  }

  again(server: RunningServer): OurLine {
    const line = new OurLine({ ...this.#address, port: server.port }, this.#heard);
    line.#lease = this.#lease;
    line.#safe = this.#safe;
    line.#updates = this.#updates;
    return line;
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }

  #push(n: number, bytes: Uint8Array): void {
    const { doc } = this.#address;
    this.#send({
      kind: 'push',
      doc,
      epoch: this.#epoch,
      lease: this.#lease,
      n,
      replaces: { lease: 0, n: 0 },
      bytes,
    });
  }

  #nextAck(): Promise<void> {
    return new Promise((resolve) => this.#acked.push(resolve));
  }

  #send(frame: Frame): void {
    this.#socket.send(encodeFrame(frame));
  }

  #talk(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      this.#synced = resolve;
      socket.on('open', () =>
        this.#send({ kind: 'hello', protocol: PROTOCOL, app: 'bench', rooms: [], registry: 0 }),
      );
      socket.on('message', (message) => this.#readMessage(message as Buffer));
      socket.on('error', reject);
      socket.on('close', (code) => {
        reject(new Error(`connection closed with ${code} before it was synced`));
        this.#heard.closed?.();
      });
    });
  }

  #readMessage(message: Uint8Array): void {
    if (message[0] !== ENVELOPE_KIND) this.#readFrame(message);
    else {
      const cursor = { bytes: message, at: 1 };
      while (cursor.at < message.length) this.#readFrame(readBytes(cursor));
    }
  }

  #readFrame(frame: Uint8Array): void {
    if (frame[0] === UPDATE_KIND) this.#readUpdate(frame);
    else this.#read(frame);
  }

  #readUpdate(bytes: Uint8Array): void {
    const cursor = { bytes, at: 1 };
    skipBytes(cursor); // doc
    readUint(cursor); // seq
    readUint(cursor); // at
    const lease = readUint(cursor);
    const n = readUint(cursor);
    this.#heard.content?.(readBytes(cursor));
    this.#heard.delivered?.(seats.get(lease) ?? -1, n - 1, 1);
  }

  #read(message: Uint8Array): void {
    const decoded = decodeFrame(message);
    if (!decoded.ok) throw new Error(decoded.says);
    const { frame } = decoded;
    switch (frame.kind) {
      case 'welcome':
        this.#send({ kind: 'open', room: roomOf(this.#address.doc), epoch: '', held: [], newest: true });
        break;
      case 'room':
        this.#epoch = frame.epoch;
        break;
      case 'patch':
        if (frame.doc !== this.#address.doc) break;
        this.#heard.content?.(frame.deflated ? inflatedOnce(frame.bytes) : frame.bytes);
        this.#heard.synced?.();
        this.#synced();
        break;
      case 'lease-grant':
        for (const granted of this.#granted.splice(0)) granted(frame.leases[0] ?? 0);
        break;
      case 'ack':
        this.#acknowledge(frame.n);
        break;
      case 'refuse':
        throw new Error(`our relay refused intent ${frame.n} of the bench: ${frame.code}`);
      default:
    }
  }

  #acknowledge(n: number): void {
    const more = n - this.#safe;
    if (more <= 0) return;
    this.#safe = n;
    for (const wake of this.#acked.splice(0)) wake();
    this.#heard.acknowledged?.(more);
  }
}

let lastInflated = { from: new Uint8Array(), to: new Uint8Array() };

/** Three hundred devices inflate the same patch on three hundred processors; here it is done once for all. */
function inflatedOnce(bytes: Uint8Array): Uint8Array {
  if (Buffer.compare(lastInflated.from, bytes) !== 0) {
    lastInflated = { from: Uint8Array.from(bytes), to: inflateRawSync(bytes) };
  }
  return lastInflated.to;
}
