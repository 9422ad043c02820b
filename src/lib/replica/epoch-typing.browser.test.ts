import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openPaper, shared } from './paper-testing.ts';
import { openSchool, type TestSchool, until } from './testing.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  vi.useRealTimers();
  await school.end();
});

test('[R250] what Anna types in the moment in which a restored school takes her paper back comes back to her', async () => {
  const anna = await school.device('anna');
  const paper = await openPaper(anna, await shared(anna));
  await school.keep();
  await until(anna, 'back', () => anna.line.at === 'online');
  type(paper, 'Начало.');
  await paper.flush();
  await until(anna, 'all is sent', () => anna.unsent === 0 && paper.unsynced === 0);
  await school.cut();
  await until(anna, 'offline', () => anna.line.at !== 'online');
  await school.restore();
  await school.mend();
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  // The moment that makes an intent of it does not pass.
  type(paper, ' Продолжение.');
  anna.wake();
  await until(anna, 'the paper of the older day', () => paper.copies().length > 0);
  vi.useRealTimers();
  await until(anna, 'it came back', () => paper.unsynced === 0 && paper.returned().length > 0);
  expect(
    paper
      .returned()
      .map(({ text }) => text)
      .join(''),
  ).toBe('Начало. Продолжение.');
  expect(paper.returned().every(({ why }) => why === 'epoch')).toBe(true);
  expect(anna.refused()).toEqual([]);
});
