import { afterEach, beforeEach, expect, test } from 'vitest';
import { Disk } from './disk.ts';
import { enter, has, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Chat } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const idOf = (chat: Chat, text: string): string => message(chat, text).id;
const kindsSince = async (): Promise<string[]> => ((await school.on('count')) as { kinds: string[] }).kinds;

test('[R489] a message that its author deletes before it was sent is heard of by nobody', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Ой, не туда: мой пароль сирень');
  const id = idOf(chat, 'Ой, не туда: мой пароль сирень');
  await chat.edit(id, 'Ой, не туда: пароль сирень7');
  await chat.react(id, '👍');
  await chat.remove(id);
  expect(texts(chat)).toEqual(['Здравствуйте']);
  await until(masha, 'nothing waits', () => masha.unsent === 0);
  expect(masha.chats()[0]).toMatchObject({ unsent: 0, last: { text: 'Здравствуйте' } });
  expect(await masha.exportAll()).not.toContain('сирень');
  await kindsSince();
  await school.mend();
  masha.wake();
  await until(masha, 'online', () => masha.line.at === 'online');
  await chat.say('Всем привет');
  await until(masha, 'sent', () => masha.unsent === 0);
  const kinds = await kindsSince();
  expect(kinds.filter((kind) => kind === 'push')).toHaveLength(1);
  expect(kinds).not.toContain('refuse');
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Всем привет']);
});

test('[R489] what was written before, behind and in another tab stays as it is and lands once, and a reply keeps its words', async () => {
  const first = await school.device('masha');
  const one = await enter(first, '7a');
  await settled(first, one);
  const second = await school.device('masha');
  const two = await enter(second, '7a');
  await two.say('из второй вкладки');
  await until(second, 'both have their lease', () => second.unsent === 0);
  await school.cut();
  await until(first, 'offline', () => first.line.at !== 'online');
  await one.say('первое');
  await one.say('лишнее');
  await until(second, 'seen in the other tab', () => has(two, 'лишнее'));
  const unneeded = idOf(one, 'лишнее');
  await two.react(unneeded, '🎉');
  await two.say('второе');
  await one.pin(unneeded);
  await one.say('ответ', unneeded);
  const answer = idOf(one, 'ответ');
  await one.edit(answer, 'ответ с поправкой');
  await Promise.all([two.say('третье'), one.remove(unneeded), two.say('четвёртое'), one.say('пятое')]);
  const left = ['первое', 'второе', 'ответ с поправкой', 'третье', 'четвёртое', 'пятое'];
  const all = ['Здравствуйте', 'из второй вкладки', ...left].sort();
  const shows = (chat: Chat) => [...texts(chat)].sort().join() === all.join();
  await until([first, second], 'both tabs show the same', () => shows(one) && shows(two));
  expect(message(one, 'ответ с поправкой').re).toBeUndefined();
  expect(one.pins()).toEqual([]);
  await kindsSince();
  await first.close();
  await second.close();
  await school.mend();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  await until(later, 'sent', () => later.unsent === 0);
  // As many as are left, the correction among them, and none of them is asked for twice.
  const kinds = await kindsSince();
  expect(kinds.filter((kind) => kind === 'push')).toHaveLength(left.length + 1);
  expect(kinds).not.toContain('refuse');
  expect(shows(again)).toBe(true);
  expect(later.refused()).toEqual([]);
  // The school counts originals alone: the correction stands beside.
  const held = left.map((text) => (text === 'ответ с поправкой' ? 'ответ' : text));
  const inSchool = ['Здравствуйте', 'из второй вкладки', ...held].sort();
  expect((await school.texts('anna', '7a')).sort()).toEqual(inSchool);
  // Numbers go on without a hole: what is taken back later leaves none either.
  await again.say('шестое');
  await until(later, 'sent', () => later.unsent === 0);
  expect(await kindsSince()).not.toContain('refuse');
});

test('[R489] a message that never had a lease is taken back too, and the one behind it is made with one', async () => {
  await school.withhold('lease-grant');
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'online', () => masha.line.at === 'online');
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Передумала');
  await chat.say('Это останется');
  await chat.remove(idOf(chat, 'Передумала'));
  expect(texts(chat)).toEqual(['Это останется']);
  await masha.close();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  expect(later.unsent).toBe(1);
  expect(texts(again)).toEqual(['Это останется']);
  await school.mend();
  later.wake();
  await until(later, 'sent', () => later.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Это останется']);
});

test('[R489] a message that may have left is deleted for all, whether the school has it or not', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.deafen();
  await chat.say('Уже ушло');
  await school.on('heardPushes', 2);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.remove(idOf(chat, 'Уже ушло'));
  expect(masha.unsent).toBe(2);
  // Of a row that an older release wrote nobody knows whether it left.
  await chat.say('Из старой версии');
  const disk = new Disk('masha', 'strict');
  await disk.outbox.toCollection().modify((row) => {
    delete row.here;
  });
  disk.close();
  await chat.remove(idOf(chat, 'Из старой версии'));
  expect(masha.unsent).toBe(4);
  await school.mend();
  masha.wake();
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(texts(chat)).toEqual(['Здравствуйте']);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);
});
