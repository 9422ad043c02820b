/** A chat that hides its history: Anna Petrovna sets it, and Petya, who comes back into the class, begins where he joined. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R387] Anna Petrovna hides what was written before; Petya comes into the class anew and is told where he begins', async ({
  people,
}) => {
  const petya = await people.comeIn('petya');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Разговор до него');
  await anna.act('Разговор до него', 'Закрепить');
  await petya.open('7А');
  await expect(petya.message('Разговор до него')).toBeVisible();
  const pinned = petya.page.getByText('Закреплённое сообщение');
  await expect(pinned).toBeVisible();

  await anna.page.getByRole('link', { name: 'Школа' }).click();
  await anna.page.locator('summary', { hasText: 'Права в чатах' }).click();
  await anna.page.getByRole('link', { name: /^7А \d/ }).click();
  const hides = anna.page.getByRole('switch', { name: /Новые участники не видят прежние сообщения/ });
  await expect(hides).toBeEnabled(AFTER_OUTAGE);
  await hides.check();
  await expect(anna.page.getByText('Ждёт отправки.')).toHaveCount(0, AFTER_OUTAGE);
  await expect(petya.message('Разговор до него')).toBeVisible();

  await anna.page.getByRole('link', { name: /Громов Петя/ }).click();
  const membership = anna.page.getByRole('combobox', { name: 'В классе «7А»' });
  await expect(membership).toBeEnabled(AFTER_OUTAGE);
  await membership.selectOption('не состоит');
  await expect(petya.chatLink('7А')).toHaveCount(0);
  await petya.open('Объявления');
  await membership.selectOption('ученик');
  await expect(petya.chatLink('7А')).toBeVisible(AFTER_OUTAGE);

  await petya.open('7А');
  const begins = petya.page.getByText('Вы вошли в чат здесь.');
  await expect(petya.page.getByText('Нового пока нет')).toBeVisible(AFTER_OUTAGE);
  await expect(petya.page.getByText('Что писали до вас')).toBeVisible();
  await expect(petya.page.getByText('Разговор до него')).toHaveCount(0);
  await anna.page.getByRole('link', { name: 'Чаты' }).click();
  await anna.open('7А');
  await anna.say('С возвращением');
  await expect(petya.message('С возвращением')).toBeVisible();
  await expect(begins).toBeVisible();
  await expect(pinned).toHaveCount(0);
  await expect(anna.message('Разговор до него')).toBeVisible();
  await petya.page.reload();
  await expect(petya.message('С возвращением')).toBeVisible();
  await expect(begins).toBeVisible();
  await expect(petya.page.getByText('Разговор до него')).toHaveCount(0);
});
