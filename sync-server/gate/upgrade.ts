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
import type { RelayLog } from '../monitoring/log.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { LINE_LIMITS } from '../rooms/limits.ts';
import type { Wire } from '../rooms/outlet.ts';
import { Connection, type Talker } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { isOwnOrigin } from './origin.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Strangers } from './strangers.ts';

export interface Accepts {
  line(session: Session, wire: Wire): Talker | CloseName;
  stock(session: Session, wire: Wire, doc: string): Promise<Talker | CloseName>;
}

export interface UpgradeOptions {
  sessions: Sessions;
  origins: ReadonlySet<string>;
  metrics: Metrics;
  log: RelayLog;
  accepts: Accepts;
  strangers: Strangers;
}

/** So much over the limit is read, so that its sender hears a named code; beyond it the socket itself cuts off. */
const OVER_LIMIT_BYTES = 64 * 1024;
const STRANGER_BYTES_MAX = 4 * 1024;
const CLOSE_WAIT_MS = 1_000;

interface Listeners {
  error(this: WebSocket, error: Error): void;
  pong(this: WebSocket): void;
  close(this: WebSocket): void;
  message(this: WebSocket, data: Buffer, binary: boolean): void;
}

export class Upgrade {
  readonly #wss = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.frameBytesMax + OVER_LIMIT_BYTES,
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
  readonly #connections = new Map<WebSocket, Connection>();
  /** Sockets by person: one that was closed counts until it is gone. */
  readonly #held = new Map<string, number>();
  readonly #options: UpgradeOptions;
  readonly #heartbeat = new Heartbeat(this.#connections);
  /** One of each for all sockets: thousands of idle connections cost memory. */
  readonly #listeners: Listeners;

  constructor(options: UpgradeOptions) {
    this.#options = options;
    this.#listeners = this.#makeListeners();
  }

  /** Whether the request was one for the relay; any other stays with the caller. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    // A stranger may write anything there: `//` is no address.
    const url = URL.parse(request.url ?? '/', 'http://relay');
    const isLine = url?.pathname === LINE_PATH;
    if (!url || (!isLine && !url.pathname.startsWith(`${STOCK_PATH}/`))) return false;
    socket.on('error', destroyIt);
    void this.#admit(request, socket, head, url, isLine);
    return true;
  }

  /** Closes every connection and takes no more. */
  close(why: CloseName): void {
    this.#heartbeat.stop();
    for (const ws of this.#connections.keys()) ws.close(CLOSE[why].code, CLOSE[why].says);
    setTimeout(() => {
      for (const ws of this.#connections.keys()) ws.terminate();
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
      if ((this.#held.get(session.person) ?? 0) >= LINE_LIMITS.socketsPerPersonMax)
        return this.#turnAway(request, socket, head, 'tooMany');
      const doc = docOf(url);
      this.#wss.handleUpgrade(request, socket, head, (ws) => {
        socket.off('error', destroyIt);
        const connection = new Connection(ws, socket, session.person, this.#connections);
        this.#listen(ws, connection);
        this.#hold(session.person, 1);
        const known = () => this.#options.strangers.known(request.socket);
        this.#talk(
          ws,
          connection,
          known,
          isLine ? accepts.line(session, connection) : accepts.stock(session, connection, doc),
        );
      });
    } catch {
      this.#turnAway(request, socket, head, 'tryLater');
    }
  }

  #listen(ws: WebSocket, connection: Connection): void {
    const { error, pong, close, message } = this.#listeners;
    this.#connections.set(ws, connection);
    ws.on('error', error);
    ws.on('pong', pong);
    ws.on('close', close);
    ws.on('message', message);
  }

  #makeListeners(): Listeners {
    const connections = this.#connections;
    const end = (ws: WebSocket, why: CloseName) => this.#end(ws, why);
    const note = (why: CloseName) => this.#note(why);
    const hold = (person: string, more: number) => this.#hold(person, more);
    return {
      error(error) {
        const why = brokenBy(error);
        if (why) note(why);
        this.terminate();
      },
      pong() {
        const connection = connections.get(this);
        if (connection) connection.heardAt = performance.now();
      },
      close() {
        const connection = connections.get(this);
        connections.delete(this);
        if (!connection) return;
        hold(connection.person, -1);
        connection.left();
      },
      message(data, binary) {
        const why = connections.get(this)?.message(data, binary);
        if (why) end(this, why);
      },
    };
  }

  #hold(person: string, more: number): void {
    const held = (this.#held.get(person) ?? 0) + more;
    if (held > 0) this.#held.set(person, held);
    else this.#held.delete(person);
  }

  #talk(
    ws: WebSocket,
    connection: Connection,
    known: () => void,
    asked: Talker | CloseName | Promise<Talker | CloseName>,
  ): void {
    const take = (taken: Talker | CloseName) => {
      if (typeof taken === 'string') return this.#end(ws, taken);
      known();
      connection.talk(taken);
    };
    if (asked instanceof Promise) asked.then(take, () => this.#end(ws, 'tryLater'));
    else take(asked);
  }

  /** A stranger's socket lives only to hear why it is closed, and may send next to nothing meanwhile. */
  #turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, why: CloseName): void {
    this.#note(why);
    this.#strangers.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate());
      ws.close(CLOSE[why].code, CLOSE[why].says);
      setTimeout(() => ws.terminate(), CLOSE_WAIT_MS).unref();
    });
  }

  #note(why: CloseName): void {
    this.#options.metrics.count('closed_total', { why });
    this.#options.log.info('closed', { code: why, on: 'door' });
  }

  #end(ws: WebSocket, why: CloseName): void {
    this.#note(why);
    ws.close(CLOSE[why].code, CLOSE[why].says);
  }
}

/** One for all sockets, until `ws` listens to its own. */
function destroyIt(this: Duplex): void {
  this.destroy();
}

/** What a client broke when the socket itself gave it up; undefined when the network did. */
function brokenBy(error: Error): CloseName | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'tooBig';
  return code.startsWith('WS_ERR_') ? 'malformed' : undefined;
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

/** What is no text names no document, as any other name of none. */
function docOf({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname.slice(STOCK_PATH.length + 1));
  } catch {
    return '';
  }
}
