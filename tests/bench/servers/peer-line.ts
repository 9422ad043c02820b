// One client of a peer: a socket per document, as the peers' own providers have it.
import { once } from 'node:events';
import WebSocket from 'ws';
import { clientIdOf, messageUpdates, personIn } from '../support/updates.ts';
import type { Heard, Line, RunningServer } from './server-kind.ts';
import type { Wire } from './wires.ts';

export interface PeerAddress {
  readonly port: number;
  readonly room: string;
  readonly seat: number;
  readonly wire: Wire;
}

export class PeerLine implements Line {
  readonly synced: Promise<void>;
  readonly #address: PeerAddress;
  readonly #heard: Heard;
  readonly #socket: WebSocket;
  #frames: readonly Uint8Array[] = [];

  constructor(address: PeerAddress, heard: Heard) {
    this.#address = address;
    this.#heard = heard;
    this.#socket = new WebSocket(`ws://127.0.0.1:${address.port}/${address.room}`, {
      perMessageDeflate: false,
    });
    this.synced = this.#talk();
    this.synced.catch(() => {});
  }

  async compose(count: number): Promise<void> {
    const { wire, room, seat } = this.#address;
    this.#frames = messageUpdates(clientIdOf(seat), personIn(room, seat), count).map((update) =>
      wire.update(room, update),
    );
  }

  send(index: number): void {
    const frame = this.#frames[index];
    if (!frame) throw new Error(`message ${index} was not composed`);
    this.#socket.send(frame);
  }

  sendUpdate(update: Uint8Array): void {
    this.#socket.send(this.#address.wire.update(this.#address.room, update));
  }

  sendFrame(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  again(server: RunningServer): PeerLine {
    const line = new PeerLine({ ...this.#address, port: server.port }, this.#heard);
    line.#frames = this.#frames;
    return line;
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }

  #talk(): Promise<void> {
    const { wire, room } = this.#address;
    const heard = this.#heard;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const { delivered, acknowledged, content } = heard;
      const wireHeard = {
        ...(delivered && { delivered: delivered.bind(heard) }),
        ...(acknowledged && { acknowledged: acknowledged.bind(heard) }),
        ...(content && { content: content.bind(heard) }),
        synced() {
          heard.synced?.();
          resolve();
        },
      };
      socket.on('open', () => {
        for (const frame of wire.hello(room)) socket.send(frame);
      });
      socket.on('message', (message) => wire.read(message as Buffer, wireHeard));
      socket.on('error', reject);
      socket.on('close', (code) => {
        reject(new Error(`connection closed with ${code} before it was synced`));
        heard.closed?.();
      });
    });
  }
}
