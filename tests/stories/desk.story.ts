/** The desk of two administrators: every chat of the school by its name, and what to do when both changed one thing. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test('[R473][R474] a change that came back stands beside what counts now, and is made again by hand', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  const igor = await people.comeIn('igor');
  const olga = await people.comeIn('olga');
  await olga.open('Родители 7А');
  await expect(olga.composer).toBeVisible();
  await find(elena, 'родители');
  await find(igor, 'родители');
  await igor.loseNetwork();
  await writers(igor).selectOption('администраторы');
  await expect(igor.page.getByText('Ждёт отправки.')).toBeVisible();
  await writers(elena).selectOption('сотрудники школы');
  await expect(olga.composer).toHaveCount(0, AFTER_OUTAGE);

  await igor.findNetwork();
  const card = igor.refused('Писать сообщения: администраторы');
  await expect(card).toContainText('Сейчас: сотрудники школы.', AFTER_OUTAGE);
  await expect(writers(igor)).toHaveValue('staff');
  await igor.page.getByRole('link', { name: 'Чаты' }).click();
  await igor.page.getByRole('link', { name: 'Школа' }).click();
  await igor.page.getByRole('link', { name: 'Решить заново' }).click();
  await card.getByRole('button', { name: 'Применить снова' }).click();
  await expect(card).toHaveCount(0);
  await expect(writers(igor)).toHaveValue('admins');
  await expect(writers(elena)).toHaveValue('admins', AFTER_OUTAGE);
});

/** By a part of the chat's name, in the list of all chats of the school. */
async function find(admin: StoryPerson, words: string): Promise<void> {
  await admin.page.getByRole('link', { name: 'Школа' }).click();
  await admin.page.getByRole('searchbox', { name: 'Найти человека или чат' }).fill(words);
  await admin.page.getByRole('link', { name: /^Родители 7А \d/ }).click();
  await expect(writers(admin)).toBeEnabled(AFTER_OUTAGE);
}

function writers(admin: StoryPerson) {
  return admin.page.getByRole('combobox', { name: 'Писать сообщения' });
}
