/**
 * WebSocket upgrades: own origin, a living session, not too many. One who is turned away gets a named close code, so
 * the socket is accepted first and closed at once; before that a connection has cost a few KB and nothing is kept.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '#shared/school/limits.ts';
import { CLOSE, type CloseName } from '#shared/wire/close.ts';
import { LINE_PATH, STOCK_PATH } from '#shared/wire/protocol.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { Wire } from '../rooms/outlet.ts';
import { isOwnOrigin } from './origin.ts';
import type { Session, Sessions } from './sessions.ts';

export interface Accepts {
  line(session: Session, wire: Wire): Talker | CloseName;
  stock(session: Session, wire: Wire, doc: string): Promise<Talker | CloseName>;
}
/** The other side of a wire. */
export interface Talker {
  message(bytes: Uint8Array): void;
  left(): void;
}

export interface UpgradeOptions {
  sessions: Sessions;
  origins: ReadonlySet<string>;
  metrics: Metrics;
  accepts: Accepts;
}

/** Messages of a stock client that wait while its document is found. */
const EARLY_MAX = 16;
const STRANGER_BYTES_MAX = 4 * 1024;
const CLOSE_WAIT_MS = 1_000;

export class Upgrade {
  readonly #wss = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.frameBytesMax,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    clientTracking: false,
  });
  readonly #strangers = new WebSocketServer({
    noServer: true,
    maxPayload: STRANGER_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #sockets = new Set<WebSocket>();
  readonly #options: UpgradeOptions;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #heard = new WeakMap<WebSocket, number>();

  constructor(options: UpgradeOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#beat(), LIMITS.heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Whether the request was one for the relay; any other stays with the caller. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    // A stranger may write anything there: `//` is no address.
    const url = URL.parse(request.url ?? '/', 'http://relay');
    const isLine = url?.pathname === LINE_PATH;
    if (!url || (!isLine && !url.pathname.startsWith(`${STOCK_PATH}/`))) return false;
    socket.on('error', () => socket.destroy());
    void this.#admit(request, socket, head, url, isLine);
    return true;
  }

  /** Closes every connection and takes no more. */
  close(why: CloseName): void {
    clearInterval(this.#heartbeat);
    for (const ws of this.#sockets) ws.close(CLOSE[why].code, CLOSE[why].says);
    setTimeout(() => {
      for (const ws of this.#sockets) ws.terminate();
    }, CLOSE_WAIT_MS).unref();
    this.#wss.close();
  }

  /** Nothing is read from the socket before its session is known. */
  async #admit(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    url: URL,
    isLine: boolean,
  ): Promise<void> {
    if (!isOwnOrigin(request.headers.origin, this.#options.origins))
      return this.#turnAway(request, socket, head, 'foreignOrigin');
    const { sessions, accepts } = this.#options;
    try {
      const session = isLine
        ? await sessions.ofHeaders(headersOf(request))
        : await sessions.ofToken(url.searchParams.get('token') ?? '');
      if (!session || session.expiresAt <= Date.now())
        return this.#turnAway(request, socket, head, 'signedOut');
      const doc = decodeURIComponent(url.pathname.slice(STOCK_PATH.length + 1));
      this.#wss.handleUpgrade(request, socket, head, (ws) => {
        const wire = this.#wire(ws, socket);
        this.#talk(ws, isLine ? accepts.line(session, wire) : accepts.stock(session, wire, doc));
      });
    } catch {
      this.#turnAway(request, socket, head, 'tryLater');
    }
  }

  #talk(ws: WebSocket, asked: Talker | CloseName | Promise<Talker | CloseName>): void {
    const early: Uint8Array[] = [];
    let talker: Talker | undefined;
    let gone = false;
    this.#sockets.add(ws);
    this.#heard.set(ws, Date.now());
    ws.on('error', () => ws.terminate());
    ws.on('pong', () => this.#heard.set(ws, Date.now()));
    ws.on('close', () => {
      gone = true;
      this.#sockets.delete(ws);
      talker?.left();
    });
    ws.on('message', (data: Buffer, binary: boolean) => {
      this.#heard.set(ws, Date.now());
      if (!binary) this.#end(ws, 'malformed');
      else if (talker) talker.message(data);
      // Whoever was turned away may go on talking until the socket is gone.
      else if (ws.readyState !== ws.OPEN) early.length = 0;
      else if (early.push(data) > EARLY_MAX) this.#end(ws, 'tooMany');
    });
    const take = (taken: Talker | CloseName) => {
      if (typeof taken === 'string') return this.#end(ws, taken);
      talker = taken;
      if (gone) return talker.left();
      for (const data of early) talker.message(data);
    };
    if (asked instanceof Promise) asked.then(take, () => this.#end(ws, 'tryLater'));
    else take(asked);
  }

  /**
   * Packets are written to the socket itself, made once for many. `ws` writes its own frames (pong, close) whole and
   * at once, as nothing is compressed, so neither cuts into the other.
   */
  #wire(ws: WebSocket, socket: Duplex): Wire {
    return {
      send: (packet) => {
        if (ws.readyState === ws.OPEN) socket.write(packet);
      },
      buffered: () => socket.writableLength,
      close: (why) => ws.close(CLOSE[why].code, CLOSE[why].says),
    };
  }

  /** A stranger's socket lives only to hear why it is closed, and may send next to nothing meanwhile. */
  #turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, why: CloseName): void {
    this.#options.metrics.count('closed_total', { why });
    this.#strangers.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate());
      ws.close(CLOSE[why].code, CLOSE[why].says);
      setTimeout(() => ws.terminate(), CLOSE_WAIT_MS).unref();
    });
  }

  #end(ws: WebSocket, why: CloseName): void {
    this.#options.metrics.count('closed_total', { why });
    ws.close(CLOSE[why].code, CLOSE[why].says);
  }

  #beat(): void {
    const silent = Date.now() - LIMITS.silenceMs;
    for (const ws of this.#sockets) {
      if ((this.#heard.get(ws) ?? 0) < silent) ws.terminate();
      else ws.ping();
    }
  }
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}
