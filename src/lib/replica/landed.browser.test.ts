/** Words that the school had taken when their author lost the chat: once it is back they stand there, and nowhere else. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { enter, has, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Device } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** Petya in his class chat, where one message of his stands. */
async function petya() {
  const device = await school.device('petya');
  const chat = await enter(device, '7a');
  await settled(device, chat);
  return { device, chat };
}

/** He is taken out of the class before he is on the line again. */
async function expelled(device: Device) {
  await school.cut();
  await until(device, 'offline', () => device.line.at !== 'online');
  await school.on('setRole', 'petya', 'student', 'parent');
  await school.mend();
  device.wake();
  await until(device, 'given back', () => device.unsent === 0 && device.refused().length > 0);
}

test('[R799] what the school took and did not answer is given back with a lost chat, and goes from there when the chat shows it', async () => {
  const { device, chat } = await petya();
  const first = message(chat, 'Здравствуйте').id;
  await school.deafen();
  await chat.edit(first, 'Здравствуйте все');
  await chat.say('Кто решил пятую?');
  await expect.poll(() => school.texts('anna', '7a')).toContain('Кто решил пятую?');
  await school.cut();
  await until(device, 'offline', () => device.line.at !== 'online');
  // These the school never had.
  await chat.say('А шестую?');
  await chat.edit(first, 'Здравствуйте, это Петя');
  await expelled(device);
  expect(device.refused().map(({ text }) => text)).toEqual([
    'Здравствуйте все',
    'Кто решил пятую?',
    'А шестую?',
    'Здравствуйте, это Петя',
  ]);

  await school.on('setRole', 'petya', 'parent', 'student');
  await until(device, 'it stands', () => has(chat, 'Кто решил пятую?'));
  await until(device, 'it stands once', () => device.refused().length === 2);
  expect(device.refused().map(({ text }) => text)).toEqual(['А шестую?', 'Здравствуйте, это Петя']);
  expect(texts(chat)).toEqual(['Здравствуйте все', 'Кто решил пятую?']);
});
