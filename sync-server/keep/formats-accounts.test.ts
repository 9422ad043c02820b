/**
 * Names and accounts as every released version of the program left them. A new schema needs a new fixture:
 * PARTA_WRITE_FIXTURES=1 npx vitest run sync-server/keep/formats-accounts.test.ts writes it; the old ones stay.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openAccounts } from '../accounts/accounts.ts';
import { openPeople } from '../accounts/people.ts';
import { folder } from './school.fixture.ts';
import { snapshotDatabase } from './snapshot.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));
const CENTURY_MS = 100 * 365 * 86_400_000;
const SECRET = 's'.repeat(43);

for (const kind of ['people', 'auth'] as const)
  it(`[R656] the present format of ${kind} has its fixture`, async () => {
    const made = kind === 'people' ? presentPeople() : await presentAuth();
    const known = fixturesOf(kind);
    const isKnown = () => fixturesOf(kind).some((name) => schemaOf(unpacked(name)) === schemaOf(made));
    if (!isKnown() && process.env.PARTA_WRITE_FIXTURES)
      writeFileSync(join(FIXTURES, `${kind}-${known.length + 1}.db.gz`), gzipSync(readFileSync(made)));
    expect(isKnown(), 'it is missing: see the head of this test').toBe(true);
  });

it.each(fixturesOf('people'))('[R656] %s opens, reads as it did, and takes names', (name) => {
  const file = unpacked(name);
  const people = openPeople(file);
  expect(people.count()).toBe(2);
  expect(people.nameOf('masha')).toBe('Котова Маша');
  people.put([{ person: 'petya', name: 'Громов Петя' }]);
  people.erase('anna');
  people.close();
  const again = openPeople(file);
  expect([again.nameOf('petya'), again.nameOf('anna')]).toEqual(['Громов Петя', undefined]);
  again.close();
});

it.each(fixturesOf('auth'))('[R656] %s opens: who was signed in still is, and a link waits', async (name) => {
  const dataDir = folder();
  const file = unpacked(name, join(dataDir, 'auth.sqlite'));
  const raw = new Sqlite(file, { readonly: true });
  const { cookie, link } = raw.prepare('select cookie, link from kept').get() as Record<string, string>;
  raw.close();
  const accounts = await openIn(dataDir);
  expect(await accounts.isFresh()).toBe(false);
  expect(await accounts.ofHeaders(new Headers({ cookie }))).toMatchObject({ person: 'masha' });
  const redeemed = await accounts.redeem(link as string, new Headers());
  expect(redeemed).toMatchObject({ ok: true, person: 'anna' });
  expect(await accounts.redeem(link as string, new Headers())).toMatchObject({ ok: false });
  await accounts.endAll('masha');
  expect(await accounts.ofHeaders(new Headers({ cookie }))).toBeUndefined();
  await accounts.close();
});

function presentPeople(): string {
  const file = join(folder(), 'people.sqlite');
  const people = openPeople(file);
  people.put([
    { person: 'masha', name: 'Котова Маша' },
    { person: 'anna', name: 'Смирнова Анна Петровна' },
  ]);
  people.close();
  return copyOf(file);
}

/** With what a test needs to come in, in a table of its own; nothing of it ends within a century. */
async function presentAuth(): Promise<string> {
  const dataDir = folder();
  const accounts = await openIn(dataDir);
  const tokenFor = async (person: string) =>
    (await accounts.link(person, CENTURY_MS)).split('#')[1] as string;
  const redeemed = await accounts.redeem(await tokenFor('masha'), new Headers());
  if (!redeemed.ok) throw new Error('masha is not in');
  const link = await tokenFor('anna');
  await accounts.close();
  const file = join(dataDir, 'auth.sqlite');
  const raw = new Sqlite(file);
  raw.exec('create table kept (cookie text not null, link text not null)');
  raw.prepare('insert into kept values (?, ?)').run(redeemed.cookies[0]?.split(';')[0], link);
  raw.prepare('update session set expiresAt = ?').run(new Date(Date.now() + CENTURY_MS).toISOString());
  raw.close();
  return copyOf(file);
}

function openIn(dataDir: string) {
  return openAccounts({ dataDir, origin: 'http://localhost:8080', secret: SECRET, knows: () => true });
}

function copyOf(file: string): string {
  const copy = join(folder(), 'copy.db');
  snapshotDatabase(file, copy);
  return copy;
}

function unpacked(name: string, file = join(folder(), 'unpacked.sqlite')): string {
  writeFileSync(file, gunzipSync(readFileSync(join(FIXTURES, name))));
  return file;
}

function fixturesOf(kind: string): string[] {
  return readdirSync(FIXTURES).filter((name) => name.startsWith(`${kind}-`));
}

function schemaOf(file: string): string {
  const db = new Sqlite(file, { readonly: true });
  try {
    const sql = db.prepare('select sql from sqlite_master where sql is not null order by sql').pluck().all();
    return `${db.pragma('user_version', { simple: true })} ${sql.join(';')}`;
  } finally {
    db.close();
  }
}
