/** The programs as they are started: real processes, real links, real lines. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { lanOrigins } from '#server/demo/greeting.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { LINE_PATH, PROTOCOL } from '#shared/wire/protocol.ts';
import { TestLine } from '../support/line.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('[R601] an empty data folder becomes a school, and its first administrator gets in by one link', async () => {
  const school = await startMain();
  const link = school.links()[0] ?? '';
  expect(link.startsWith(`${school.origin}/in#`)).toBe(true);
  expect(statSync(join(school.data, 'secret')).mode & 0o777).toBe(0o600);
  const cookie = await signIn(school.origin, link);
  const line = await hello(school.origin, cookie);
  const { json } = await line.next('registry');
  expect(JSON.parse(json)).toMatchObject({ org: { title: 'Школа № 7' }, me: { role: 'admin' } });
  await line.hangUp();
});

test('[R601] until somebody came in, each start offers a new link; afterwards none', async () => {
  const first = await startMain();
  await first.stop();
  const second = await startMain({ data: first.data });
  expect(second.links()).toHaveLength(1);
  expect(second.links()).not.toEqual(first.links());
  await signIn(second.origin, second.links()[0] ?? '');
  await second.stop();
  const third = await startMain({ data: first.data });
  expect(third.links()).toEqual([]);
});

test('[R602] a wrong variable stops the start with a sentence and an example', async () => {
  const { status, stderr } = runMain({ PARTA_PORT: '70000', PARTA_ORIGIN: 'school7' });
  expect(status).toBe(1);
  expect(stderr).toContain('Example: PARTA_PORT=');
  expect(stderr).toContain('Example: PARTA_ORIGIN=');
  expect(stderr).not.toContain(' at ');
});

test('[R602] a busy port stops the start, says what to do, and leaves the running school alone', async () => {
  const school = await startMain();
  const second = runMain({ PARTA_PORT: String(school.port), PARTA_DATA: school.data });
  expect([second.status, second.stderr]).toEqual([1, expect.stringContaining('PARTA_PORT=')]);
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  expect((await fetch(`${school.origin}/api/session`, { headers: { cookie } })).status).toBe(200);
});

test('[R603] a signal says goodbye to the lines and ends the process well', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const line = await hello(school.origin, cookie);
  await line.next('registry');
  const code = school.stop();
  expect(await line.whenClosed()).toBe(CLOSE.restarting.code);
  expect(await code).toBe(0);
});

test('[R603] a browser that connected and asked for nothing yet does not hold up the end', async () => {
  const school = await startMain();
  const silent = connect(school.port, 'localhost');
  silent.on('error', () => undefined);
  await new Promise((resolve) => silent.once('connect', resolve));
  // The relay has taken it: what came after it was answered.
  await fetch(`${school.origin}/healthz`);
  expect(await school.stop()).toBe(0);
});

test('[R553] signing out closes the line of that session, and its cookie opens none', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const line = await hello(school.origin, cookie);
  await line.next('registry');
  const headers = { cookie, origin: school.origin };
  expect((await fetch(`${school.origin}/api/sign-out`, { method: 'POST', headers })).status).toBe(204);
  expect(await line.whenClosed()).toBe(CLOSE.signedOut.code);
  const again = new TestLine(school.origin, headers);
  expect(await again.whenClosed()).not.toBe(1000);
});

test('[R552] a foreign origin opens no line with the cookie', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const line = new TestLine(school.origin, { cookie, origin: 'https://evil.example' });
  expect(await line.whenClosed()).not.toBe(1000);
  expect(line.heard).toEqual([]);
});

test('[R604] with a certificate the school is https, its cookie Secure, its line wss', async () => {
  const folder = newFolder();
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    tls.key,
    '-out',
    tls.cert,
    ...subject,
  ]);
  expect(made.status, 'this test needs openssl').toBe(0);
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const school = await startMain({
    port,
    env: { PARTA_TLS_CERT: tls.cert, PARTA_TLS_KEY: tls.key, PARTA_ORIGIN: origin, PARTA_HOST: '127.0.0.1' },
  });
  const token = (school.links()[0] ?? '').split('#')[1];
  const answer = await httpsPost(`https://localhost:${port}/api/in`, origin, JSON.stringify({ token }));
  expect(answer.status).toBe(200);
  expect(answer.cookie).toMatch(/^__Secure-.*; HttpOnly; Secure; SameSite=Lax/i);
  const cookie = answer.cookie.split(';')[0] ?? '';
  const socket = new WebSocket(`wss://localhost:${port}${LINE_PATH}`, {
    headers: { cookie, origin },
    rejectUnauthorized: false,
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.terminate();
});

test('[R611] the demo prints five links; a second start is at once, with new ones; --fresh starts over', async () => {
  const first = await startDemo();
  expect(first.links()).toHaveLength(5);
  const roles: string[] = [];
  for (const link of first.links()) {
    const line = await hello(first.origin, await signIn(first.origin, link));
    const { json } = await line.next('registry');
    roles.push((JSON.parse(json) as { me: { role: string } }).me.role);
    await line.hangUp();
  }
  expect(roles).toEqual(['admin', 'teacher', 'teacher', 'student', 'parent']);
  await first.stop();
  const second = await startDemo({ data: first.data, port: first.port });
  expect(second.out()).not.toContain('(once)');
  expect(new Set([...first.links(), ...second.links()]).size).toBe(10);
  await second.stop();
  const third = await startDemo({ data: first.data, port: first.port, args: ['--fresh'] });
  expect(third.out()).toContain('(once)');
  expect(third.links()).toHaveLength(5);
}, 240_000);

test('[R611] --lan names the addresses for phones, says what needs https, and lets them in', async () => {
  const demo = await startDemo({ args: ['--lan'] });
  const origins = lanOrigins(demo.port);
  for (const origin of origins) expect(demo.out()).toContain(`    ${origin}\n`);
  expect(demo.out()).toContain('not https');
  const from = origins[0] ?? `http://127.0.0.1:${demo.port}`;
  const line = await hello(from, await signIn(from, demo.links()[3] ?? ''));
  await line.next('registry');
  await line.hangUp();
}, 120_000);

test('[R611] the demo says what to do about a busy port and never empties a real school’s folder', async () => {
  const school = await startMain();
  const busy = runDemo(['--port', String(school.port), '--data', newFolder()]);
  expect([busy.status, busy.stderr]).toEqual([1, expect.stringContaining(`--port ${school.port + 1}`)]);
  const size = statSync(join(school.data, 'parta.sqlite')).size;
  const real = runDemo(['--fresh', '--port', String(await freePort()), '--data', school.data]);
  expect([real.status, real.stderr]).toEqual([1, expect.stringContaining('--data')]);
  expect(statSync(join(school.data, 'parta.sqlite')).size).toBe(size);
  const unknown = runDemo(['--frsh']);
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('--fresh')]);
});

interface Running {
  port: number;
  origin: string;
  data: string;
  out(): string;
  links(): string[];
  stop(): Promise<number | null>;
}

async function startMain(
  options: { data?: string; port?: number; env?: Record<string, string> } = {},
): Promise<Running> {
  const port = options.port ?? (await freePort());
  const data = options.data ?? newFolder();
  const env = { PARTA_DATA: data, PARTA_PORT: String(port), PARTA_SCHOOL: 'Школа № 7', ...options.env };
  const child = spawn(process.execPath, ['sync-server/main.ts'], { cwd: ROOT, env: { ...clean(), ...env } });
  return running(child, { port, data }, 'Parta runs at');
}

async function startDemo(options: { data?: string; port?: number; args?: string[] } = {}): Promise<Running> {
  const port = options.port ?? (await freePort());
  const data = options.data ?? newFolder();
  const args = ['sync-server/demo.ts', '--port', String(port), '--data', data, ...(options.args ?? [])];
  return running(spawn(process.execPath, args, { cwd: ROOT, env: clean() }), { port, data }, 'Start over');
}

/** Resolves once the program has said all that it says at its start. */
async function running(
  child: ChildProcess,
  at: { port: number; data: string },
  sign: string,
): Promise<Running> {
  let out = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      out += chunk;
      if (out.includes(sign)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${out}`)));
  });
  const origin = `http://localhost:${at.port}`;
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  cleanups.push(stop);
  return { ...at, origin, out: () => out, stop, links: () => out.match(/https?:\S+\/in#\S+/g) ?? [] };
}

function runMain(env: Record<string, string>) {
  const data = newFolder();
  const all = { ...clean(), PARTA_DATA: data, ...env };
  return spawnSync(process.execPath, ['sync-server/main.ts'], { cwd: ROOT, env: all, encoding: 'utf8' });
}

function runDemo(args: string[]) {
  return spawnSync(process.execPath, ['sync-server/demo.ts', ...args], {
    cwd: ROOT,
    env: clean(),
    encoding: 'utf8',
  });
}

function clean(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARTA_')));
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parta-running-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function signIn(origin: string, link: string): Promise<string> {
  const headers = { 'content-type': 'application/json', origin };
  const body = JSON.stringify({ token: link.split('#')[1] });
  const answer = await fetch(`${origin}/api/in`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

async function hello(origin: string, cookie: string): Promise<TestLine> {
  const line = new TestLine(origin, { cookie, origin });
  await line.whenOpen();
  line.say({ kind: 'hello', protocol: PROTOCOL, app: 'test', rooms: [], registry: 0 });
  return line;
}

function httpsPost(url: string, origin: string, body: string): Promise<{ status: number; cookie: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', origin };
    const asked = request(url, { method: 'POST', headers, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, cookie: answer.headers['set-cookie']?.[0] ?? '' });
    });
    asked.once('error', reject).end(body);
  });
}
