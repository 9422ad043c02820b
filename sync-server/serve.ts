/** Puts a relay together: store, rooms, gate, HTTP and WebSocket on one port. */
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { LIMITS } from '#shared/school/limits.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import { createApp } from './app.ts';
import { Front, PATIENCE } from './gate/front.ts';
import { People, type Rates } from './gate/people.ts';
import { Revocation } from './gate/revocation.ts';
import type { Session, Sessions } from './gate/sessions.ts';
import { Strangers } from './gate/strangers.ts';
import { Upgrade } from './gate/upgrade.ts';
import { bounded } from './monitoring/bounded.ts';
import type { RelayLog } from './monitoring/log.ts';
import { Metrics } from './monitoring/metrics.ts';
import type { School } from './registry/school.ts';
import { ChatHeads } from './rooms/chat-heads.ts';
import { LINE_LIMITS } from './rooms/limits.ts';
import { Line } from './rooms/line.ts';
import type { LineGround } from './rooms/line-ground.ts';
import { listingRoutes } from './rooms/listing.ts';
import type { Wire } from './rooms/outlet.ts';
import { Presence } from './rooms/presence.ts';
import { ReadMarks } from './rooms/read-marks.ts';
import { Rooms } from './rooms/rooms.ts';
import { openStock } from './rooms/stock.ts';
import { tellLost } from './rooms/swallowed.ts';
import { Switchboard } from './rooms/switchboard.ts';
import { versionRoutes } from './rooms/versions.ts';
import { openSqlite, type SqliteStore } from './store/sqlite/sqlite-store.ts';

/** A connection on which nothing moves for so long, in either direction, ends: an answer that nobody reads too. */
const STILL_MS = 60_000;
/** Connections of people who are not known (yet): more than the devices of a whole school that come back at once. */
const STRANGERS_MAX = 8_192;

export interface RelayOptions {
  store: SqliteStore;
  /** 0: any free port. */
  port: number;
  host: string;
  /** Public origin of the school, as the address bar shows it; '' takes what the port turns out to be. */
  origin: string;
  /** Other origins that are the school's own (a phone in the same network while trying it out). */
  otherOrigins?: readonly string[];
  tls?: { cert: Buffer; key: Buffer } | undefined;
  /** With `tls`: speaks http on the same port too. */
  alsoPlain?: boolean | undefined;
  school: School;
  sessions: Sessions;
  log: RelayLog;
  /** Called once when another relay has taken the rooms over: nothing more can be stored here. */
  fenced?: (() => void) | undefined;
  /** Folder of the built app; undefined serves none. */
  build?: string | undefined;
  routes?: readonly Hono<never>[];
  rates?: Partial<Rates>;
  idleMs?: number;
  helloTimeoutMs?: number;
  patience?: Partial<typeof PATIENCE> & { stillMs?: number };
  strangersMax?: number;
}

export interface Relay {
  port: number;
  origin: string;
  metrics: Metrics;
  /** Says goodbye to every connection, writes what waits, and closes the store. */
  close(): Promise<void>;
}

/** Opens the relay's database in a data folder. */
export function openStore(
  dataDir: string,
  options: { pagesMax?: number; isStretched?: boolean } = {},
): Promise<SqliteStore> {
  return openSqlite({ file: join(dataDir, 'parta.sqlite'), ...options });
}

export async function startRelay(given: RelayOptions): Promise<Relay> {
  const options = { ...given, log: bounded(given.log) };
  const metrics = new Metrics();
  const ground = await layGround(options, metrics);
  const { revocation, heads } = attend(ground, options);
  const origins = new Set([options.origin, ...(options.otherOrigins ?? [])]);
  const accepts = {
    line: (session: Session, wire: Wire) => acceptLine(ground, revocation, session, wire),
    stock: async (session: Session, wire: Wire, doc: string) => {
      const opened = await openStock(ground, session, wire, doc);
      if (typeof opened === 'string') return opened;
      revocation.watch(opened);
      opened.begin();
      // What changed while its document was found, nobody has told it.
      await opened.recheck();
      return opened;
    },
  };
  const strangers = new Strangers(options.strangersMax ?? STRANGERS_MAX, () =>
    metrics.count('crowded_total'),
  );
  metrics.gauge('strangers', () => strangers.size);
  const { sessions, log } = options;
  const upgrade = new Upgrade({ sessions, origins, metrics, accepts, log, strangers });
  let logBytes = 0;
  metrics.gauge('log_bytes', () => logBytes);
  const app = createApp({
    ...options,
    people: ground.people,
    marks: ground.rows,
    rooms: ground.rooms,
    metrics,
    beforeMetrics: async () => {
      logBytes = await options.store.size();
    },
    onTrouble: (error) => options.log.error('request-failed', { says: error.name }),
    onRefused(code) {
      metrics.count('requests_refused_total', { code });
      options.log.info('request-refused', { code });
    },
    origins,
    build: options.build,
    routes: [
      ...(options.routes ?? []),
      listingRoutes({ ...options, people: ground.people, places: ground.rooms.places }),
      versionRoutes({ ...options, people: ground.people, places: ground.rooms.places, log: ground.log }),
    ],
    isHttps: options.origin.startsWith('https:'),
  });
  const listener = getRequestListener(app.fetch);
  const patience = { ...PATIENCE, ...options.patience };
  const front = new Front({ tls: options.tls, alsoPlain: options.alsoPlain ?? false, patience }, listener);
  const stillMs = options.patience?.stillMs ?? STILL_MS;
  front.door.on('connection', (socket) => strangers.come(socket));
  for (const server of front.servers) {
    server.on('request', ({ socket }) => {
      strangers.heard(socket);
      // Not the server's own for every connection: an upgraded one would hold a timer that it never needs.
      socket.setTimeout(stillMs);
    });
    server.on('upgrade', (request, socket, head) => {
      strangers.heard(request.socket);
      if (!upgrade.take(request, socket, head)) socket.destroy();
    });
  }
  const port = await front.listen(options.port, options.host);
  const origin = options.origin || `http://${options.host}:${port}`;
  origins.add(origin);
  await ground.rooms.resume();
  options.log.info('listening', { port });
  return { port, origin, metrics, close: () => close(front, upgrade, ground, revocation, heads, options) };
}

async function layGround(options: RelayOptions, metrics: Metrics): Promise<LineGround> {
  const { store, school, log } = options;
  const fence = await store.claim();
  const rooms = new Rooms({
    log: store,
    school,
    papers: await store.papers(),
    firsts: await store.firsts(),
    fence,
    fenced: options.fenced,
    relayLog: log,
    metrics,
    idleMs: options.idleMs,
  });
  const lines = new Switchboard<Line>();
  const ground: LineGround = {
    rooms,
    school,
    lines,
    metrics,
    log: store,
    rows: store,
    relayLog: log,
    people: new People(
      store,
      {
        intentsPerSecond: options.rates?.intentsPerSecond ?? LIMITS.intentsPerSecond,
        intentsBurst: options.rates?.intentsBurst ?? LIMITS.intentsBurst,
        asksPerSecond: options.rates?.asksPerSecond ?? LINE_LIMITS.asksPerSecond,
        asksBurst: options.rates?.asksBurst ?? LINE_LIMITS.asksBurst,
      },
      fence,
    ),
    presence: new Presence(),
    marks: new ReadMarks(store, rooms, lines, log),
    limits: { helloTimeoutMs: options.helloTimeoutMs ?? LIMITS.helloTimeoutMs },
    stocks: new Set(),
    left: () => undefined,
    showPresence(room, doc, bytes, from) {
      const frame = encodeFrame({ kind: 'aware', doc, bytes });
      for (const watcher of room.watchers) if (watcher !== from) watcher.shown(doc, bytes, frame);
    },
  };
  const startedAt = Math.round(Date.now() / 1000);
  metrics.gauge('start_time_seconds', () => startedAt);
  metrics.gauge('connections', () => lines.size + ground.stocks.size);
  metrics.gauge('rooms', () => rooms.count);
  metrics.gauge('room_queue_depth', () => rooms.depth);
  metrics.gauge('commit_queue_depth', () => store.depth);
  metrics.gauge('registry_bytes', () => school.bytes);
  metrics.gauge('storage_refuses', () => Number(rooms.isFull));
  metrics.gauge('resident_bytes', () => process.memoryUsage.rss());
  return ground;
}

/** What follows from accepted intents, from changes of the registry and of the disk. */
function attend(ground: LineGround, options: RelayOptions): { revocation: Revocation; heads: ChatHeads } {
  const revocation = new Revocation(ground, options.school, options.sessions);
  ground.left = (line) => revocation.forget(line);
  const heads = new ChatHeads(ground.rows, options.school, ground.lines, options.log);
  ground.rooms.onAccepted((_room, append) => {
    heads.heard(append);
    tellLost(ground.lines, append);
  });
  ground.rooms.onStorage((full) => {
    const frame = encodeFrame({ kind: 'notice', code: full ? 'try-later' : 'storing-again' });
    for (const line of ground.lines.all()) line.told(frame);
  });
  return { revocation, heads };
}

function acceptLine(ground: LineGround, revocation: Revocation, session: Session, wire: Wire) {
  if (ground.lines.of(session.person).size >= LINE_LIMITS.connectionsPerPersonMax) return 'tooMany' as const;
  const line = new Line(ground, wire, session);
  revocation.watch(line);
  return line;
}

async function close(
  front: Front,
  upgrade: Upgrade,
  ground: LineGround,
  revocation: Revocation,
  heads: ChatHeads,
  options: RelayOptions,
): Promise<void> {
  revocation.close();
  heads.close();
  upgrade.close('restarting');
  const closed = front.close();
  await ground.marks.close();
  await closed;
  // Nobody speaks any more: what was taken goes to the disk, and its author's next start finds it known.
  await ground.rooms.close();
  await options.store.close();
}
