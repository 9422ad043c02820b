import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openPeople } from '../accounts/people.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';
import { backupsIn, readAge, removeOld } from './age.ts';
import { backup } from './backup.ts';
import { erasePerson } from './erase.ts';
import { readErasures } from './erasures.ts';
import { loadYjs } from './load-yjs.ts';
import { describe, readManifest, verify } from './manifest.ts';
import { restore } from './restore.ts';
import { ANNA, folder, MASHA, smallSchool } from './school.fixture.ts';

it('[R650] a backup under load is one point in time: no gap, and whoever wrote in it is in it', async () => {
  const data = folder();
  const busy = fork(fileURLToPath(new URL('./busy-school.fixture.ts', import.meta.url)), [data]);
  onTestFinished(() => void busy.kill('SIGKILL'));
  const to = folder();
  const rounds: string[] = [];
  for (let i = 0; i < 6; i++) {
    for (let batches = 0; batches < 30; batches++) await once(busy, 'message');
    rounds.push((await backup({ data, to, maxAgeDays: 30 })).backup);
  }
  busy.send('stop');
  await once(busy, 'exit');
  for (const made of rounds) {
    await verify(made, readManifest(made));
    const rooms = new Sqlite(join(made, 'data', 'parta.sqlite'), { readonly: true });
    const people = new Sqlite(join(made, 'data', 'people.sqlite'), { readonly: true });
    const { count, last } = rooms.prepare('select count(*) as count, max(seq) as last from log').get() as {
      count: number;
      last: number;
    };
    expect(count).toBeGreaterThan(0);
    expect(count).toBe(last);
    expect(rooms.prepare("select seq from rooms where room = 'chat/7a'").pluck().get()).toBe(last);
    const known = new Set(people.prepare('select person from people').pluck().all());
    const writers = rooms.prepare('select distinct person from log').pluck().all();
    expect(writers.filter((person) => !known.has(person))).toEqual([]);
    rooms.close();
    people.close();
  }
});

it('[R651] what is put back opens: same messages, new epochs, leases nobody ever had', async () => {
  const school = await smallSchool();
  writeFileSync(join(school.data, 'files', 'photo'), 'bytes of a photo');
  school.people.put([{ person: 'masha', name: 'Иванова Мария' }]);
  await school.say('7a', MASHA, 'До сбоя');
  const before = await school.store.room('chat/7a', school.fence);
  const leases = new Set(await school.store.grant('masha', 8, school.fence));
  const to = folder();
  const made = await backup({ data: school.data, to, maxAgeDays: 30 });
  for (const lease of await school.store.grant('masha', 8, school.fence)) leases.add(lease);
  await school.say('7a', ANNA, 'После копии');
  await school.close();

  const target = join(folder(), 'data');
  await restore({ from: made.backup, to: target, force: false });
  const store = await openSqlite({ file: join(target, 'parta.sqlite') });
  const fence = await store.claim();
  const after = await store.room('chat/7a', fence);
  expect(after).toMatchObject({ seq: before.seq, head: before.head });
  expect(after.epoch).not.toBe(before.epoch);
  const { doc } = await loadYjs(store, 'chat/7a/feed/1');
  expect([...doc.getMap('messages').values()]).toMatchObject([{ text: 'До сбоя' }]);
  const fresh = await store.grant('masha', 8, fence);
  expect(fresh.filter((lease) => leases.has(lease))).toEqual([]);
  await store.close();
  expect(readFileSync(join(target, 'files', 'photo'), 'utf8')).toBe('bytes of a photo');
  expect(readFileSync(join(target, 'secret'), 'utf8')).toBe('s'.repeat(43));
});

it('[R652] what was deleted after a backup stays deleted when it is put back, on the disk too', async () => {
  const school = await smallSchool();
  const to = folder();
  const id = await school.say('7a', MASHA, 'сердце красавицы');
  await school.say('7a', ANNA, 'Здравствуйте');
  const old = await backup({ data: school.data, to, maxAgeDays: 30 });
  const doc = 'chat/7a/feed/1';
  await school.write(doc, MASHA, (replica) => replica.getMap('messages').delete(id), { gone: [id] });
  await backup({ data: school.data, to, maxAgeDays: 30 });
  await school.close();

  const target = join(folder(), 'data');
  const done = await restore({ from: old.backup, to: target, force: false });
  expect(done.forgotten).toBe(1);
  const store = await openSqlite({ file: join(target, 'parta.sqlite') });
  const loaded = await loadYjs(store, doc);
  expect([...loaded.doc.getMap('messages').values()]).toMatchObject([{ text: 'Здравствуйте' }]);
  await store.close();
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('sqlite'),
  );
  expect(files.filter((name) => readFileSync(join(target, name)).includes('сердце'))).toEqual([]);
});

it('[R652] what was being erased when a backup was made is not on the disk that it fills', async () => {
  const school = await smallSchool();
  const draft = (text: string, clears: boolean) =>
    school.write('me/masha', MASHA, (replica) => replica.getMap('drafts').set('7a', text), { clears });
  await draft('сердце', false);
  await draft('Здравствуйте', true);
  const made = await backup({ data: school.data, to: folder(), maxAgeDays: 30 });
  await school.close();

  const target = join(folder(), 'data');
  await restore({ from: made.backup, to: target, force: false });
  const store = await openSqlite({ file: join(target, 'parta.sqlite') });
  expect(await store.due()).toEqual([]);
  expect((await loadYjs(store, 'me/masha')).doc.getMap('drafts').toJSON()).toEqual({ '7a': 'Здравствуйте' });
  await store.close();
  const files = readdirSync(target).filter((name) => name.includes('sqlite'));
  expect(files.filter((name) => readFileSync(join(target, name)).includes('сердце'))).toEqual([]);
});

it('[R652] a document that cannot be read, and was being erased, keeps no school from coming back', async () => {
  const school = await smallSchool();
  for (const [person, lease] of [
    ['anna', ANNA],
    ['masha', MASHA],
  ] as const)
    for (const text of ['сердце', 'Здравствуйте'])
      await school.write(`me/${person}`, lease, (replica) => replica.getMap('drafts').set('7a', text), {
        clears: text !== 'сердце',
      });
  await school.close();
  const raw = new Sqlite(join(school.data, 'parta.sqlite'));
  raw.prepare("update log set bytes = x'00' where room = 'me/anna'").run();
  raw.close();
  const made = await backup({ data: school.data, to: folder(), maxAgeDays: 30 });

  const target = join(folder(), 'data');
  await restore({ from: made.backup, to: target, force: false });
  const store = await openSqlite({ file: join(target, 'parta.sqlite') });
  expect(await store.due()).toEqual(['me/anna']);
  expect((await loadYjs(store, 'me/masha')).doc.getMap('drafts').toJSON()).toEqual({ '7a': 'Здравствуйте' });
  await store.close();
});

it('[R652] the list of an older program is taken, and the data folder that stood there knows who was erased', async () => {
  const school = await smallSchool();
  const to = folder();
  const id = await school.say('7a', MASHA, 'Вычеркнуть');
  school.people.put([{ person: 'masha', name: 'Котова Маша' }]);
  const old = await backup({ data: school.data, to, maxAgeDays: 30 });
  await school.close();
  await erasePerson(school.data, 'masha', 1);
  writeFileSync(join(to, 'erasures.json'), JSON.stringify({ format: 1, messages: { 'chat/7a': [id] } }));

  const done = await restore({ from: old.backup, to: school.data, force: true });
  expect(done).toMatchObject({ forgotten: 1, erased: 1 });
  const people = openPeople(join(school.data, 'people.sqlite'));
  expect(people.nameOf('masha')).toBeUndefined();
  people.close();
  // The next backup hands both on.
  await backup({ data: school.data, to, maxAgeDays: 30 });
  expect(readErasures(to)).toEqual({ format: 2, messages: { 'chat/7a': [id] }, people: { masha: 1 } });
});

it('[R653] a damaged or foreign backup is refused and the data folder is untouched', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const to = folder();
  const made = await backup({ data: school.data, to, maxAgeDays: 30 });
  await school.close();
  const target = join(folder(), 'data');
  await expect(restore({ from: to, to: target, force: false })).rejects.toThrow('is no backup');
  await expect(restore({ from: made.backup, to: school.data, force: false })).rejects.toThrow('is not empty');
  const manifest = readManifest(made.backup);
  writeFileSync(join(made.backup, 'secret'), 's');
  const outside = { ...(await describe(made.backup, ['secret'], '')).files[0], path: '../secret' };
  const named = { ...manifest, files: [...manifest.files, outside] };
  writeFileSync(join(made.backup, 'manifest.json'), JSON.stringify(named));
  await expect(restore({ from: made.backup, to: target, force: false })).rejects.toThrow(
    'names a file outside itself: ../secret',
  );
  writeFileSync(join(made.backup, 'manifest.json'), JSON.stringify(manifest));
  const file = join(made.backup, 'data', 'parta.sqlite');
  const bytes = readFileSync(file);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
  writeFileSync(file, bytes);
  await expect(restore({ from: made.backup, to: target, force: false })).rejects.toThrow('is damaged');
  expect(existsSync(target)).toBe(false);
});

it('[R653] --force moves what stood there aside', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const made = await backup({ data: school.data, to: folder(), maxAgeDays: 30 });
  await school.close();
  const { aside } = await restore({ from: made.backup, to: school.data, force: true });
  expect(existsSync(join(aside as string, 'parta.sqlite'))).toBe(true);
  expect(existsSync(join(school.data, 'parta.sqlite'))).toBe(true);
});

it('[R654] backups over the age go, the newest stays whatever its age', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const to = folder();
  const first = (await backup({ data: school.data, to, maxAgeDays: 30 })).backup;
  const second = (await backup({ data: school.data, to, maxAgeDays: 30 })).backup;
  await school.close();
  const inMonth = Date.now() + 31 * 24 * 60 * 60 * 1000;
  expect(backupsIn(to, inMonth).map((made) => made.folder)).toEqual([first, second]);
  expect(removeOld(to, 30, inMonth)).toEqual({ removed: [first], unread: [] });
  expect(backupsIn(to, inMonth).map((made) => made.folder)).toEqual([second]);
  expect([readAge('30d'), readAge('12h'), readAge('4w')]).toEqual([30, 0.5, 28]);
  expect(() => readAge('soon')).toThrow('is no age');
});

it('[R654] one whose manifest is damaged is named, and keeps no other from going', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const to = folder();
  const made: string[] = [];
  for (let i = 0; i < 4; i++) made.push((await backup({ data: school.data, to, maxAgeDays: 30 })).backup);
  const [torn, undated, old, last] = made as [string, string, string, string];
  writeFileSync(join(torn, 'manifest.json'), '{"format":1,');
  writeFileSync(join(undated, 'manifest.json'), JSON.stringify({ ...readManifest(undated), at: 'вчера' }));

  const done = await backup({ data: school.data, to, maxAgeDays: 1e-9 });
  await school.close();
  expect(done).toMatchObject({ removed: [old, last], unread: [torn, undated] });
  expect(readdirSync(to).filter((name) => name.startsWith('parta-'))).toHaveLength(3);
});

it('[R655] a backup that fails leaves nothing half-written and removes nothing', async () => {
  const school = await smallSchool();
  await school.say('7a', MASHA, 'Привет');
  const to = folder();
  await backup({ data: school.data, to, maxAgeDays: 30 });
  const kept = readdirSync(to).sort();
  await school.close();
  const file = join(school.data, 'people.sqlite');
  writeFileSync(file, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8_192, 7)]));
  utimesSync(file, 0, 0);
  await expect(backup({ data: school.data, to, maxAgeDays: 1e-9 })).rejects.toThrow();
  expect(readdirSync(to).sort()).toEqual(kept);
});
