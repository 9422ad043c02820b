import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerDraft, editDraft } from '#shared/me/shape.ts';
import { Disk, SPARE } from './disk.ts';
import { recover } from './recover.ts';
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

test('[R852] an edit and an answer that Masha began before any lease came go on when one came, in both her tabs', async () => {
  await school.withhold('lease-grant');
  const first = await school.device('masha');
  const one = await enter(first, '7a');
  const second = await school.device('masha');
  const two = await enter(second, '7a');
  for (const device of [first, second]) device.me();
  const said = [await one.say('Завтра приду'), await one.say('К восьми')].map(({ ...verdict }) => verdict);
  const [edited = '', answered = ''] = said.map((verdict) => (verdict.ok ? verdict.id : ''));
  one.drafts.setDraft(editDraft('7a', edited), 'Послезавтра приду');
  await first.exportAll();
  two.drafts.setDraft(answerDraft('7a'), answered);
  await second.exportAll();
  await school.cut();
  await until(first, 'offline', () => first.line.at !== 'online');
  await school.mend();
  first.wake();
  await until([first, second], 'sent', () => first.unsent + second.unsent === 0);
  await until(second, 'as the school has it', () => texts(two).length === 2);
  const [edit, answer] = [editDraft('7a', message(one, 'Завтра приду').id), message(one, 'К восьми').id];
  expect([edit, answer]).not.toEqual([editDraft('7a', edited), answered]);
  const begun = ({ drafts }: typeof one) =>
    [edit, editDraft('7a', edited), answerDraft('7a')].map((name) => drafts.draft(name));
  const all = ['Послезавтра приду', '', answer];
  await until([first, second], 'in both', () => `${begun(one)}${begun(two)}` === `${all}${all}`);
  expect(one.idOf(edited)).toBe(message(one, 'Завтра приду').id);
  await first.close();
  await second.close();
  const later = await school.device('masha');
  expect(begun(await enter(later, '7a'))).toEqual(all);
});

test('[R852] they go on too when the page went in the very moment in which the lease came', async () => {
  await school.withhold('lease-grant');
  const device = await school.device('masha');
  const chat = await enter(device, '7a');
  const verdict = await chat.say('Завтра приду');
  if (!verdict.ok) throw new Error(verdict.code);
  chat.drafts.setDraft(editDraft('7a', verdict.id), 'Послезавтра приду');
  chat.drafts.setDraft(answerDraft('7a'), verdict.id);
  await device.close();
  const disk = new Disk('masha', 'strict');
  await disk.leases.add({ lease: 77, slot: SPARE, ids: 0 });
  const why = { person: 'masha', projection: device.projection, refused: undefined, burnt: [] };
  await recover(disk, 'chat/7a', { ...why, registry: undefined, names: new Map(), granted: new Set([77]) });
  disk.close();
  await school.cut();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  const { id } = message(again, 'Завтра приду');
  const names = [editDraft('7a', id), editDraft('7a', verdict.id), answerDraft('7a')];
  expect(names.map((name) => again.drafts.draft(name))).toEqual(['Послезавтра приду', '', id]);
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
