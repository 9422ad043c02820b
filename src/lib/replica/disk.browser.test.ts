import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { enter, has, openSchool, settled, type TestSchool, texts, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  await commands.limitStorage(undefined);
  await school.end();
});

test('[R419] a full disk is said; the words go back to their writer, and what is stored stays', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  expect((await chat.say('помещается')).ok).toBe(true);
  await commands.limitStorage(1);
  const answers = await Promise.all(Array.from({ length: 40 }, () => chat.say('ы'.repeat(4_000))));
  const refused = answers.filter((answer) => !answer.ok);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toEqual({ ok: false, code: 'storage-full' });
  expect(masha.disk).toBe('full');
  expect(texts(chat)).toHaveLength(2 + answers.length - refused.length);
  await commands.limitStorage(undefined);
  expect((await chat.say('снова помещается')).ok).toBe(true);
  expect(masha.disk).toBe('open');
  expect(has(chat, 'помещается')).toBe(true);
});

test('[R426] a visible tab takes the line over from a leader that is silent', async () => {
  const frozen = new Promise<() => void>((holding) => {
    void navigator.locks.request('parta-petya-lead', () => new Promise<void>((free) => holding(free)));
  });
  const free = await frozen;
  const petya = await school.device('petya');
  await until(petya, 'online', () => petya.line.at === 'online');
  free();
});
