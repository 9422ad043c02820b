/** Starts that cannot be: each says why in a sentence and what to do. */
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openPeople } from '#server/accounts/people.ts';
import { MASHA, smallSchool } from '#server/keep/school.fixture.ts';
import { openStore } from '#server/serve.ts';
import { newFolder, runDemo, runMain, runProgram, startMain } from '../support/programs.ts';
import { freePort } from '../support/served-school.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);

test('[R602] a wrong variable stops the start with a sentence and an example', async () => {
  const { status, stderr } = runMain({ PARTA_PORT: '70000', PARTA_ORIGIN: 'school7' });
  expect(status).toBe(1);
  expect(stderr).toContain('Example: PARTA_PORT=');
  expect(stderr).toContain('Example: PARTA_ORIGIN=');
  expect(stderr).not.toContain(' at ');
});

test('[R602] a busy port stops the start and says what to do', async () => {
  const school = await startMain();
  const { status, stderr } = runMain({ PARTA_PORT: String(school.port) });
  expect([status, stderr]).toEqual([1, expect.stringContaining('PARTA_PORT=')]);
});

test.runIf(hasIPv6)(
  '[R783] a port on which another program answers to localhost by IPv6 alone is busy too',
  async () => {
    const port = await freePort();
    const other = createServer().listen({ port, host: '::1', ipv6Only: true });
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const main = runMain({ PARTA_PORT: String(port) });
    expect([main.status, main.stderr]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
    for (const more of [[], ['--lan']]) {
      const demo = runDemo(['--port', String(port), '--data', newFolder(), ...more]);
      expect([demo.status, demo.stderr]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
    }
  },
);

test('[R602] an address that is not this computer’s stops the start and names the variable', async () => {
  const { status, stderr } = runMain({ PARTA_PORT: String(await freePort()), PARTA_HOST: '192.0.2.1' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('PARTA_HOST=')]);
  expect(stderr).not.toContain('PARTA_PORT');
});

test('[R602] a database that cannot be used stops the start and sends to the doctor', async () => {
  const school = await startMain();
  await school.stop();
  for (const name of ['parta', 'people', 'auth']) {
    const data = join(newFolder(), 'data');
    cpSync(school.data, data, { recursive: true });
    writeFileSync(join(data, `${name}.sqlite`), 'no database at all '.repeat(1_000));
    const { status, stderr } = runMain({ PARTA_DATA: data, PARTA_PORT: String(await freePort()) });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`A database in ${data} cannot be used`)]);
    expect(stderr).toContain('npm run doctor');
  }
});

test('[R602] damage inside a database stops the start that meets it; where it does not, the doctor names it', async () => {
  const school = await startMain();
  await school.stop();
  const damage = (table: string) => {
    const data = join(newFolder(), 'data');
    cpSync(school.data, data, { recursive: true });
    damagePageOf(join(data, 'parta.sqlite'), table);
    return data;
  };
  const met = damage('docs');
  const { status, stderr } = runMain({ PARTA_DATA: met, PARTA_PORT: String(await freePort()) });
  expect([status, stderr]).toEqual([1, expect.stringContaining(`A database in ${met} cannot be used`)]);
  const unmet = damage('marks');
  await (await startMain({ data: unmet })).stop();
  const doctor = runProgram(['sync-server/doctor.ts', '--data', unmet]);
  expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringContaining('parta.sqlite is damaged')]);
});

for (const [name, make] of [
  ['parta.sqlite', (file: string) => rmSync(file)],
  ['people.sqlite', (file: string) => writeFileSync(file, '')],
] as const)
  test(`[R641] a school without its ${name} is not made anew: the start names it and what to put back`, async () => {
    const { data, say, people, close } = await smallSchool();
    people.put([{ person: 'masha', name: 'Маша' }]);
    await say('7a', MASHA, 'Привет');
    await close();
    make(join(data, name));
    const before = readdirSync(data);
    const start = runMain({ PARTA_DATA: data, PARTA_PORT: String(await freePort()) });
    expect([start.status, start.stderr]).toEqual([1, expect.stringContaining(join(data, name))]);
    expect(start.stderr).toContain(`npm run restore -- --from BACKUP --to ${data} --force`);
    // Nothing but the lock, and what SQLite lays beside a database that it reads.
    expect(readdirSync(data).filter((file) => !/lock$|-(wal|shm)$/.test(file))).toEqual(before);
  });

test('[R641] a folder where only a backup tells of a school is none to begin in', async () => {
  const data = newFolder();
  writeFileSync(join(data, 'last-backup.json'), '{}');
  const start = runMain({ PARTA_DATA: data, PARTA_PORT: String(await freePort()) });
  expect([start.status, start.stderr]).toEqual([1, expect.stringContaining('its rooms are gone')]);
  expect(existsSync(join(data, 'parta.sqlite'))).toBe(false);
});

test('[R641] a first start that was cut off has lost nothing: the next one founds the school', async () => {
  const data = newFolder();
  await (await openStore(data)).close();
  const people = openPeople(join(data, 'people.sqlite'));
  people.put([{ person: 'p1', name: 'Администратор' }]);
  people.close();
  expect((await startMain({ data })).links()).toHaveLength(1);
});

/** Writes nonsense over the first page of a table; the database's header stays whole. */
function damagePageOf(file: string, table: string): void {
  const db = new Sqlite(file);
  const page = db.prepare('select rootpage from sqlite_master where name = ?').pluck().get(table) as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const disk = openSync(file, 'r+');
  writeSync(disk, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
  closeSync(disk);
}
