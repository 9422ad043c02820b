/** Screens that come and go faster than the disk: a chat or paper that is left and opened again goes on where it was. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PaperView } from './paper.ts';
import { openPaper, shared, words } from './paper-testing.ts';
import { enter, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R421] Anna leaves a paper and opens it again at once: what she types goes out, what Masha types comes', async () => {
  const [anna, masha] = [await school.device('anna'), await school.device('masha')];
  const id = await shared(anna);
  const left = await openPaper(anna, id);
  type(left, 'Начало. ');
  left.close();
  const hers = await openPaper(anna, id);
  type(hers, 'Ещё. ');
  await hers.flush();
  await until(anna, 'all is sent', () => anna.unsent === 0);
  await until(anna, 'and known to be', () => hers.unsynced === 0);
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'both are there', () => words(paper.doc) === 'Начало. Ещё. ');
  type(paper, 'Маша тоже. ');
  await until(anna, 'Masha’s come', () => words(hers.doc) === 'Начало. Ещё. Маша тоже. ');
  expect([hers.copies(), hers.returned(), anna.refused()]).toEqual([[], [], []]);
});

test('[R421] a paper shown in two places stays whole where it is shown still', async () => {
  const [anna, masha] = [await school.device('anna'), await school.device('masha')];
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  const list = anna.paper(id, PaperView);
  list.close();
  type(hers, 'Начало. ');
  // The replica is read anew before the moment of her keystrokes is over.
  document.dispatchEvent(new Event('resume'));
  await until(anna, 'read anew', () => hers.unsaved === false);
  expect(words(hers.doc)).toBe('Начало. ');
  type(hers, 'Конец. ');
  await hers.flush();
  await until(anna, 'all is sent', () => anna.unsent === 0);
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'both are there', () => words(paper.doc) === 'Начало. Конец. ');
  hers.awareness.setLocalState({ user: 'anna' });
  await until(masha, 'Anna is seen', () => paper.awareness.getStates().size > 0);
});

test('[R400] Masha says something, leaves the chat, comes back and goes on, faster than her disk: both arrive once', async () => {
  const before = await school.device('masha');
  await settled(before, await enter(before, '7a'));
  await before.close();
  const masha = await school.device('masha');
  const left = masha.chat('7a');
  const one = left.say('раз');
  left.close();
  const chat = masha.chat('7a');
  const two = chat.say('два');
  expect([(await one).ok, (await two).ok]).toEqual([true, true]);
  expect(texts(chat)).toEqual(['Здравствуйте', 'раз', 'два']);
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'раз', 'два']);
  expect(texts(chat)).toEqual(['Здравствуйте', 'раз', 'два']);
});
