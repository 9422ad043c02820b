import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, openSchool, settled, type TestSchool, until } from './testing.ts';

let school: TestSchool;
const unheard: unknown[] = [];
const note = (event: PromiseRejectionEvent) => {
  event.preventDefault();
  unheard.push(event.reason);
};
beforeEach(async () => {
  unheard.length = 0;
  window.addEventListener('unhandledrejection', note);
  school = await openSchool();
});
afterEach(async () => {
  await school.end();
  window.removeEventListener('unhandledrejection', note);
});

/** Errors that nobody waits for are told after the task that made them. */
const told = () => new Promise((done) => setTimeout(done));

test('[R415] a tab that closes in the middle of everything leaves no error that nobody waits for', async () => {
  const anna = await school.device('anna');
  const chat = await enter(anna, '7a');
  await settled(anna, chat);
  const words = new BroadcastChannel('parta-anna');
  for (let i = 0; i < 12; i++) {
    const other = await school.device('anna');
    other.me();
    other.chat('7a');
    for (const topic of ['projection', 'chats', 'unsent', 'refused', 'papers'] as const)
      words.postMessage({ say: 'topic', topic });
    const said = chat.say(`сообщение ${i}`);
    await (i % 2 === 0 ? said : until(anna, 'said', () => anna.unsent > 0));
    for (let task = 0; task < i % 5; task++) await told();
    await other.close();
    await said;
  }
  words.close();
  await until(anna, 'sent', () => anna.unsent === 0);
  await anna.close();
  await told();
  expect(unheard).toEqual([]);
});
