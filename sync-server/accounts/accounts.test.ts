import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { afterEach, describe, expect, test } from 'vitest';
import { sessionsContract } from '../gate/sessions.contract.ts';
import { type Accounts, openAccounts } from './accounts.ts';
import { clientAddress } from './client-address.ts';
import { eraseAccount } from './erasure.ts';
import { openPeople } from './people.ts';
import { accountRoutes } from './routes.ts';
import { secretOf } from './secret.ts';

const ORIGIN = 'http://127.0.0.1:4173';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-accounts-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function openDoor({ origin = ORIGIN, dataDir = folder(), members = ['masha', 'anna'] } = {}) {
  const school = new Set(members);
  const accounts = await openAccounts({
    dataDir,
    origin,
    secret: secretOf(dataDir),
    knows: (person) => school.has(person),
  });
  cleanups.push(() => accounts.close());
  return { accounts, school, dataDir, app: accountRoutes({ accounts, origins: new Set([origin]) }) };
}

let lastAddress = 0;
/** Each request of a test may come from an address of its own, so that tests do not share a rate limit. */
function from(address = `10.0.${lastAddress >> 8}.${lastAddress++ & 255}`) {
  return { incoming: { socket: { remoteAddress: address } } };
}

type Door = Awaited<ReturnType<typeof openDoor>>;

function post(door: Door, path: string, body: unknown, headers: Record<string, string> = {}, env = from()) {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
  };
  return door.app.request(path, init, env);
}

async function tokenFor(accounts: Accounts, person: string, lifetimeMs?: number): Promise<string> {
  return (await accounts.link(person, lifetimeMs)).split('#')[1] ?? '';
}

async function signIn(door: Door, person = 'masha') {
  const answer = await post(door, '/api/in', { token: await tokenFor(door.accounts, person) });
  expect(answer.status).toBe(200);
  return { answer, cookie: cookieOf(answer) };
}

function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

test('[R550] Masha opens her link and is Masha', async () => {
  const door = await openDoor();
  const link = await door.accounts.link('masha');
  expect(link.startsWith(`${ORIGIN}/in#`)).toBe(true);
  const { answer, cookie } = await signIn(door);
  expect(await answer.json()).toMatchObject({ person: 'masha', expiresAt: expect.any(Number) });
  expect(answer.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Lax/i);
  expect(answer.headers.getSetCookie()[0]).not.toMatch(/Secure/);
  const session = await door.app.request('/api/session', { headers: { cookie } });
  expect(await session.json()).toMatchObject({ person: 'masha' });
  expect(await door.accounts.ofHeaders(new Headers({ cookie }))).toMatchObject({ person: 'masha' });
});

test('[R550] on https the cookie is Secure', async () => {
  const door = await openDoor({ origin: 'https://parta.school7.example' });
  const headers = { 'content-type': 'application/json', origin: 'https://parta.school7.example' };
  const body = JSON.stringify({ token: await tokenFor(door.accounts, 'masha') });
  const answer = await door.app.request('/api/in', { method: 'POST', headers, body }, from());
  expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-.*Secure/);
});

test('[R551] a link opens once', async () => {
  const door = await openDoor();
  const token = await tokenFor(door.accounts, 'masha');
  expect((await post(door, '/api/in', { token })).status).toBe(200);
  const again = await post(door, '/api/in', { token });
  expect([again.status, await again.json()]).toEqual([401, { code: 'link-gone' }]);
  expect(again.headers.getSetCookie()).toEqual([]);
});

test('[R551] of twenty who redeem one link at once, one gets in', async () => {
  const door = await openDoor();
  const token = await tokenFor(door.accounts, 'masha');
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(door, '/api/in', { token })));
  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
});

test('[R551] two links of one person, redeemed at once on two devices, both open', async () => {
  const door = await openDoor();
  const tokens = [await tokenFor(door.accounts, 'masha'), await tokenFor(door.accounts, 'masha')];
  const answers = await Promise.all(tokens.map((token) => post(door, '/api/in', { token })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test('[R551] an expired link, a made-up one and a broken body open nothing', async () => {
  const door = await openDoor();
  const expired = await tokenFor(door.accounts, 'masha', -1000);
  for (const token of [expired, 'x'.repeat(43), '', 7, null, { $ne: '' }])
    expect((await post(door, '/api/in', { token })).status).toBe(401);
  const raw = { method: 'POST', body: '{', headers: { origin: ORIGIN } };
  expect((await door.app.request('/api/in', raw, from())).status).toBe(401);
  expect((await post(door, '/api/in', { token: 'x'.repeat(5000) })).status).toBe(413);
});

test('[R551] the link of a person who left the school opens nothing', async () => {
  const door = await openDoor();
  const token = await tokenFor(door.accounts, 'masha');
  door.school.delete('masha');
  expect((await post(door, '/api/in', { token })).status).toBe(401);
});

test('[R551] a school is fresh until the first person came in', async () => {
  const door = await openDoor();
  expect(await door.accounts.isFresh()).toBe(true);
  await tokenFor(door.accounts, 'masha');
  expect(await door.accounts.isFresh()).toBe(true);
  await signIn(door);
  expect(await door.accounts.isFresh()).toBe(false);
});

test('[R551] a token stands nowhere in the data folder', async () => {
  const door = await openDoor();
  const token = await tokenFor(door.accounts, 'masha');
  for (const file of readdirSync(door.dataDir))
    expect(readFileSync(join(door.dataDir, file)).includes(token), file).toBe(false);
});

test('[R552] another site signs nobody in or out and reads no session', async () => {
  const door = await openDoor();
  const { cookie } = await signIn(door);
  const token = await tokenFor(door.accounts, 'anna');
  const foreign = { origin: 'https://evil.example', cookie };
  expect((await post(door, '/api/in', { token }, foreign)).status).toBe(403);
  expect((await post(door, '/api/sign-out', {}, foreign)).status).toBe(403);
  for (const path of ['/api/session', '/api/session/token'])
    expect((await door.app.request(path, { headers: foreign })).status).toBe(403);
  const silent = { headers: { 'sec-fetch-site': 'cross-site', cookie } };
  expect((await door.app.request('/api/session/token', silent)).status).toBe(403);
  expect(await door.accounts.ofHeaders(new Headers({ cookie }))).toBeDefined();
  expect((await post(door, '/api/in', { token })).status).toBe(200);
});

test('[R553] sign-out ends the session and its line, here and for a stock client', async () => {
  const door = await openDoor();
  const { cookie } = await signIn(door);
  const other = await signIn(door);
  const { token } = (await (
    await door.app.request('/api/session/token', { headers: { cookie } })
  ).json()) as { token: string };
  const session = await door.accounts.ofToken(token);
  expect(session).toMatchObject({ person: 'masha' });
  const ended: string[] = [];
  door.accounts.onEnd((id) => ended.push(id));
  const answer = await post(door, '/api/sign-out', {}, { cookie });
  expect(answer.status).toBe(204);
  expect(answer.headers.getSetCookie().join()).toMatch(/Max-Age=0/);
  expect(ended).toEqual([session?.id]);
  expect(await door.accounts.ofHeaders(new Headers({ cookie }))).toBeUndefined();
  expect(await door.accounts.ofToken(token)).toBeUndefined();
  expect(await door.accounts.ofHeaders(new Headers({ cookie: other.cookie }))).toBeDefined();
});

test('[R553] all sessions of a person end at once', async () => {
  const door = await openDoor();
  const cookies = [(await signIn(door)).cookie, (await signIn(door)).cookie];
  const ended: string[] = [];
  door.accounts.onEnd((id) => ended.push(id));
  await door.accounts.endAll('masha');
  expect(new Set(ended).size).toBe(2);
  for (const cookie of cookies)
    expect(await door.accounts.ofHeaders(new Headers({ cookie }))).toBeUndefined();
});

test('[R553] without a session: signed out; a forged cookie or token is none', async () => {
  const door = await openDoor();
  for (const path of ['/api/session', '/api/session/token']) {
    const answer = await door.app.request(path);
    expect([answer.status, await answer.json()]).toEqual([401, { code: 'signed-out' }]);
  }
  expect((await post(door, '/api/sign-out', {})).status).toBe(204);
  const { cookie } = await signIn(door);
  expect(
    await door.accounts.ofHeaders(new Headers({ cookie: `${cookie.slice(0, -8)}AAAAAAA%3D` })),
  ).toBeUndefined();
  expect(await door.accounts.ofToken('nonsense')).toBeUndefined();
  expect(await door.accounts.ofToken('')).toBeUndefined();
});

test('[R554] too many tries from one address are refused, and nobody else is', async () => {
  const door = await openDoor();
  const one = from();
  const answers = await Promise.all(
    Array.from({ length: 130 }, () => post(door, '/api/in', { token: 'x'.repeat(43) }, {}, one)),
  );
  expect(answers.at(-1)?.status).toBe(429);
  const spoofed = { 'x-parta-address': '1.2.3.4', 'x-forwarded-for': '1.2.3.4' };
  expect((await post(door, '/api/in', { token: 'x'.repeat(43) }, spoofed, one)).status).toBe(429);
  expect((await post(door, '/api/in', { token: await tokenFor(door.accounts, 'masha') })).status).toBe(200);
});

test('[R554] who tries made-up links keeps nobody out who shares their address', async () => {
  const door = await openDoor();
  const school = from();
  for (let i = 0; i < 200; i++)
    await post(door, '/api/in', { token: String(i).padStart(43, 'x') }, {}, school);
  const { status } = await post(
    door,
    '/api/in',
    { token: await tokenFor(door.accounts, 'masha') },
    {},
    school,
  );
  expect(status).toBe(200);
});

test('[R554] only a trusted proxy is believed about addresses, and only its own word', () => {
  const asked = { socket: '::ffff:10.1.1.1', forwardedFor: '6.6.6.6, 192.0.2.7' };
  expect(clientAddress(asked, [])).toBe('10.1.1.1');
  expect(clientAddress(asked, ['10.1.1.1'])).toBe('192.0.2.7');
  expect(clientAddress({ ...asked, forwardedFor: undefined }, ['10.1.1.1'])).toBe('10.1.1.1');
});

test('[R555] sessions outlive a restart, and the secret is readable by its owner alone', async () => {
  const dataDir = folder();
  const before = await openDoor({ dataDir });
  expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
  const { cookie } = await signIn(before);
  const after = await openDoor({ dataDir });
  expect(await after.accounts.ofHeaders(new Headers({ cookie }))).toMatchObject({ person: 'masha' });
});

test('[R556] a name is kept, changed and erased from the disk', () => {
  const dataDir = folder();
  const people = openPeople(join(dataDir, 'people.sqlite'));
  cleanups.push(() => people.close());
  people.put([
    { person: 'masha', name: 'Котова Мария' },
    { person: 'anna', name: 'Смирнова Анна Петровна' },
  ]);
  people.put([{ person: 'masha', name: 'Котова Маша' }]);
  people.erase('anna');
  for (const file of readdirSync(dataDir))
    expect(readFileSync(join(dataDir, file)).includes('Смирнова'), file).toBe(false);
  const again = openPeople(join(dataDir, 'people.sqlite'));
  cleanups.push(() => again.close());
  expect([again.nameOf('masha'), again.nameOf('anna'), again.count()]).toEqual(['Котова Маша', undefined, 1]);
});

test('[R557] who is erased has no session and no link, and the disk holds nothing of those that ended before', async () => {
  const door = await openDoor();
  const file = join(door.dataDir, 'auth.sqlite');
  const visits = await Promise.all(Array.from({ length: 40 }, () => signIn(door)));
  for (const { cookie } of visits) await post(door, '/api/sign-out', {}, { cookie });
  const [masha, anna] = [await signIn(door), await signIn(door, 'anna')];
  const waiting = await tokenFor(door.accounts, 'masha');
  await door.accounts.close();
  cleanups.pop();
  eraseAccount(file, 'masha');
  for (const name of readdirSync(door.dataDir))
    expect(readFileSync(join(door.dataDir, name)).includes('masha'), name).toBe(false);

  const again = await openDoor({ dataDir: door.dataDir });
  expect((await post(again, '/api/in', { token: waiting })).status).toBe(401);
  const of = async (cookie: string) => (await again.accounts.ofHeaders(new Headers({ cookie })))?.person;
  expect([await of(masha.cookie), await of(anna.cookie)]).toEqual([undefined, 'anna']);
});

test('[R550] the same over a real socket', async () => {
  const door = await openDoor();
  const server = serve({ fetch: door.app.fetch, port: 0, hostname: '127.0.0.1' });
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = JSON.stringify({ token: await tokenFor(door.accounts, 'masha') });
  const headers = { 'content-type': 'application/json', origin: ORIGIN };
  const answer = await fetch(`${at}/api/in`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  const session = await fetch(`${at}/api/session`, { headers: { cookie: cookieOf(answer) } });
  expect(await session.json()).toMatchObject({ person: 'masha' });
});

describe('the sessions of better-auth', () => {
  sessionsContract(async () => {
    const { accounts } = await openDoor();
    const signIn = async (person: string) => {
      const redeemed = await accounts.redeem(await tokenFor(accounts, person), new Headers());
      if (!redeemed.ok) throw new Error(redeemed.code);
      const cookie = redeemed.cookies.map((line) => line.split(';')[0]).join('; ');
      const { token } = (await accounts.open(new Headers({ cookie }))) ?? { token: '' };
      return { cookie, token };
    };
    return { sessions: accounts, signIn, end: (cookie) => accounts.signOut(new Headers({ cookie })) };
  });
});
