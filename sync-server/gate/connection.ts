/** An accepted socket: who talks on it, what came before that was known, and when it was last heard. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE, type CloseName } from '#shared/wire/close.ts';
import type { Wire } from '../rooms/outlet.ts';

/** The other side of a wire. */
export interface Talker {
  message(bytes: Uint8Array): void;
  left(): void;
}

/** Messages of a stock client that wait while its document is found. */
const EARLY_MAX = 16;

/**
 * Packets are written to the socket itself, made once for many. `ws` writes its own frames (pong, close) whole and at
 * once, as nothing is compressed, so neither cuts into the other.
 */
export class Connection implements Wire {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  #talker: Talker | undefined;
  #early: Uint8Array[] | undefined;
  #gone = false;
  heardAt = Date.now();

  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws;
    this.#socket = socket;
  }

  send(packet: Buffer): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#socket.write(packet);
  }
  buffered(): number {
    return this.#socket.writableLength;
  }
  close(why: CloseName): void {
    this.#ws.close(CLOSE[why].code, CLOSE[why].says);
  }

  /** Who talks from now on; what came before is told first. */
  talk(talker: Talker): void {
    this.#talker = talker;
    const early = this.#early ?? [];
    this.#early = undefined;
    if (this.#gone) talker.left();
    else for (const data of early) talker.message(data);
  }

  /** Something came in; says why the connection has to end, if it has. */
  message(data: Uint8Array, binary: boolean): CloseName | undefined {
    this.heardAt = Date.now();
    if (!binary) return 'malformed';
    if (this.#talker) this.#talker.message(data);
    // Whoever was turned away may go on talking until the socket is gone.
    else if (this.#ws.readyState !== this.#ws.OPEN) this.#early = undefined;
    else {
      this.#early ??= [];
      if (this.#early.push(data) > EARLY_MAX) return 'tooMany';
    }
    return undefined;
  }

  left(): void {
    this.#gone = true;
    this.#talker?.left();
  }
}
