/** HTTP routes of signing in and out; docs/protocol.md tells what they answer. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { type Accounts, ADDRESS_HEADER } from './accounts.ts';
import { clientAddress } from './client-address.ts';

export interface AccountRoutesOptions {
  accounts: Accounts;
  /** The school's own origins. */
  origins: ReadonlySet<string>;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[];
}

type Env = {
  Bindings: { incoming?: { socket: { remoteAddress?: string | undefined; encrypted?: boolean } } };
};

const BODY_BYTES_MAX = 1024;
const SECURE = /;\s*secure\s*(;|$)/i;

export function accountRoutes({ accounts, origins, trustedProxies = [] }: AccountRoutesOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.use('/api/*', ownOriginOnly(origins));

  app.post('/api/in', bodyLimit({ maxSize: BODY_BYTES_MAX }), async (c) => {
    const token = await tokenOf(c);
    const answer = await accounts.redeem(token, addressed(c, trustedProxies));
    if (!answer.ok) return c.json({ code: answer.code }, answer.code === 'too-many' ? 429 : 401);
    return withCookies(c, c.json({ person: answer.person, expiresAt: answer.expiresAt }), answer.cookies);
  });

  app.get('/api/session', async (c) => {
    const session = await accounts.open(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    return withCookies(c, c.json({ person: session.person, expiresAt: session.expiresAt }), session.cookies);
  });

  app.get('/api/session/token', async (c) => {
    const session = await accounts.open(c.req.raw.headers);
    if (!session) return c.json({ code: 'signed-out' }, 401);
    return c.json({ token: session.token, expiresAt: session.expiresAt });
  });

  app.post('/api/sign-out', async (c) => {
    return withCookies(c, c.body(null, 204), await accounts.signOut(c.req.raw.headers));
  });

  return app;
}

/**
 * A browser names the origin of every request that changes something. Another site's is refused; a program that is
 * no browser sends none and carries no cookie by accident.
 */
function ownOriginOnly(origins: ReadonlySet<string>) {
  return createMiddleware<Env>(async (c, next) => {
    c.header('cache-control', 'no-store');
    const from = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const foreign = from !== undefined ? !origins.has(from) : site === 'cross-site' || site === 'same-site';
    if (foreign) return c.json({ code: 'foreign-origin' }, 403);
    await next();
  });
}

async function tokenOf(c: Context<Env>): Promise<string> {
  const body: unknown = await c.req.json().catch(() => undefined);
  const token = typeof body === 'object' && body !== null ? Reflect.get(body, 'token') : undefined;
  return typeof token === 'string' ? token : '';
}

function addressed(c: Context<Env>, trustedProxies: readonly string[]): Headers {
  const headers = new Headers(c.req.raw.headers);
  const socket = c.env?.incoming?.socket.remoteAddress ?? '';
  const address = clientAddress(
    { socket, forwardedFor: headers.get('x-forwarded-for') ?? undefined },
    trustedProxies,
  );
  headers.set(ADDRESS_HEADER, address);
  return headers;
}

/** A relay that is known by an http address may speak https too: there its cookies are for https alone. */
function withCookies(c: Context<Env>, answer: Response, cookies: readonly string[]): Response {
  const isSafe = c.env?.incoming?.socket.encrypted === true;
  for (const cookie of cookies)
    answer.headers.append('set-cookie', isSafe && !SECURE.test(cookie) ? `${cookie}; Secure` : cookie);
  return answer;
}
