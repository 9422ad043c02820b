/** Backups of a school that runs, in processes of their own: what is announced, what is forgotten again, what a clone hears. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backedUp } from '#shared/wire/backed.ts';
import { TestDevice } from '../support/device.ts';
import { type ServedSchool, serveSchool } from '../support/served-school.ts';

let folder: string;
let data: string;
let backups: string;
let school: ServedSchool;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-backed-'));
  data = join(folder, 'data');
  backups = join(folder, 'backups');
  mkdirSync(backups);
  school = await serveSchool({ data });
});
afterEach(async () => {
  await school.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('[R629] a backup is announced as far as it goes, none is not, and a restore announces no more than it holds', async () => {
  const token = await signIn('masha');
  const masha = await TestDevice.start(school, token);
  expect(backedUp(await masha.open('chat/7a'))).toBe(0);
  await say(masha, 'Раз');
  await say(masha, 'Два');
  const first = backup();
  await say(masha, 'Три');
  expect(await announcedTo(token)).toEqual({ seq: 3, backed: 2 });
  await restart();
  expect(await announcedTo(token)).toEqual({ seq: 3, backed: 2 });

  const second = backup();
  expect(await announcedTo(token)).toEqual({ seq: 3, backed: 3 });
  await school.kill();
  await putBack(second);
  expect(await announcedTo(token)).toEqual({ seq: 3, backed: 2 });
  await school.kill();
  await putBack(first);
  expect(await announcedTo(token)).toEqual({ seq: 2, backed: 0 });
});

test('[R629] a backup that began before a restore is announced to nobody after it', async () => {
  const token = await signIn('masha');
  const masha = await TestDevice.start(school, token);
  await masha.open('chat/7a');
  await say(masha, 'До сбоя');
  const made = backup();
  await school.kill();
  await putBack(made);
  const { announce } = await import('#server/keep/announce.ts');
  expect(announce(join(data, 'parta.sqlite'), join(made, 'data', 'parta.sqlite'), Date.now())).toBe(true);
  expect(await announcedTo(token)).toEqual({ seq: 1, backed: 0 });
});

test('[R626] who was erased after a backup is erased again when the lost disk is put back; others’ words stay', async () => {
  const tokens = { petya: await signIn('petya'), masha: await signIn('masha') };
  const petya = await TestDevice.start(school, tokens.petya);
  const masha = await TestDevice.start(school, tokens.masha);
  await petya.open('me/petya');
  await petya.open('chat/7a');
  await masha.open('chat/7a');
  await say(petya, 'Кто решил пятую?');
  await petya.send(petya.make('me/petya', (me) => me.getMap('drafts').set('7a', 'Тайный черновик')));
  masha.hear();
  await say(masha, 'Я решила');
  petya.line.say({ kind: 'mark', chat: '7a', got: 2, read: 2 });
  await expect.poll(() => count("select count(*) from marks where person = 'petya'")).toBe(1);
  lose('petya', 'Съеденный абзац Пети');
  lose('masha', 'Съеденный абзац Маши');
  const made = backup();
  expect(() => command('erase', '--person', 'petya', '--data', data)).toThrow('The relay runs');
  await school.kill();
  expect(() => command('erase', '--person', 'громов', '--data', data)).toThrow(
    '--person petya   Громов Петя',
  );
  expect(command('erase', '--person', 'petya', '--data', data)).toContain('erases them again');
  expectNoPetya();

  rmSync(data, { recursive: true });
  await putBack(made);
  expect(await session(tokens.petya)).toBe(401);
  expect(await session(tokens.masha)).toBe(200);
  const again = await TestDevice.start(school, tokens.masha);
  await again.open('chat/7a');
  expect(again.texts('7a')).toEqual(['Кто решил пятую?', 'Я решила']);
  await again.line.hangUp();
  await school.kill();
  expectNoPetya();
  expect(count("select count(*) from lost where person = 'masha'")).toBe(1);
});

test('[R313] a clone that resends other words under an older number is not acknowledged after the relay was killed', async () => {
  const token = await signIn('masha');
  const masha = await TestDevice.start(school, token);
  await masha.open('chat/7a');
  const first = masha.message('7a', 'С телефона');
  await masha.send(first);
  await say(masha, 'И ещё');
  await say(masha, 'И третье');
  await restart();

  const clone = await TestDevice.start(school, token, masha.lease);
  clone.epochs.set('chat/7a', masha.epochs.get('chat/7a') as string);
  const answer = await clone.send(clone.message('7a', 'С копии телефона'));
  expect(answer).toMatchObject({ kind: 'refuse', n: 1, code: 'superseded' });
  expect(await clone.send(first)).toMatchObject({ kind: 'ack', n: 1 });
  const other = await TestDevice.start(school, token);
  await other.open('chat/7a');
  expect(other.texts('7a')).toEqual(['И ещё', 'И третье', 'С телефона']);
});

/** Redeems a one-time link; what a device of that person shows at the door. */
async function signIn(person: string): Promise<string> {
  const token = (await school.linkFor(person)).split('#')[1];
  const answer = await fetch(`${school.origin}/api/in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: school.origin },
    body: JSON.stringify({ token }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return `${person}.1; ${cookie}`;
}

async function session(token: string): Promise<number> {
  return (await fetch(`${school.origin}/api/session`, { headers: { cookie: token } })).status;
}

async function say(device: TestDevice, text: string): Promise<void> {
  const answer = await device.send(device.message('7a', text));
  expect(answer).toMatchObject({ kind: 'ack' });
}

/** What a device hears that comes now. */
async function announcedTo(token: string): Promise<{ seq: number; backed: number }> {
  const device = await TestDevice.start(school, token);
  const state = await device.open('chat/7a');
  await device.line.hangUp();
  return { seq: state.seq, backed: backedUp(state) };
}

async function restart(): Promise<void> {
  await school.kill();
  school = await serveSchool({ data, port: school.port });
}

function command(name: 'backup' | 'restore' | 'erase', ...words: string[]): string {
  const file = join('sync-server', `${name}.ts`);
  return execFileSync(process.execPath, [file, ...words], { stdio: 'pipe', encoding: 'utf8' });
}

/** Makes a backup while the school runs; its folder. */
function backup(): string {
  return command('backup', '--data', data, '--to', backups).split(':')[0] as string;
}

async function putBack(made: string): Promise<void> {
  command('restore', '--from', made, '--to', data, '--force');
  school = await serveSchool({ data, port: school.port });
}

function withRooms<T>(use: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(join(data, 'parta.sqlite'));
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const count = (sql: string): number => withRooms((db) => db.prepare(sql).pluck().get() as number);

/** A paper lost text of theirs and nobody has told them yet. */
function lose(person: string, text: string): void {
  withRooms((db) =>
    db
      .prepare("insert into lost values ('paper/p1', 7, ?, 'paper/p1', ?, ?, ?, '', 1)")
      .run(person.charCodeAt(0), person, text.length, text),
  );
}

/** What Petya said to others stays; nothing else of him is in any file. */
function expectNoPetya(): void {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /sqlite/.test(name),
  );
  const holding = (words: string) => files.filter((name) => readFileSync(join(data, name)).includes(words));
  for (const words of ['Громов', 'Тайный черновик', 'Съеденный абзац Пети'])
    expect(holding(words)).toEqual([]);
  for (const words of ['Кто решил пятую?', 'Я решила', 'Котова Маша', 'Съеденный абзац Маши'])
    expect(holding(words).length, words).toBeGreaterThan(0);
  expect(count("select count(*) from marks where person = 'petya'")).toBe(0);
}
