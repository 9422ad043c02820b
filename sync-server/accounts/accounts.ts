/** Who may come in: one-time links, sessions and sign-out, on better-auth with a database file of its own. */
import { join } from 'node:path';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { bearer } from 'better-auth/plugins';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Session, Sessions } from '../gate/sessions.ts';
import { makeDurable } from '../store/sqlite/durable.ts';
import { issueToken, isWaiting, oneTimeLinks, REDEEM_PATH } from './one-time-links.ts';
import { Tries } from './tries.ts';

const SESSION_DAYS = 60;
const LINK_DAYS = 7;
const DAY_MS = 86_400_000;
/** The relay writes it over whatever a client sent, so that real addresses are counted. */
export const ADDRESS_HEADER = 'x-parta-address';
const BASE_PATH = '/api/auth';
/** What a header can carry: any other token is nobody's. */
const VISIBLE = /^[!-~]{1,512}$/;

export interface AccountsOptions {
  dataDir: string;
  /** Public origin, e.g. `https://parta.school7.ru`. */
  origin: string;
  secret: string;
  /** Whether a person is of the school now. */
  knows(person: string): boolean;
}

export interface Accounts extends Sessions {
  /** A new one-time link for a person, `<origin>/in#<token>`; shown this once. Ends after `lifetimeMs` (a week). */
  link(person: string, lifetimeMs?: number): Promise<string>;
  /** Redeems a token: the cookie to set, or undefined when the link is used, expired or never was. */
  redeem(token: string, headers: Headers): Promise<Redeemed>;
  /** The session of a request with its bare token and, when it was prolonged, the cookie to set. */
  open(headers: Headers): Promise<(Session & { token: string; cookies: string[] }) | undefined>;
  /** Ends the session of a request; answers with the cookies that clear it. */
  signOut(headers: Headers): Promise<string[]>;
  /** Ends every session of a person. */
  endAll(person: string): Promise<void>;
  /** Whether nobody ever came in: the school still waits for its first administrator. */
  isFresh(): Promise<boolean>;
  close(): Promise<void>;
}

type Redeemed =
  | { ok: true; person: string; expiresAt: number; cookies: string[] }
  | { ok: false; code: 'link-gone' | 'too-many' };

/** Opens `auth.sqlite` in the data folder and brings its schema up to date. */
export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  const listeners = new Set<(session: string) => void>();
  const db = openDatabase(join(options.dataDir, 'auth.sqlite'));
  const auth = createAuth(options, db, (session) => {
    for (const listener of [...listeners]) listener(session);
  });
  await (await getMigrations(auth.options)).runMigrations();
  const { internalAdapter } = await auth.$context;
  const tries = new Tries();

  async function open(headers: Headers) {
    const answer = await auth.api.getSession({ headers, returnHeaders: true });
    if (!answer.response) return undefined;
    const { id, userId, expiresAt, token } = answer.response.session;
    return {
      id,
      person: userId,
      expiresAt: expiresAt.getTime(),
      token,
      cookies: answer.headers.getSetCookie(),
    };
  }

  async function ofHeaders(headers: Headers): Promise<Session | undefined> {
    const session = await open(headers);
    return session && { id: session.id, person: session.person, expiresAt: session.expiresAt };
  }

  return {
    open,
    ofHeaders,
    ofToken: async (token) =>
      VISIBLE.test(token) ? ofHeaders(new Headers({ authorization: `Bearer ${token}` })) : undefined,
    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async link(person, lifetimeMs = LINK_DAYS * DAY_MS) {
      return `${options.origin}/in#${await issueToken(internalAdapter, person, Date.now() + lifetimeMs)}`;
    },
    async redeem(token, headers) {
      if (await isWaiting(internalAdapter, token))
        return redeem(auth.handler, options.origin, token, headers);
      const isTooMany = tries.isTooMany(headers.get(ADDRESS_HEADER) ?? '', performance.now());
      return { ok: false, code: isTooMany ? 'too-many' : 'link-gone' };
    },
    async signOut(headers) {
      const { headers: answer } = await auth.api.signOut({ headers, returnHeaders: true });
      return answer.getSetCookie();
    },
    async endAll(person) {
      for (const { token } of await internalAdapter.listSessions(person))
        await internalAdapter.deleteSession(token);
    },
    isFresh: async () => (await internalAdapter.countTotalUsers()) === 0,
    close: async () => db.destroy(),
  };
}

function openDatabase(file: string): Kysely<never> {
  const database = new Sqlite(file);
  makeDurable(database);
  database.pragma('busy_timeout = 5000');
  return new Kysely<never>({ dialect: new SqliteDialect({ database }) });
}

function createAuth(options: AccountsOptions, db: Kysely<never>, ended: (session: string) => void) {
  return betterAuth({
    appName: 'Parta',
    baseURL: options.origin,
    basePath: BASE_PATH,
    secret: options.secret,
    trustedOrigins: [options.origin],
    database: { db, type: 'sqlite', transaction: true },
    telemetry: { enabled: false },
    logger: { level: 'error', log: () => undefined },
    session: { expiresIn: (SESSION_DAYS * DAY_MS) / 1000, updateAge: DAY_MS / 1000 },
    // Nothing of the library's is open to the network but the redemption of links that wait (tries.ts).
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: 'parta',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
    },
    databaseHooks: { session: { delete: { after: async (session) => ended(session.id) } } },
    plugins: [bearer(), oneTimeLinks(options.knows)],
  });
}

/** Through the handler, not the API: there the origin is checked. */
async function redeem(
  handler: (request: Request) => Promise<Response>,
  origin: string,
  token: string,
  headers: Headers,
): Promise<Redeemed> {
  const passed = new Headers({ 'content-type': 'application/json', origin });
  passed.set('user-agent', headers.get('user-agent') ?? '');
  const body = JSON.stringify({ token });
  const answer = await handler(
    new Request(`${origin}${BASE_PATH}${REDEEM_PATH}`, { method: 'POST', headers: passed, body }),
  );
  if (!answer.ok) return { ok: false, code: 'link-gone' };
  const { person, expiresAt } = (await answer.json()) as { person: string; expiresAt: number };
  return { ok: true, person, expiresAt, cookies: answer.headers.getSetCookie() };
}
