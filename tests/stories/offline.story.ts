/** Written with no network, read by the other: the states in words, the order of arrival, both times. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

const HOUR_MS = 3_600_000;

test('[R700] Masha writes in a tunnel; Anna Petrovna reads it when it arrives, and Masha sees each step in words', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.page.clock.setSystemTime(Date.now() - 2 * HOUR_MS);
  await masha.say('Анна Петровна, можно сдать завтра?');
  await masha.say('Я в поезде');
  await masha.seesState('Анна Петровна, можно сдать завтра?', 'В очереди');
  await expect(masha.page.getByText('Нет сети, уйдёт само.')).toBeVisible();
  await expect(masha.page.getByText('Не отправлено: 2.')).toBeVisible();
  await masha.page.clock.setSystemTime(Date.now());

  const petya = await people.comeIn('petya');
  await petya.open('7А');
  await petya.say('Кто сегодня дежурит?');
  await petya.seesState('Кто сегодня дежурит?', 'Отправлено');
  await petya.loseNetwork();

  await masha.findNetwork();
  await masha.seesState('Я в поезде', 'Отправлено');
  await expect(masha.page.getByText('Не отправлено')).toHaveCount(0);
  const inOrder = ['Кто сегодня дежурит?', 'Анна Петровна, можно сдать завтра?', 'Я в поезде'];
  await masha.sees(...inOrder);

  const anna = await people.comeIn('anna');
  await masha.seesState('Я в поезде', 'Доставлено');
  await expect(anna.chatLink('7А')).toContainText('Я в поезде');
  await expect(anna.chatLink('7А').getByText('3 непрочитанных сообщения')).toBeAttached();
  await anna.open('7А');
  await anna.sees(...inOrder);
  // Just after midnight it was yesterday.
  await expect(anna.message('Я в поезде').getByText(/^написано (вчера, )?\d\d:\d\d$/)).toBeVisible();
  await expect(anna.message('Кто сегодня дежурит?').getByText('написано')).toHaveCount(0);
  await masha.seesState('Анна Петровна, можно сдать завтра?', 'Прочитано');
  await masha.seesState('Я в поезде', 'Прочитано');
  await expect(anna.chatLink('7А').getByText('непрочитанн')).toHaveCount(0);

  await petya.findNetwork();
  await expect(petya.message('Я в поезде')).toBeVisible(AFTER_OUTAGE);
  await petya.sees(...inOrder);
});
