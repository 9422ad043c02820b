/** The relay's HTTP side: what holds for every request, the routes that are nobody else's, and the built app. */
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { LIMITS } from '#shared/school/limits.ts';
import { may } from '#shared/school/may.ts';
import { chatRoom } from '#shared/school/names.ts';
import { isOwnOrigin } from './gate/origin.ts';
import type { People } from './gate/people.ts';
import type { Sessions } from './gate/sessions.ts';
import type { Metrics } from './monitoring/metrics.ts';
import type { School } from './registry/school.ts';
import { LINE_LIMITS } from './rooms/limits.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { MarkRow, Marks } from './store/marks.ts';

export interface AppOptions {
  sessions: Sessions;
  school: School;
  people: People;
  marks: Marks;
  rooms: Rooms;
  metrics: Metrics;
  /** Reads what a gauge cannot read at once. */
  beforeMetrics(): Promise<void>;
  onTrouble(error: Error): void;
  /** Told of each request that got no for an answer, by a code that names nobody. */
  onRefused(code: string): void;
  origins: ReadonlySet<string>;
  /** Folder of the built app; undefined: no app is served. */
  build: string | undefined;
  /** Other parts' routes: accounts, files.. */
  routes: readonly Hono<never>[];
  isHttps: boolean;
}

const BODY_BYTES_MAX = 1024;
const YEAR_S = 31_536_000;
const PROXIED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

export function createApp(options: AppOptions): Hono {
  const { sessions, school, people, marks, rooms, metrics } = options;
  const app = new Hono();
  app.onError((error, c) => {
    // Raised by what stands before a route: the request was wrong, nothing here is.
    if (error instanceof HTTPException)
      return c.json({ code: error.status === 413 ? 'too-long' : 'malformed' }, error.status);
    options.onTrouble(error);
    return c.json({ code: 'try-later' }, 500);
  });
  app.use(async (c, next) => {
    if (!isOfTheApp(c) && !isOwnOrigin(c.req.header('origin'), options.origins)) {
      options.onRefused('foreign-origin');
      secure(c, options.isHttps);
      c.header('cache-control', 'no-store');
      return c.json({ code: 'foreign-origin' }, 403);
    }
    await next();
    if (isRefused(c)) options.onRefused(`http-${c.res.status}`);
    secure(c, options.isHttps);
  });

  app.get('/healthz', (c) => {
    const storage = rooms.isFenced ? 'fenced' : rooms.isFull ? 'refuses' : 'ok';
    const ok = storage === 'ok';
    return c.json({ ok, storage }, ok ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    // Counts of acts by the second tell a pupil that somebody was just moderated.
    if (!isFromHere(c)) return c.json({ code: 'unknown-route' }, 404);
    await options.beforeMetrics();
    return c.text(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' });
  });

  app.get('/api/address', (c) => c.json({ safe: safeOrigin(c, options.origins) }));

  // The accounts' come first among them: what they ask of every request holds for whatever follows.
  for (const routes of options.routes) app.route('/', routes);

  app.post('/api/leases', bodyLimit({ maxSize: BODY_BYTES_MAX }), async (c) => {
    const session = await sessions.ofHeaders(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    const asked = await c.req.json<{ count?: unknown } | null>().catch(() => null);
    const count = Number.isSafeInteger(asked?.count) ? Number(asked?.count) : 1;
    const person = await people.get(session.person);
    const leases = await people.grant(person, Math.min(count, LIMITS.leasesPerGrantMax));
    return leases.length > 0 ? c.json({ leases }) : c.json({ code: 'too-many' }, 429);
  });

  app.get('/api/chats/:id/readers', async (c) => {
    const session = await sessions.ofHeaders(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    const asker = await people.get(session.person);
    if (asker.ask(performance.now(), LINE_LIMITS.stockAskCosts) > 0)
      return c.json({ code: 'try-later' }, 429);
    const chat = c.req.param('id');
    const place = school.chat(chat);
    // A chat that does not exist looks like one of others.
    if (!place) return c.json({ code: 'not-a-member' }, 403);
    const verdict = may(school.standing(session.person), 'chat.readers', place);
    if (!verdict.ok) return c.json({ code: verdict.code }, 403);
    return c.json({ readers: readersFor(session.person, chatRoom(chat), await marks.marksOf(chat), rooms) });
  });

  app.all('/api/*', (c) => c.json({ code: 'unknown-route' }, 404));
  if (options.build !== undefined) serveApp(app, options.build);
  return app;
}

/** `from`: nothing up to there was ever shown to that reader. What the asker may not read, nobody has read. */
function readersFor(asker: string, room: string, marks: readonly MarkRow[], { places }: Rooms) {
  const since = places.firstOf(asker, room).seq;
  const shown = (mark: number) => (mark > since ? mark : 0);
  return marks.map(({ person, got, read }) => {
    const from = Math.max(since, places.firstOf(person, room).seq);
    return { person, got: shown(got), read: shown(read), from };
  });
}

/** Where the school is reached over https: under the name that was asked for if it can be, or by its public address. */
function safeOrigin(c: Context, origins: ReadonlySet<string>): string | null {
  const here = `https://${c.req.header('host')}`;
  return origins.has(here) ? here : ([...origins].find((origin) => origin.startsWith('https:')) ?? null);
}

/** Whether a program on this computer asks, and not a proxy for somebody else. */
function isFromHere(c: Context): boolean {
  const env = c.env as { incoming?: { socket: { remoteAddress?: string | undefined } } } | undefined;
  const address = env?.incoming?.socket.remoteAddress ?? '';
  const isProxied = PROXIED.some((name) => c.req.header(name) !== undefined);
  return !isProxied && /^(::1|(::ffff:)?127\.)/.test(address);
}

/** The built app: precompressed files, a missing chunk is a 404, every other address is the shell. */
function serveApp(app: Hono, root: string): void {
  const onFound = (path: string, c: Context) => {
    const isImmutable = path.includes('/_app/immutable/');
    c.header('cache-control', isImmutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
  };
  app.use('*', serveStatic({ root, precompressed: true, onFound }));
  app.all('/_app/*', (c) => c.text('not found', 404));
  app.get('*', serveStatic({ root, path: 'index.html', precompressed: true, onFound }));
}

/** Refused, and not just asked who is signed in: every app asks that when it opens. */
function isRefused(c: Context): boolean {
  const { status } = c.res;
  return status >= 400 && status < 500 && /^[/]api[/](?!session)/.test(c.req.path);
}

/** The app's own files hold nothing of anyone's: at a wrong address they open and say what to do. */
function isOfTheApp(c: Context): boolean {
  return (
    (c.req.method === 'GET' || c.req.method === 'HEAD') &&
    !/^[/](api|metrics|healthz)([/]|$)/.test(c.req.path)
  );
}

function secure(c: Context, isHttps: boolean): void {
  c.header('x-content-type-options', 'nosniff');
  if (isHttps) c.header('strict-transport-security', `max-age=${YEAR_S}`);
  // What follows is a document's: on every chunk it cost a first visit six kilobytes.
  if (c.req.path.startsWith('/_app/immutable/') && c.res.ok) return;
  c.header('x-frame-options', 'DENY');
  c.header('referrer-policy', 'same-origin');
  c.header('cross-origin-opener-policy', 'same-origin');
  c.header('permissions-policy', 'camera=(self), microphone=(self), geolocation=()');
  c.header('content-security-policy', "frame-ancestors 'none'");
}
