/** What a relay listens with: http, https, or both on one port. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { type SharedPort, sharePort } from './first-byte.ts';

/** Who has no session yet has so long to say what they want: open connections are not without number. */
export const PATIENCE = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
};
const HANDSHAKE_MS = 15_000;
/** How long an answer that is on its way may take at the end. */
const LAST_ANSWERS_MS = 1_000;

export interface FrontOptions {
  /** undefined: http. */
  tls: { cert: Buffer; key: Buffer } | undefined;
  /** Speaks http beside https, on the same port. */
  alsoPlain: boolean;
  patience: typeof PATIENCE;
}

export class Front {
  /** Take requests. */
  readonly servers: readonly Server[];
  readonly #shared: SharedPort | undefined;

  constructor({ tls, alsoPlain, patience }: FrontOptions, listener: RequestListener) {
    const plain = tls && !alsoPlain ? undefined : createServer(patience, listener);
    const safe = tls && createTlsServer({ ...tls, ...patience, handshakeTimeout: HANDSHAKE_MS }, listener);
    this.servers = [plain, safe].filter((server) => server !== undefined);
    this.#shared = plain && safe && sharePort(plain, safe, patience.headersTimeout);
  }

  /** Takes connections. */
  get door(): NetServer {
    return this.#shared?.server ?? (this.servers[0] as Server);
  }

  /** Resolves with the port once it listens. */
  listen(port: number, host: string): Promise<number> {
    const { door, servers } = this;
    return new Promise((resolve, reject) => {
      door.once('error', reject);
      door.listen(port, host, () => {
        door.off('error', reject);
        // With this event, and not before it, a server begins to cut off requests that take too long.
        if (this.#shared) for (const server of servers) server.emit('listening');
        resolve((door.address() as AddressInfo).port);
      });
    });
  }

  /** Resolves when the last connection has ended. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.door.close(resolve));
    this.#shared?.endSilent();
    for (const server of this.servers) {
      if (this.#shared) server.close();
      server.closeIdleConnections();
    }
    // Browsers connect ahead and ask for nothing: to the server such a connection is not idle.
    const end = setTimeout(() => {
      for (const server of this.servers) server.closeAllConnections();
    }, LAST_ANSWERS_MS);
    await closed;
    clearTimeout(end);
  }
}
