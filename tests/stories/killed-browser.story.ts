/** The phone's battery dies with unsent words: they are there when it wakes, and they arrive once. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R707] the browser is killed with a full outbox; reopened with the relay down it shows every word as unsent, then each arrives once', async ({
  school,
  people,
}) => {
  const profile = await people.profile();
  let masha = await profile.open('masha');
  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.isStoredWhole();
  await masha.say('Это ушло сразу');
  await masha.seesState('Это ушло сразу', 'Отправлено');
  // A browser writes cookies down when it closes, and rarely else.
  await profile.close();
  masha = await profile.open('masha');
  await masha.page.goto(`${school.origin}/chats/7a`);
  await expect(masha.message('Это ушло сразу')).toBeVisible();

  await school.kill();
  const words = ['Первое без сети', 'Второе без сети', 'Третье без сети'];
  for (const line of words) await masha.say(line);
  await masha.act('Это ушло сразу', 'Изменить');
  await masha.composer.fill('Это ушло сразу, но с правкой');
  await masha.page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(masha.message('но с правкой')).toBeVisible();
  await masha.composer.fill('Недописанное');
  await expect.poll(() => masha.unsentCount()).toBe(4);
  await expect.poll(() => masha.keptDraft('7a')).toBe('Недописанное');
  await profile.kill();

  masha = await profile.open('masha');
  await masha.page.goto(`${school.origin}/chats`);
  await expect(masha.chatLink('7А')).toContainText('Не отправлено');
  await masha.open('7А');
  for (const line of words) await masha.seesState(line, 'В очереди');
  await expect(masha.message('но с правкой')).toBeVisible();
  await expect(masha.composer).toHaveValue('Недописанное');

  await school.start();
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  for (const line of words) await masha.seesState(line, 'Прочитано');
  await anna.sees('но с правкой', ...words);
  await masha.sees('но с правкой', ...words);
  await expect(masha.page.getByText('Не отправлено')).toHaveCount(0, AFTER_OUTAGE);
});
