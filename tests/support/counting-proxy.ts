/** Passes requests on to a relay and counts them by path: what a device really fetched. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  port: number;
  /** Path → times it was asked for. */
  counts: Map<string, number>;
  /** Paths that answer with this page instead, as the Wi-Fi of a café does. */
  captive: Map<string, string>;
  /** Names the relay's port; until then every request fails. */
  leadTo(port: number): void;
  close(): void;
}

export async function countingProxy(): Promise<CountingProxy> {
  let to = 0;
  const counts = new Map<string, number>();
  const captive = new Map<string, string>();
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const instead = captive.get(path);
    if (instead !== undefined) {
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(instead);
      return;
    }
    const onward = request(
      { host: '127.0.0.1', port: to, path, method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    captive,
    leadTo(port) {
      to = port;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
