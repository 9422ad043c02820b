/** What a person began to write in a chat that they then lost: theirs all the same. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatOfDraft, editDraft } from '#shared/me/shape.ts';
import { enter, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Chat, ChatRow, Device } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const row = (device: Device): ChatRow | undefined => device.chats().find(({ id }) => id === '7a');

async function leaves7a(device: Device, chat: Chat): Promise<void> {
  await school.on('setDuty', 'petya', '7a', 'student', null);
  await until(device, 'it is purged', () => !chat.may('say').ok && texts(chat).length === 0);
}

test('[R740] what Petya was writing in a chat that he lost stays in his list, over a restart, until he lets go of it', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  chat.setDraft('Я считаю, что');
  await leaves7a(petya, chat);
  expect(row(petya)).toMatchObject({ title: '', members: 0, draft: 'Я считаю, что' });
  await petya.close();

  const later = await school.device('petya');
  expect(row(later)).toMatchObject({ title: '', draft: 'Я считаю, что' });
  const again = later.chat('7a');
  expect(again.may('say')).toMatchObject({ ok: false });
  expect(again.draft).toBe('Я считаю, что');
  again.setDraft('');
  await until(later, 'the chat is gone with its last words', () => row(later) === undefined);
});

test('[R740] an edit that Petya was writing stays in his list too, and all of it goes on when he is back', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  const name = editDraft('7a', message(chat, 'Здравствуйте').id);
  chat.drafts.setDraft(name, 'Здравствуйте, Анна Петровна');
  await leaves7a(petya, chat);
  expect(row(petya)).toMatchObject({ title: '', draft: 'Здравствуйте, Анна Петровна' });
  await school.on('setDuty', 'petya', '7a', null, 'student');
  await until(petya, 'he is back', () => row(petya)?.title !== '' && texts(chat).length > 0);
  expect(chat.drafts.draft(name)).toBe('Здравствуйте, Анна Петровна');
  expect(row(petya)?.draft).toBe('');
});

test('[R853] what Petya typed that nobody can see is no draft in his list, and holds no chat there that he lost', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  chat.setDraft('\u200b\u2800');
  expect(row(petya)?.draft).toBe('');
  await leaves7a(petya, chat);
  await until(petya, 'the chat is gone', () => row(petya) === undefined);
});

test('[R740] the longest names that a draft may have tell their chat and are taken by the rules', () => {
  const name = editDraft('c'.repeat(40), `${'z'.repeat(10)}.${'z'.repeat(8)}`);
  expect(name.length).toBeLessThanOrEqual(64);
  expect(chatOfDraft(name)).toBe('c'.repeat(40));
  expect(chatOfDraft('7a')).toBe('7a');
  expect([chatOfDraft('re/7a'), chatOfDraft('edit/a.1')]).toEqual([undefined, undefined]);
});
