import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, has, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Chat, MessageView } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R435] what was written with leases that a backup does not know comes back too, once, with what hangs on it', async () => {
  await school.keep();
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  const first = message(chat, 'Здравствуйте').id;
  await chat.say('Ответ', first);
  await chat.edit(first, 'Здравствуйте, 7А!');
  await chat.react(first, '👍');
  await until(petya, 'sent', () => petya.unsent === 0);
  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.restore();
  await school.mend();
  petya.wake();
  await until(petya, 'all is made anew', () => {
    const again = chat.messages().find(({ text }) => text === 'Здравствуйте, 7А!');
    return petya.unsent === 0 && again !== undefined && again.id !== first && again.reactions.length === 1;
  });
  expect(petya.refused()).toEqual([]);
  expect(texts(chat)).toEqual(['Здравствуйте, 7А!', 'Ответ']);
  expect(message(chat, 'Ответ').re).toBe(message(chat, 'Здравствуйте, 7А!').id);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Ответ']);
});

test('[R408] who only read sees the chat as the school now has it, older segments too', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await school.on('fill', 'anna', '7a', 505);
  await until(petya, 'heard', () => has(chat, 'сообщение 505'));
  if (chat.hasOlder) await chat.older();
  await until(petya, 'both segments', () => texts(chat).length === 505);
  await school.keep();
  await until(petya, 'back', () => petya.line.at === 'online');
  await school.say('anna', '7a', 'после копии');
  await until(petya, 'heard', () => has(chat, 'после копии'));
  await school.restore();
  petya.wake();
  await until(petya, 'the lost one is gone', () => !has(chat, 'после копии') && texts(chat).length > 0);
  await until(petya, 'both segments again', () => texts(chat).length === 505);
  expect(petya.unsent).toBe(0);
  await school.say('anna', '7a', 'снова в школе');
  await until(petya, 'heard', () => has(chat, 'снова в школе'));
});

test('[R435] another device of hers cannot bring them back under her name: there they become drafts', async () => {
  await school.keep();
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.say('masha', '7a', 'С телефона');
  await until(masha, 'heard', () => has(chat, 'С телефона'));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await school.restore();
  await school.mend();
  masha.wake();
  await until(masha, 'settled', () => masha.unsent === 0 && masha.refused().length === 1);
  expect(masha.refused()[0]).toMatchObject({ text: 'С телефона' });
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);

  // The school loses its disk once more: what waits for its author stays beside what comes now.
  await school.say('masha', '7a', 'Снова с телефона');
  await until(masha, 'heard', () => has(chat, 'Снова с телефона'));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await school.restore();
  await school.mend();
  masha.wake();
  await until(masha, 'both wait', () => masha.unsent === 0 && masha.refused().length === 2);
  expect(masha.refused().map(({ text }) => text)).toEqual(['С телефона', 'Снова с телефона']);
});

test('[R435] forty that another device of hers wrote become drafts together, and what she writes now does not wait for each', async () => {
  await school.keep();
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.on('fill', 'masha', '7a', 40);
  await until(masha, 'heard', () => has(chat, 'сообщение 40'));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Я в автобусе');
  await school.restore();
  await school.mend();
  performance.clearMeasures('parta:recover');
  masha.wake();
  await until(masha, 'settled', () => masha.unsent === 0 && masha.refused().length === 40);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Я в автобусе']);
  // One by one it would be forty.
  expect(performance.getEntriesByName('parta:recover').length).toBeLessThan(20);
});

test('[R436] decisions about the school that a restore lost come back to be decided anew', async () => {
  await school.keep();
  const elena = await school.device('elena');
  await until(elena, 'online', () => elena.line.at === 'online' && elena.projection !== undefined);
  const desk = await elena.registry();
  expect((await desk.setRole('petya', 'parent')).ok).toBe(true);
  await until(elena, 'taken', () => elena.unsent === 0 && elena.who('petya')?.role === 'parent');
  await school.cut();
  await until(elena, 'offline', () => elena.line.at !== 'online');
  await school.restore();
  await school.mend();
  elena.wake();
  await until(elena, 'told', () => elena.refused().length === 1);
  expect(elena.refused()[0]).toMatchObject({
    code: 'changed-meanwhile',
    intent: { act: 'role.set', person: 'petya', from: 'student', to: 'parent' },
  });
  await until(elena, 'as it was', () => elena.who('petya')?.role === 'student');
  await until(elena, 'desk follows', () => desk.role('petya') === 'student');
});

test('[R408] what a restore lost of several chats comes back to each of them: none takes the place of another', async () => {
  const anna = await school.device('anna');
  const chats = [await enter(anna, '7a'), await enter(anna, '7a.parents'), await enter(anna, '7b')];
  await settled(anna, chats[0] as Chat);
  await school.keep();
  await until(anna, 'back', () => anna.line.at === 'online');
  for (const chat of chats) await chat.say('После копии');
  await until(anna, 'sent', () => anna.unsent === 0);
  await school.cut();
  await until(anna, 'offline', () => anna.line.at !== 'online');
  await school.restore();
  const restored = Date.now();
  await school.mend();
  anna.wake();
  const isBack = ({ text, arrivedAt = 0 }: MessageView) => text === 'После копии' && arrivedAt >= restored;
  await until(anna, 'all are back', () => chats.every((chat) => chat.messages().some(isBack)));
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'После копии']);
  expect(await school.texts('anna', '7a.parents')).toEqual(['После копии']);
  expect(await school.texts('anna', '7b')).toEqual(['После копии']);
});

test('[R447] what Petya took back is taken back again although the line broke before the old segment came', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  const { id } = message(chat, 'Здравствуйте');
  await school.on('fill', 'anna', '7a', 505);
  await until(petya, 'heard', () => has(chat, 'сообщение 505'));
  if (chat.hasOlder) await chat.older();
  await school.keep();
  await until(petya, 'back', () => petya.line.at === 'online');
  expect((await chat.remove(id)).ok).toBe(true);
  await until(petya, 'taken back', () => petya.unsent === 0);
  await school.withhold('patch');
  await school.restore();
  petya.wake();
  await until(petya, 'the old copy is gone', () => petya.unsent === 1 && texts(chat).length === 0);
  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.mend();
  petya.wake();
  await until(petya, 'all is there', () => petya.unsent === 0 && has(chat, 'сообщение 505'));
  expect(await school.texts('anna', '7a')).not.toContain('Здравствуйте');
});

test('[R747] an old segment that Petya reads fills again after a restore although the line broke before it came', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await school.on('fill', 'anna', '7a', 505);
  await until(petya, 'heard', () => has(chat, 'сообщение 505'));
  if (chat.hasOlder) await chat.older();
  await until(petya, 'read back', () => has(chat, 'сообщение 3'));
  await school.keep();
  await until(petya, 'back', () => petya.line.at === 'online');
  await school.withhold('patch');
  await school.restore();
  petya.wake();
  await until(petya, 'the old copy is gone', () => texts(chat).length === 0);
  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.mend();
  petya.wake();
  await until(petya, 'the newest is there', () => has(chat, 'сообщение 505'));
  await until(petya, 'and what he reads', () => has(chat, 'сообщение 3'));
  expect(texts(chat)).toHaveLength(505);
});

test('[R411] after a restore nothing is taken for read that only an older numbering calls so', async () => {
  const anna = await school.device('anna');
  const petya = await school.device('petya');
  const hers = await enter(anna, '7a');
  await settled(anna, hers);
  const his = await enter(petya, '7a');
  await until(petya, 'greeted', () => has(his, 'Здравствуйте'));
  his.markRead();
  await until(anna, 'the greeting is read', () => message(hers, 'Здравствуйте').state === 'read');
  await school.keep();
  await until([anna, petya], 'back', () => [anna, petya].every(({ line }) => line.at === 'online'));
  for (let i = 1; i <= 5; i++) await hers.say(`объявление ${i}`);
  await until(petya, 'heard', () => has(his, 'объявление 5'));
  his.markRead();
  await until(anna, 'read', () => message(hers, 'объявление 5').state === 'read');
  his.close();

  await school.cut();
  await until([anna, petya], 'offline', () => [anna, petya].every(({ line }) => line.at !== 'online'));
  await school.restore();
  const restored = Date.now();
  await school.mend();
  anna.wake();
  const isBack = ({ text, arrivedAt = 0 }: MessageView) => text === 'объявление 5' && arrivedAt >= restored;
  await until(anna, 'sent again', () => hers.messages().some(isBack));
  expect(message(hers, 'объявление 5').state).not.toBe('read');
  petya.wake();
  const unread = () => petya.chats().find(({ id }) => id === '7a')?.unread;
  await until(petya, 'five are new to him again', () => unread() === 5);
  const again = await enter(petya, '7a');
  await until(petya, 'they are here', () => has(again, 'объявление 5'));
  await hers.say('объявление 6');
  await until(petya, 'and a sixth', () => unread() === 6);
});
