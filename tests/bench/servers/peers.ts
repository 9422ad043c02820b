// The servers we compare with. Their installs live under ../peers, apart from the product's tree.
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { untilQuiet } from '../support/until-quiet.ts';
import { clientIdOf } from '../support/updates.ts';
import { PeerLine } from './peer-line.ts';
import type { Room, RunningServer, ServerKind } from './server-kind.ts';
import { hocuspocusWire, snapshotForBareRelay, type Wire, yWebsocketWire } from './wires.ts';

interface Peer {
  readonly name: string;
  readonly role: 'peer' | 'limit';
  readonly acks: 'memory' | 'none';
  readonly program: URL;
  /** Where it keeps its data; undefined for one that keeps none. */
  readonly store?: (folder: string) => string;
  readonly wire: Wire;
  readonly retryAfterMs: (attempt: number) => number;
}

const yws = {
  role: 'peer',
  acks: 'none',
  program: new URL('../peers/yws/server.ts', import.meta.url),
  wire: yWebsocketWire,
  // y-websocket 3: doubling from 100 ms, at most 2.5 s, no jitter.
  retryAfterMs: (attempt: number) => Math.min(2 ** attempt * 100, 2_500),
} as const;

const hocuspocus = {
  role: 'peer',
  acks: 'memory',
  program: new URL('../peers/hocuspocus/server.ts', import.meta.url),
  wire: hocuspocusWire,
  // @hocuspocus/provider 4: doubling from 1 s, at most 30 s, full jitter.
  retryAfterMs: (attempt: number) => Math.random() * Math.min(2 ** attempt * 1_000, 30_000),
} as const;

export const ywsPlain = peer({ name: 'y-websocket', ...yws });
export const ywsStored = peer({ name: 'y-websocket+leveldb', store: (folder) => `${folder}/level`, ...yws });
export const hocuspocusPlain = peer({ name: 'hocuspocus', ...hocuspocus });
export const hocuspocusStored = peer({
  name: 'hocuspocus+sqlite',
  store: (folder) => `${folder}/hocuspocus.sqlite`,
  ...hocuspocus,
});
export const bareSocket = peer({
  name: 'ws',
  role: 'limit',
  acks: 'none',
  program: new URL('../peers/ws/server.ts', import.meta.url),
  wire: yWebsocketWire,
  retryAfterMs: yws.retryAfterMs,
});

function peer(it: Peer): ServerKind {
  return {
    name: it.name,
    role: it.role,
    persistent: it.store !== undefined,
    acks: it.acks,
    async start(folder, _plan, port = 0) {
      const args = [String(port), ...(it.store ? [it.store(folder)] : [])];
      return runningPeer(it, await startServerProcess({ file: it.program, args }));
    },
  };
}

function runningPeer(it: Peer, server: ServerProcess): RunningServer {
  const { port } = server;
  return {
    ...server,
    retryAfterMs: it.retryAfterMs,
    join: (room, seat, heard) => new PeerLine({ port, room: nameOf(room), seat, wire: it.wire }, heard),
    async seed(document) {
      const stored = document(clientIdOf(0));
      const line = new PeerLine({ port, room: nameOf({ kind: 'paper' }), seat: 0, wire: it.wire }, {});
      await line.synced;
      if (it.role === 'limit') line.sendFrame(snapshotForBareRelay(stored.whole));
      else for (const part of stored.parts) line.sendUpdate(part);
      await untilQuiet(server);
      // A peer with a store writes at the latest when the last reader leaves.
      if (it.store) {
        await line.close();
        await untilQuiet(server);
      }
      return stored;
    },
  };
}

function nameOf(room: Room): string {
  return room.kind === 'chat' ? `chat-${room.index}` : 'paper';
}
