import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { selfSigned } from '../../../tests/support/certificate.ts';
import { runProgram, startMain } from '../../../tests/support/programs.ts';
import { freePort } from '../../../tests/support/served-school.ts';
import { createLog } from '../../monitoring/log.ts';
import { foundSchool } from '../../registry/founding.ts';
import { NAMES, smallRegistry } from '../../registry/school.fixture.ts';
import { start } from '../../start.ts';
import { backup } from '../backup.ts';
import { folder, MASHA, smallSchool } from '../school.fixture.ts';
import { checkCertificate, checkHealth, checkLine } from './address.ts';
import { checkDatabases } from './databases.ts';
import { examine, report } from './doctor.ts';
import type { Finding } from './finding.ts';
import { checkBackups, checkNode, checkRoom } from './folder.ts';

const NOBODY = 65_534;
const DAY_MS = 24 * 60 * 60 * 1000;

function trouble(findings: readonly Finding[]): string[] {
  return findings.filter((finding) => finding.level !== 'ok').map((finding) => finding.what);
}

async function runningSchool(): Promise<{ data: string; port: number }> {
  const [data, port] = [folder(), await freePort()];
  const started = await start({
    dataDir: data,
    port,
    host: '127.0.0.1',
    origin: `http://localhost:${port}`,
    log: createLog(() => undefined),
    async found(store, people) {
      people.put(Object.entries(NAMES).map(([person, name]) => ({ person, name })));
      await foundSchool(store, smallRegistry(), Date.now());
    },
  });
  onTestFinished(started.stop);
  return { data, port };
}

function builtApp(): string {
  const build = folder();
  writeFileSync(join(build, 'index.html'), '');
  return build;
}

it('[R630] a school that runs well, with a backup of today, is told nothing to do', async () => {
  const { data, port } = await runningSchool();
  await backup({ data, to: folder(), maxAgeDays: 30 });
  const findings = await examine({
    env: { PARTA_PORT: String(port) },
    data,
    build: builtApp(),
    now: Date.now(),
  });
  expect(trouble(findings)).toEqual([]);
  expect(report(findings)).toContain('WebSockets pass');
});

it('[R631] each fault is named with what to do, and none hides another', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await school.say('7b', MASHA, 'И вам');
  await school.close();
  const raw = new Sqlite(join(school.data, 'parta.sqlite'));
  raw.prepare("update log set bytes = x'00' where room = 'chat/7b'").run();
  raw.close();
  writeFileSync(
    join(school.data, 'auth.sqlite'),
    Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 7)]),
  );
  chmodSync(school.data, 0o755);
  const env = { PARTA_PORT: String(await freePort()), PARTA_SECRET: 'short' };
  const now = Date.UTC(2020, 0, 1);
  const findings = await examine({ env, data: school.data, build: folder(), now });
  const said = report(findings);
  for (const words of [
    'the app is not built',
    'PARTA_SECRET is shorter',
    'others on this computer can read',
    'the clock says 2020',
    'auth.sqlite is damaged',
    'chat/7b/feed/1 cannot be read',
    'no backup was ever made',
  ])
    expect(said).toContain(words);
  expect(said).not.toContain('chat/7a/feed/1 cannot');
  expect(findings.filter(({ level, todo }) => level === 'bad' && todo === '')).toEqual([]);
});

it('[R631] an old backup, a full disk, an old Node, a folder that is not there', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await backup({ data: school.data, to: folder(), maxAgeDays: 30 });
  await school.close();
  const options = { env: { PARTA_PORT: String(await freePort()) }, build: builtApp() };
  const later = await examine({ ...options, data: school.data, now: Date.now() + 5 * DAY_MS });
  expect(trouble(later)).toContain('the last backup is 5 days old');
  expect(trouble(later).some((what) => what.startsWith('nothing answers'))).toBe(true);
  const none = await examine({ ...options, data: join(folder(), 'none'), now: Date.now() });
  expect(trouble(none).some((what) => what.includes('there is no data folder'))).toBe(true);
  expect([checkRoom('/', 1).level, checkRoom('/', 500 * 1024 * 1024).level]).toEqual(['bad', 'warn']);
  expect([checkNode('20.1.0').level, checkNode('24.0.0').level]).toEqual(['bad', 'ok']);
});

it('[R631] a backup that the relay cannot announce: devices keep everything', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await backup({ data: school.data, to: folder(), maxAgeDays: 30 });
  await school.close();
  expect(checkBackups(school.data, Date.now()).level).toBe('ok');
  const raw = new Sqlite(join(school.data, 'parta.sqlite'));
  raw.exec("delete from meta where key = 'backed-at'");
  raw.close();
  expect(checkBackups(school.data, Date.now())).toMatchObject({
    level: 'warn',
    what: expect.stringContaining('devices cannot be told of it'),
  });
});

it('[R632] a certificate that ends, ended, or is another’s', () => {
  const dir = folder();
  const { cert, key } = selfSigned(dir, 'localhost', 20);
  const tls = { cert: readFileSync(cert), key: readFileSync(key) };
  mkdirSync(join(dir, 'b'));
  const other = { ...tls, key: readFileSync(selfSigned(join(dir, 'b')).key) };
  const level = (origin: string, days: number, pair = tls) =>
    checkCertificate({ tls: pair, origin }, Date.now() + days * DAY_MS).map((finding) => finding.level);
  expect(level('https://localhost', 0.1)).toEqual(['ok']);
  expect(level('https://localhost', 10)).toEqual(['warn']);
  expect(level('https://localhost', 21)).toEqual(['bad']);
  expect(level('https://parta.example', 0.1)).toEqual(['bad']);
  expect(level('https://localhost', 0.1, other)).toEqual(['bad']);
});

it('[R632] a certificate of an address is for that address', () => {
  const { cert, key } = selfSigned(folder(), 'localhost', 20, 'IP:192.168.1.5,IP:::1');
  const tls = { cert: readFileSync(cert), key: readFileSync(key) };
  const says = (origin: string) => checkCertificate({ tls, origin }, Date.now()).map(({ level }) => level);
  expect(says('https://192.168.1.5:8443')).toEqual(['ok']);
  expect(says('https://[::1]:8443')).toEqual(['ok']);
  expect(says('https://192.168.1.6')).toEqual(['bad']);
});

it('[R633] a proxy that swallows WebSockets, and a relay of another origin, are told apart', async () => {
  const { port } = await runningSchool();
  expect((await checkLine(`http://127.0.0.1:${port}`)).what).toContain('another PARTA_ORIGIN');
  const proxy = createServer((_, answer) => answer.end('page'));
  proxy.on('upgrade', (_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  onTestFinished(() => void proxy.close());
  const finding = await checkLine(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  expect(finding).toMatchObject({ level: 'bad', what: expect.stringContaining('no WebSocket') });
});

it('[R631] files that the owner of the folder cannot use are named, and not taken for damaged', async () => {
  const { data, port } = await stoppedSchool();
  chmodSync(join(data, 'people.sqlite'), 0o400);
  const env = { PARTA_PORT: String(port) };
  const findings = await examine({ env, data, build: builtApp(), now: Date.now() });
  expect(findings.find(({ what }) => what.includes('may not read or write'))).toMatchObject({
    level: 'bad',
    what: expect.stringContaining('people.sqlite'),
    todo: expect.stringContaining('chown -R'),
  });
  expect(report(findings)).not.toContain('damaged');
});

it.runIf(mayBeNobody())(
  '[R631] what root left in the folder of the relay is named, to root and to the relay',
  async () => {
    const { data, port } = await stoppedSchool();
    chownSync(data, NOBODY, NOBODY);
    for (const name of readdirSync(data)) chownSync(join(data, name), NOBODY, NOBODY);
    chownSync(join(data, 'auth.sqlite'), 0, 0);
    chmodSync(dirname(data), 0o755);
    const words = ['sync-server/doctor.ts', '--data', data];
    for (const uid of [0, NOBODY]) {
      const { stdout, status } = runProgram(words, { PARTA_PORT: String(port) }, { uid });
      expect(stdout).toContain(`the owner of ${data} may not read or write auth.sqlite`);
      expect(stdout).toContain(`chown -R ${NOBODY}:${NOBODY} ${data}`);
      expect(stdout).not.toContain('damaged');
      expect(status).toBe(1);
    }
    const other = runProgram(words, { PARTA_PORT: String(port) }, { uid: NOBODY - 1 });
    expect(other.stdout).toContain('this user cannot look into');
  },
);

it('[R630] the doctor leaves a database of an older format as it is, and names one of a newer', async () => {
  const { data, port } = await stoppedSchool();
  const old = fileURLToPath(new URL('../fixtures/rooms-3.db.gz', import.meta.url));
  writeFileSync(join(data, 'parta.sqlite'), gunzipSync(readFileSync(old)));
  const options = { env: { PARTA_PORT: String(port) }, data, build: builtApp(), now: Date.now() };
  expect(report(await examine(options))).toContain('is of an older Parta (format 3');
  expect(formatOf(data)).toBe(3);
  setFormat(data, 99);
  expect(report(await examine(options))).toContain('is of a newer Parta (format 99)');
});

it('[R631] a secret that is too short and a database that is gone are named', async () => {
  const { data, port } = await stoppedSchool();
  writeFileSync(join(data, 'secret'), 'x');
  rmSync(join(data, 'people.sqlite'));
  const env = { PARTA_PORT: String(port) };
  const findings = await examine({ env, data, build: builtApp(), now: Date.now() });
  const faults = findings.filter(({ level }) => level === 'bad').map(({ what }) => what);
  expect(faults).toEqual([
    expect.stringContaining('secret is damaged'),
    'people.sqlite is missing: names are gone',
  ]);
});

it('[R641] rooms or names that are gone are named with what to put back, and no backup is made without them', async () => {
  for (const name of ['parta.sqlite', 'people.sqlite'])
    for (const make of [rmSync, (file: string) => writeFileSync(file, '')]) {
      const school = await smallSchool();
      school.people.put([{ person: 'masha', name: 'Маша' }]);
      await school.say('7a', MASHA, 'Привет');
      await school.close();
      make(join(school.data, name));
      expect((await checkDatabases(school.data)).filter(({ level }) => level === 'bad')).toContainEqual({
        level: 'bad',
        what: expect.stringMatching(new RegExp(`${name} is (missing|empty)\\b.* are gone$`)),
        todo: expect.stringContaining('npm run restore'),
      });
      const to = folder();
      await expect(backup({ data: school.data, to, maxAgeDays: 30 })).rejects.toThrow('npm run restore');
      expect(readdirSync(to)).toEqual([]);
    }
});

it('[R641] names that an older program made anew, and empty, are named as gone; an empty folder has lost nothing', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  await school.close();
  expect(trouble(await checkDatabases(school.data))).toContain('people.sqlite is empty: names are gone');
  const data = folder();
  writeFileSync(join(data, 'parta.sqlite'), '');
  expect(trouble(await checkDatabases(data))).toEqual([`${data} holds no school yet`]);
});

it('[R631] names or accounts that are garbage are named as damaged, and no backup is made of them', async () => {
  for (const [name, todo] of [
    ['people.sqlite', /^Stop the relay.* put the last backup back: npm run restore/],
    ['auth.sqlite', /^Stop the relay, move auth.sqlite .* npm run link/],
  ] as const) {
    const { data } = await stoppedSchool();
    for (const file of [name, `${name}-wal`, `${name}-shm`]) rmSync(join(data, file), { force: true });
    writeFileSync(join(data, name), 'hello '.repeat(2_000));
    const faults = (await checkDatabases(data)).filter(({ level }) => level !== 'ok');
    expect(faults).toEqual([
      {
        level: 'bad',
        what: `${name} is damaged: file is not a database`,
        todo: expect.stringMatching(todo),
      },
    ]);
    const to = folder();
    await expect(backup({ data, to, maxAgeDays: 30 })).rejects.toThrow(`${name} could not be read whole`);
    expect(readdirSync(to)).toEqual([]);
  }
});

it('[R631] a relay that answers and stores nothing is named', async () => {
  let storage = 'ok';
  const relay = createServer((_, answer) =>
    answer.writeHead(503).end(JSON.stringify({ ok: false, storage })),
  );
  await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done));
  onTestFinished(() => void relay.close());
  const origin = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  expect(await checkHealth(origin)).toEqual([]);
  storage = 'refuses';
  expect(await checkHealth(origin)).toMatchObject([
    { level: 'bad', what: expect.stringContaining('stores nothing') },
  ]);
  storage = 'fenced';
  expect(await checkHealth(origin)).toMatchObject([
    { level: 'bad', what: expect.stringContaining('another Parta') },
  ]);
});

/** Root alone may be another, and the other has to reach this program. */
function mayBeNobody(): boolean {
  return process.getuid?.() === 0 && runProgram(['--version'], {}, { uid: NOBODY }).status === 0;
}

/** A school that was started once, with nothing amiss. */
async function stoppedSchool(): Promise<{ data: string; port: number }> {
  const data = join(folder(), 'data');
  const school = await startMain({ data });
  await school.stop();
  return { data, port: school.port };
}

function formatOf(data: string): number {
  const db = new Sqlite(join(data, 'parta.sqlite'), { readonly: true });
  try {
    return db.pragma('user_version', { simple: true }) as number;
  } finally {
    db.close();
  }
}

function setFormat(data: string, format: number): void {
  const db = new Sqlite(join(data, 'parta.sqlite'));
  db.pragma(`user_version = ${format}`);
  db.close();
}
