// The network between one browser and the school: a TCP proxy on loopback with a rate, a delay and losses, that counts
// every byte. The browser's own emulation leaves out WebSockets in some versions and workers in others; this one
// cannot be told apart from a slow line by anything inside the browser.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '../support/random.ts';

export interface Shape {
  /** Each direction's own, shared by all connections. */
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
  /** Share of packets that are lost. TCP sends them again: its connection stands still meanwhile. */
  readonly loss: number;
}

export const FREE: Shape = { bitsPerSecond: Number.POSITIVE_INFINITY, roundTripMs: 0, loss: 0 };

const PACKET_BYTES = 1_460;
/** What a sender may have under way on one connection before it has to wait, as a kernel's buffer would hold. */
const UNDER_WAY_BYTES_MAX = 64 * 1024;
/** A lost packet is noticed one round trip later at the earliest, and by a timer when little follows it. */
const NOTICED_AFTER_MS = 200;
const SEED = 400;

export class ShapedWire {
  shape: Shape;
  #server: Server;
  #to: number;
  #isCut = false;
  readonly #sockets = new Set<Socket>();
  readonly #up = new Lane(this);
  readonly #down = new Lane(this);

  private constructor(to: number, shape: Shape) {
    this.#to = to;
    this.shape = shape;
    this.#server = createServer((near) => this.#join(near));
  }

  /** Listens on a free port and leads to that one. */
  static async lay(shape: Shape = FREE, to = 0): Promise<ShapedWire> {
    const wire = new ShapedWire(to, shape);
    await new Promise<void>((done) => wire.#server.listen(0, '127.0.0.1', done));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  leadTo(port: number): void {
    this.#to = port;
  }

  /** Bytes in both directions since the last call: what TCP carried, its own headers left out. */
  takeBytes(): number {
    return this.#up.takeBytes() + this.#down.takeBytes();
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }
  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect({ host: '127.0.0.1', port: this.#to });
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    // The handshake of the connection takes a round trip, before the first byte may leave.
    this.#up.carry(near, far, this.shape.roundTripMs);
    this.#down.carry(far, near, 0);
  }
}

/** One direction of the line. */
class Lane {
  readonly #wire: ShapedWire;
  readonly #random = seededRandom(SEED);
  #freeAt = 0;
  #bytes = 0;

  constructor(wire: ShapedWire) {
    this.#wire = wire;
  }

  takeBytes(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }

  carry(from: Socket, to: Socket, waitMs: number): void {
    const queue: { at: number; bytes: Buffer }[] = [];
    let underWay = 0;
    let lastAt = performance.now() + waitMs;
    let ended = false;
    let isArmed = false;
    const arm = (ms: number) => {
      if (isArmed) return;
      isArmed = true;
      setTimeout(deliver, ms);
    };
    const deliver = () => {
      isArmed = false;
      const now = performance.now();
      while (queue[0] && queue[0].at <= now) {
        const { bytes } = queue.shift() as { bytes: Buffer };
        underWay -= bytes.length;
        if (!to.destroyed) to.write(bytes);
      }
      if (from.isPaused() && underWay < UNDER_WAY_BYTES_MAX / 2) from.resume();
      if (queue[0]) arm(Math.max(0, queue[0].at - now));
      else if (ended) to.end();
    };
    from.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      for (let at = 0; at < chunk.length; at += PACKET_BYTES) {
        const bytes = chunk.subarray(at, at + PACKET_BYTES);
        lastAt = Math.max(lastAt, this.#arrival(bytes.length, lastAt));
        queue.push({ at: lastAt, bytes });
        underWay += bytes.length;
      }
      if (underWay > UNDER_WAY_BYTES_MAX) from.pause();
      arm(0);
    });
    from.on('end', () => {
      ended = true;
      arm(0);
    });
    from.once('close', () => {
      if (!ended) to.destroy();
    });
  }

  /** `earliest`: before that moment this connection carries nothing. */
  #arrival(length: number, earliest: number): number {
    const { bitsPerSecond, roundTripMs, loss } = this.#wire.shape;
    const begins = Math.max(performance.now(), this.#freeAt, earliest - roundTripMs);
    this.#freeAt = begins + (1_000 * 8 * length) / bitsPerSecond;
    const lost = loss > 0 && this.#random() < loss;
    return this.#freeAt + roundTripMs / 2 + (lost ? roundTripMs + NOTICED_AFTER_MS : 0);
  }
}
