import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { enter, has, openSchool, settled, type TestSchool, texts, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

function turnClockBack(ms: number): void {
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - ms);
  onTestFinished(() => clock.mockRestore());
}

test('[R858] what waits stands as it was written and as it will arrive, though the clock went back meanwhile', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const tab = await school.device('masha');
  const there = await enter(tab, '7a');
  await settled(tab, there);
  await until(masha, 'the other tab has written', () => texts(chat).length === 2);
  await school.cut();
  await until([masha, tab], 'offline', () => masha.line.at !== 'online' && tab.line.at !== 'online');
  await chat.say('Кто понесёт котелок?');
  await until(tab, 'seen', () => has(there, 'Кто понесёт котелок?'));
  turnClockBack(3_600_000);
  await there.say('Я');
  await until(masha, 'seen', () => has(chat, 'Я'));
  await chat.say('Спасибо');
  await until(tab, 'seen', () => has(there, 'Спасибо'));
  const waiting = ['Кто понесёт котелок?', 'Я', 'Спасибо'];
  expect(texts(chat).slice(2)).toEqual(waiting);
  expect(texts(there).slice(2)).toEqual(waiting);
  await tab.close();
  await masha.close();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  expect(texts(again).slice(2)).toEqual(waiting);
  await school.mend();
  later.wake();
  await until(later, 'sent', () => later.unsent === 0);
  expect(texts(again).slice(2)).toEqual(waiting);
});
