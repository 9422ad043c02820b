import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, has, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R433] what Masha writes before any lease came is kept, shown, and made when one comes', async () => {
  await school.withhold('lease-grant');
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  const said = await chat.say('Первое слово');
  if (!said.ok) throw new Error(said.code);
  expect((await chat.react(said.id, '👍')).ok).toBe(true);
  expect((await chat.say('и ответ на него', said.id)).ok).toBe(true);
  expect(texts(chat)).toEqual(['Первое слово', 'и ответ на него']);
  await masha.close();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  expect(later.unsent).toBe(3);
  expect(texts(again)).toEqual(['Первое слово', 'и ответ на него']);
  expect(message(again, 'Первое слово').reactions).toHaveLength(1);
  await school.cut();
  await until(later, 'offline', () => later.line.at !== 'online');
  await school.mend();
  later.wake();
  await until(later, 'sent', () => later.unsent === 0);
  expect(later.refused()).toEqual([]);
  expect(await school.texts('anna', '7a')).toEqual(['Первое слово', 'и ответ на него']);
  const first = message(again, 'Первое слово');
  expect(message(again, 'и ответ на него').re).toBe(first.id);
  expect(first.reactions).toEqual([{ emoji: '👍', by: ['masha'], mine: true }]);
});

test('[R433] two tabs without a lease show the same words, and all are sent once', async () => {
  await school.withhold('lease-grant');
  const first = await school.device('masha');
  const one = await enter(first, '7a');
  const second = await school.device('masha');
  const two = await enter(second, '7a');
  await Promise.all([one.say('из первой'), two.say('из второй')]);
  await until(first, 'first sees both', () => texts(one).length === 2);
  await until(second, 'second sees both', () => texts(two).length === 2);
  await school.cut();
  await until(first, 'offline', () => first.line.at !== 'online');
  await school.mend();
  first.wake();
  await until(first, 'sent', () => first.unsent === 0 && texts(one).length === 2);
  await until(second, 'sent', () => second.unsent === 0 && texts(two).length === 2);
  expect((await school.texts('anna', '7a')).sort()).toEqual(['из второй', 'из первой']);
  await settled(second, two);
  await until(first, 'heard', () => has(one, 'Здравствуйте'));
});

test('[R433] leases that the disk did not take are asked for again, and what waits for them goes out', async () => {
  await school.withhold('lease-grant');
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  expect((await chat.say('Первое слово')).ok).toBe(true);
  await masha.close();
  await school.mend();
  const { put } = IDBObjectStore.prototype;
  const taken = new Promise<void>((once) => {
    IDBObjectStore.prototype.put = function (...args) {
      if (this.name !== 'leases') return put.apply(this, args);
      IDBObjectStore.prototype.put = put;
      once();
      throw new DOMException('The disk is full', 'QuotaExceededError');
    };
  });
  const later = await school.device('masha');
  await taken;
  await until(later, 'sent', () => later.unsent === 0);
  expect(later.refused()).toEqual([]);
  expect(await school.texts('anna', '7a')).toEqual(['Первое слово']);
});
