/** The programs as they are started: real processes, real links, real lines. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE } from '#shared/wire/close.ts';
import { LINE_PATH } from '#shared/wire/protocol.ts';
import { selfSigned } from '../support/certificate.ts';
import { TestDevice } from '../support/device.ts';
import { TestLine } from '../support/line.ts';
import {
  hello,
  newFolder,
  runDemo,
  runMain,
  runProgram,
  signIn,
  startDemo,
  startMain,
} from '../support/programs.ts';
import { freePort } from '../support/served-school.ts';
import { mayMount, smallDisk } from '../support/small-disk.ts';

/** More than one commit takes while the next come. */
const PUSHES = 200;

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

test('[R642] a start that makes the secret anew lets an administrator in, and the doctor says so before', async () => {
  const first = await startMain();
  const cookie = await signIn(first.origin, first.links()[0] ?? '');
  await first.stop();
  rmSync(join(first.data, 'secret'));
  const doctor = ['sync-server/doctor.ts', '--data', first.data];
  expect(runProgram(doctor).stdout).toMatch(/✗ .*secret is missing: .*signed out\n.*npm run link/);
  const second = await startMain({ data: first.data, port: first.port });
  const printed = runProgram(['sync-server/link.ts', '--data', first.data]).stdout;
  expect(printed).toMatch(/^Администратор signs in once, within a week, with this link:\nhttp\S+\/in#\S+\n$/);
  expect(await statusOf(second.origin, cookie)).toBe(401);
  expect(await statusOf(second.origin, await signIn(second.origin, second.links()[0] ?? ''))).toBe(200);
});

test('[R642] a school whose accounts alone are gone is not called new, also by the start after: an administrator comes in', async () => {
  const first = await startMain();
  const cookie = await signIn(first.origin, first.links()[0] ?? '');
  const asked = await fetch(`${first.origin}/api/leases`, { method: 'POST', headers: { cookie } });
  expect(asked.status).toBe(200);
  await first.stop();
  for (const name of readdirSync(first.data))
    if (name.startsWith('auth.sqlite')) rmSync(join(first.data, name));
  const doctor = runProgram(['sync-server/doctor.ts', '--data', first.data]).stdout;
  expect(doctor).toMatch(/✗ auth.sqlite is missing: accounts and sessions are gone\n.*npm run link/);
  for (let starts = 0; starts < 2; starts++) {
    const again = await startMain({ data: first.data, port: first.port });
    expect(again.out()).not.toContain('is new');
    expect(again.out()).toMatch(/auth.sqlite was gone: .*npm run link/);
    if (starts === 1)
      expect(await statusOf(again.origin, await signIn(again.origin, again.links()[0] ?? ''))).toBe(200);
    await again.stop();
  }
});

test('[R644] leases and readers are kept by no cache and given to no other site, as all that the cookie opens', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const ask = (method: string, path: string, site: string) =>
    fetch(`${school.origin}${path}`, { method, headers: { cookie, 'sec-fetch-site': site } });
  for (const [method, path, status] of [
    ['POST', '/api/leases', 200],
    ['GET', '/api/chats/7a/readers', 403],
    ['GET', '/api/papers', 200],
  ] as const) {
    const own = await ask(method, path, 'same-origin');
    expect([path, own.status, own.headers.get('cache-control')]).toEqual([path, status, 'no-store']);
    const foreign = await ask(method, path, 'cross-site');
    expect([path, foreign.status, await foreign.json()]).toEqual([path, 403, { code: 'foreign-origin' }]);
  }
});

test('[R657] a refusal of another site, however its browser names it, carries the headers of every answer and is kept by no cache', async () => {
  const { origin } = await startMain();
  const shared = ['x-content-type-options', 'x-frame-options', 'content-security-policy', 'referrer-policy'];
  const of = async (headers: Record<string, string>) => {
    const answer = await fetch(`${origin}/api/session`, { headers });
    const cached = answer.headers.get('cache-control');
    return { status: answer.status, cached, carried: shared.map((name) => answer.headers.get(name)) };
  };
  const own = await of({ 'sec-fetch-site': 'same-origin' });
  expect(own).toMatchObject({
    status: 401,
    cached: 'no-store',
    carried: shared.map(() => expect.any(String)),
  });
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) expect(await of(headers)).toEqual({ ...own, status: 403 });
});

test('[R671] what a school writes is readable by its user alone, in a folder that was open before too', async () => {
  const data = join(newFolder(), 'data');
  mkdirSync(data, { mode: 0o755 });
  const school = await startMain({ data });
  const to = newFolder();
  expect(runProgram(['sync-server/backup.ts', '--data', data, '--to', to]).status).toBe(0);
  for (const folder of [data, to])
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      expect([file, statSync(join(folder, file)).mode & 0o077]).toEqual([file, 0]);
  await school.stop();
});

test.runIf(mayMount)(
  '[R340] a start leaves a small disk the room that is there; a full one it names',
  async () => {
    const disk = smallDisk(16);
    const data = join(disk, 'data');
    const school = await startMain({ data });
    await signIn(school.origin, school.links()[0] ?? '');
    await school.stop();
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'film'), Buffer.alloc(bavail * bsize));
    const { status, stderr } = runMain({ PARTA_DATA: data, PARTA_PORT: String(await freePort()) });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^(The disk of .* is full|.*npm run doctor)/m),
    ]);
    const doctor = runProgram(['sync-server/doctor.ts', '--data', data]);
    expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringContaining('✗ 0 MB free')]);
  },
);

test('[R603] a signal says goodbye to the lines and ends the process well', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const line = await hello(school.origin, cookie);
  await line.next('registry');
  const code = school.stop();
  expect(await line.whenClosed()).toBe(CLOSE.restarting.code);
  expect(await code).toBe(0);
});

test('[R603] a Ctrl+C that others pass on too is one signal, and ends the relay as gracefully', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const line = await hello(school.origin, cookie);
  await line.next('registry');
  school.interrupt(2);
  expect(await line.whenClosed()).toBe(CLOSE.restarting.code);
  expect(await school.ended).toBe(0);
});

test('[R603] a signal in the middle of many messages: the log tells of no trouble', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const device = await TestDevice.on(await hello(school.origin, cookie));
  const room = `me/${device.person}`;
  await device.open(room);
  const write = (n: number) => device.make(room, (doc) => doc.getMap('settings').set('theme', `${n}`));
  const pushes = Array.from({ length: PUSHES }, (_, n) => write(n));
  for (const push of pushes) device.line.say(push);
  await device.line.nextOf('the first answer', (frame) => frame.kind === 'ack');
  expect(await school.stop()).toBe(0);
  expect(school.out()).not.toMatch(/"level":"(warn|error)"/);
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

test('[R632] a start with a certificate that browsers refuse says so, and goes on', async () => {
  const { cert, key } = selfSigned(newFolder(), 'other.example');
  const port = await freePort();
  const env = { PARTA_TLS_CERT: cert, PARTA_TLS_KEY: key, PARTA_HOST: '127.0.0.1' };
  const school = await startMain({ port, env: { ...env, PARTA_ORIGIN: `https://localhost:${port}` } });
  expect(school.out()).toContain('PARTA_TLS_CERT: the certificate is not for localhost.');
});

test('[R611] [R790] the demo prints five links; a second start is at once, with new ones; --fresh starts over', async () => {
  const first = await startDemo();
  expect(first.links()).toHaveLength(5);
  const roles: string[] = [];
  const people: string[] = [];
  for (const link of first.links()) {
    const line = await hello(first.origin, await signIn(first.origin, link));
    const { json } = await line.next('registry');
    const { me } = JSON.parse(json) as { me: { id: string; role: string } };
    roles.push(me.role);
    people.push(me.id);
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
  // A browser that was in the first school holds its words under people who are nobody here.
  const line = await hello(third.origin, await signIn(third.origin, third.links()[0] ?? ''));
  const { json } = await line.next('registry');
  const known = Object.keys((JSON.parse(json) as { people: object }).people);
  expect(known.length).toBeGreaterThan(100);
  expect(known.filter((person) => people.includes(person))).toEqual([]);
  await line.hangUp();
}, 240_000);

test('[R611] the demo says what to do about a busy port and never empties a real school’s folder', async () => {
  const school = await startMain();
  const busy = runDemo(['--port', String(school.port), '--data', newFolder()]);
  expect([busy.status, busy.stderr]).toEqual([1, expect.stringContaining(`--port ${school.port + 1}`)]);
  const size = statSync(join(school.data, 'parta.sqlite')).size;
  const real = runDemo(['--fresh', '--port', String(await freePort()), '--data', school.data]);
  expect([real.status, real.stderr]).toEqual([1, expect.stringContaining('--data')]);
  expect(statSync(join(school.data, 'parta.sqlite')).size).toBe(size);
  const file = runDemo(['--port', String(await freePort()), '--data', join(school.data, 'secret')]);
  expect([file.status, file.stderr]).toEqual([
    1,
    expect.stringMatching(/secret is no folder.*another one\.\n$/),
  ]);
  const unknown = runDemo(['--frsh']);
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('--fresh')]);
});

async function statusOf(origin: string, cookie: string): Promise<number> {
  return (await fetch(`${origin}/api/session`, { headers: { cookie } })).status;
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
