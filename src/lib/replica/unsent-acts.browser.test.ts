import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaper, shared } from './paper-testing.ts';
import { enter, message, openSchool, type TestSchool, until } from './testing.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R864] what waits is counted as a person counts: acts one by one, a paper once, drafts and settings not at all', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha));
  const chat = await enter(masha, '7a');
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');

  for (const words of ['Едем', ' в восемь', ' утра']) {
    type(paper, words);
    await paper.flush();
  }
  expect(masha.unsentActs).toBe(1);
  await chat.say('Кто ещё не сдал деньги?');
  await chat.react(message(chat, 'Здравствуйте').id, '👍');
  expect(masha.unsentActs).toBe(3);

  const { unsent } = masha;
  await masha.me().set('sound', false);
  chat.setDraft('И ещё');
  await until(masha, 'both wait too', () => masha.unsent > unsent + 1);
  expect(masha.unsentActs).toBe(3);

  await school.mend();
  masha.wake();
  await until(masha, 'all is sent', () => masha.unsent === 0);
  expect(masha.unsentActs).toBe(0);
});
