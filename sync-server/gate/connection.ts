/** An accepted socket: who talks on it, what came before that was known, and when it was last heard. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { LIMITS } from '#shared/school/limits.ts';
import { CLOSE, type CloseName } from '#shared/wire/close.ts';
import type { Wire } from '../rooms/outlet.ts';

/** The other side of a wire. */
export interface Talker {
  message(bytes: Uint8Array): void;
  left(): void;
}

/** Messages of a stock client that wait while its document is found. */
const EARLY_MAX = 16;
/** A connection with this many unsent bytes answers for those of its person's other connections too … */
const MUCH_BYTES = 1024 * 1024;
/** … which together may hold as much as so many. */
const PERSON_SHARES = 3;

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
  /** By `performance.now()`. */
  heardAt = performance.now();
  readonly person: string;
  readonly #all: ReadonlyMap<WebSocket, Connection>;

  constructor(ws: WebSocket, socket: Duplex, person: string, all: ReadonlyMap<WebSocket, Connection>) {
    this.#ws = ws;
    this.#socket = socket;
    this.person = person;
    this.#all = all;
  }

  send(packet: Buffer): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#socket.write(packet);
  }
  buffered(): number {
    const own = this.#socket.writableLength;
    if (own < MUCH_BYTES) return own;
    let all = 0;
    for (const other of this.#all.values())
      if (other.person === this.person) all += other.#socket.writableLength;
    return Math.max(own, all / PERSON_SHARES);
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
    this.heardAt = performance.now();
    if (!binary) return 'malformed';
    if (data.length > LIMITS.frameBytesMax) return 'tooBig';
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
