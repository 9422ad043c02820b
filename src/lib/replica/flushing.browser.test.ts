import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { enter, keepTimers, openSchool, settled, type TestSchool, until } from './testing.ts';
import type { Chat } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** No tab hears any more that another one wrote, as when that dies right after its words are on disk. */
function loseWords(): void {
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function lossy(word: { say: string }) {
    if (word.say !== 'outbox') postMessage.call(this, word);
  };
  onTestFinished(() => {
    BroadcastChannel.prototype.postMessage = postMessage;
  });
}

/** The tab that holds the line is online; another one writes. */
async function writingTab(): Promise<Chat> {
  const leader = await school.device('masha');
  await settled(leader, await enter(leader, '7a'));
  const other = await school.device('masha');
  const chat = await enter(other, '7a');
  await until(other, 'the other tab knows of the line', () => other.line.at === 'online');
  return chat;
}

test('[R429] words that the leading tab did not hear of go out when the window is looked at, and when the network is back', async () => {
  const chat = await writingTab();
  loseWords();
  for (const event of ['focus', 'online']) {
    await chat.say(`до события ${event}`);
    await school.on('count');
    window.dispatchEvent(new Event(event));
    await school.on('heard', 'push');
    await school.on('heard', 'ack');
  }
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'до события focus', 'до события online']);
});

test('[R429] words that nobody heard of go out with the next half minute', async () => {
  const due = keepTimers(30_000);
  const chat = await writingTab();
  loseWords();
  await chat.say('Никто не услышал');
  await school.on('count');
  expect(due.length).toBeGreaterThan(0);
  for (const run of due) run();
  await school.on('heard', 'push');
  await school.on('heard', 'ack');
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Никто не услышал']);
});
