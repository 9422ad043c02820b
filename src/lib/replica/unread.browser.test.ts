/** A read that fails once, for a reason of the browser's own. */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { enter, openSchool, settled, type TestSchool, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** What a room holds cannot be read so many times; resolves when that is over. */
function failReads(times: number): Promise<void> {
  const { getAll } = IDBIndex.prototype;
  const back = () => {
    IDBIndex.prototype.getAll = getAll;
  };
  onTestFinished(back);
  let left = times;
  return new Promise((over) => {
    IDBIndex.prototype.getAll = function (...args) {
      if (this.objectStore.name !== 'docs') return getAll.apply(this, args);
      if (--left === 0) {
        back();
        over();
      }
      throw new DOMException('Internal error', 'UnknownError');
    };
  });
}

test('[R745] a room that could not be read when it was opened is opened again: what waits goes out, and what is said is heard', async () => {
  const told = (event: Event) => event.preventDefault();
  window.addEventListener('error', told);
  onTestFinished(() => window.removeEventListener('error', told));
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Сдам завтра');
  const failed = failReads(3);
  await school.mend();
  masha.wake();
  await failed;
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Сдам завтра']);
  await school.say('anna', '7a', 'Хорошо');
  await until(masha, 'heard', () => chat.messages().some(({ text }) => text === 'Хорошо'));
});
