/** A chat that hides its history, on the devices of those who join it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, has, openSchool, rowsOf, settled, type TestSchool, texts, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R386] what stood before a member’s part leaves their device, is not asked for, and the chat says where it begins', async () => {
  const masha = await school.device('masha');
  const hers = await enter(masha, '7a');
  await settled(masha, hers);
  const petya = await school.device('petya');
  const his = await enter(petya, '7a');
  await until(petya, 'he reads it', () => has(his, 'Здравствуйте'));
  expect(his.beginsLate).toBe(false);
  await petya.close();

  // He is away while he is taken out and comes back into a chat that hides by now what was before.
  await school.on('setHistory', '7a', false, true);
  await school.on('setDuty', 'petya', '7a', 'student', null);
  await school.on('setDuty', 'petya', '7a', null, 'student');
  await hers.say('С возвращением');
  await until(masha, 'it is sent', () => masha.unsent === 0);

  const again = await school.device('petya');
  const chat = await enter(again, '7a');
  await until(again, 'he reads the new part', () => has(chat, 'С возвращением'));
  await until(again, 'the old one has left', () => !has(chat, 'Здравствуйте'));
  expect([texts(chat), chat.hasOlder, chat.beginsLate]).toEqual([['С возвращением'], false, true]);
  expect(await chat.older()).toBe(false);
  const rows = await rowsOf('petya');
  const docs = (rows.get('docs') as { doc: string }[]).map(({ doc }) => doc);
  expect(docs).toContain('chat/7a/feed/2');
  expect(docs).not.toContain('chat/7a/feed/1');
  for (const table of ['tails', 'places'])
    expect((rows.get(table) as { doc: string }[]).filter(({ doc }) => doc === 'chat/7a/feed/1')).toEqual([]);
  expect(has(hers, 'Здравствуйте')).toBe(true);
});
