import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { Disk, SPARE } from './disk.ts';
import { recover } from './recover.ts';
import { enter, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import { wipe } from './wipe.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R430] after a refusal 200 pending intents are made again within 100 ms', async () => {
  const anna = await school.device('anna');
  const chat = await enter(anna, '7a');
  await settled(anna, chat);
  const id = message(chat, 'Здравствуйте').id;
  await school.cut();
  await until(anna, 'offline', () => anna.line.at !== 'online');
  await chat.pin(id);
  await Promise.all(Array.from({ length: 200 }, (_, i) => chat.say(`строка ${i}`)));
  expect(anna.unsent).toBe(201);
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, pin: 'admins' });
  await school.mend();
  anna.wake();
  await until(anna, 'all sent', () => anna.unsent === 0 && anna.refused().length === 1);
  expect(anna.refused()[0]).toMatchObject({ intent: { act: 'pin.set' }, code: 'only-some-may-pin' });
  expect(texts(chat)).toHaveLength(201);
  expect((await school.texts('anna', '7a')).slice(1)).toEqual(
    Array.from({ length: 200 }, (_, i) => `строка ${i}`),
  );
  const mended = performance.getEntriesByName('parta:recover').map(({ duration }) => duration);
  console.info(`recover: ${mended.map((ms) => ms.toFixed(1)).join(', ')} ms`);
  // The promise is 100 ms; the benchmark measures it, and a busy machine gets room here.
  expect(Math.min(...mended)).toBeLessThan(400);
});

test('[R431] an administrator changes a role without a network; it takes effect when it arrives', async () => {
  const elena = await school.device('elena');
  await until(elena, 'online', () => elena.line.at === 'online' && elena.projection !== undefined);
  const desk = await elena.registry();
  expect(desk.role('petya')).toBe('student');
  await school.cut();
  await until(elena, 'offline', () => elena.line.at !== 'online');
  expect((await desk.setRole('petya', 'parent')).ok).toBe(true);
  expect(desk.role('petya')).toBe('parent');
  expect(elena.unsent).toBe(1);
  await school.mend();
  elena.wake();
  await until(elena, 'sent', () => elena.unsent === 0);
  await until(elena, 'projected', () => elena.who('petya')?.role === 'parent');
});

test('[R432] an older decision never beats a newer one: it comes back to be decided anew', async () => {
  const elena = await school.device('elena');
  await until(elena, 'online', () => elena.line.at === 'online' && elena.projection !== undefined);
  const desk = await elena.registry();
  await school.cut();
  await until(elena, 'offline', () => elena.line.at !== 'online');
  await desk.setRole('anna', 'admin');
  await desk.setRole('petya', 'parent');
  await school.on('setRole', 'anna', 'teacher', 'staff');
  await school.mend();
  elena.wake();
  await until(elena, 'settled', () => elena.unsent === 0 && elena.refused().length === 1);
  expect(elena.refused()[0]).toMatchObject({
    code: 'changed-meanwhile',
    intent: { act: 'role.set', person: 'anna', to: 'admin' },
  });
  await until(elena, 'projected', () => elena.who('petya')?.role === 'parent');
  expect(elena.who('anna')?.role).toBe('staff');
  await until(elena, 'desk follows', () => desk.role('anna') === 'staff');
});

test('[R405] what waits behind an act that is never taken is not given up with it, however often it is made again', async () => {
  const disk = new Disk('petya', 'strict');
  await disk.rooms.put({ room: 'chat/7a', epoch: 'e', seq: 0, head: 1, gen: 0 });
  await disk.leases.bulkPut(Array.from({ length: 20 }, (_, i) => ({ lease: 100 + i, slot: SPARE, ids: 0 })));
  const common = { room: 'chat/7a', doc: 'chat/7a/feed/1', epoch: 'e', slot: 0, lease: 99, at: 1, tries: 0 };
  const says = (n: number, text: string) => ({
    ...{ ...common, n, bytes: new Uint8Array(), dependsOn: [] },
    intent: { act: 'message.create' as const, id: `99.${n}`, at: 1, text },
  });
  await disk.outbox.bulkAdd([says(1, 'не берут'), says(2, 'первое за ним'), says(3, 'второе')]);
  const nothing = { burnt: [], registry: undefined, names: new Map(), granted: new Set<number>() };
  // Always the first that waits; after twelve answers that is the next one.
  for (let answers = 0; answers < 14; answers++) {
    const { lease = 0, n = 0 } = (await disk.outbox.toCollection().first()) ?? {};
    const refused = { lease, n, code: 'segment-closed' };
    const why = { person: 'petya', projection: undefined, ...nothing, refused };
    expect((await recover(disk, 'chat/7a', why)).ok).toBe(true);
  }
  expect((await disk.refused.toArray()).map(({ text }) => text)).toEqual(['не берут']);
  expect((await disk.outbox.toArray()).map(({ intent }) => 'text' in intent && intent.text)).toEqual([
    'первое за ним',
    'второе',
  ]);
  disk.close();
  await wipe('petya');
});
