/** The school's own acts in browsers: what comes back to an administrator who is none any more, and what a class teacher runs. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R475] Igor Lvovich decides offline and is demoted meanwhile: his act comes back with the rule, until he lets go of it', async ({
  people,
}) => {
  const igor = await people.comeIn('igor');
  const elena = await people.comeIn('elena');
  await igor.openPerson('Котова Маша');
  await igor.loseNetwork();
  await igor.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('учитель');
  await expect(igor.page.getByText('Ждёт отправки.')).toBeVisible();
  await elena.openPerson('Белов Игорь Львович');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('учитель');
  await elena.page.getByRole('button', { name: 'Сменить роль' }).click();
  await expect(elena.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);

  await igor.findNetwork();
  const card = igor.page
    .getByRole('list', { name: 'Изменение прав не принято' })
    .getByRole('listitem')
    .filter({ hasText: 'Роль: Котова Маша, ученик → учитель' });
  await expect(card).toBeVisible(AFTER_OUTAGE);
  await expect(card).toContainText('Это могут только администраторы.');
  await expect(card).toContainText('Это может изменить администратор школы.');
  await expect(card.getByRole('link', { name: 'Решить заново' })).toHaveCount(0);
  await expect(igor.page.getByRole('link', { name: /Школа/ }).getByText('Не принято: 1')).toBeAttached();
  await expect(igor.page.getByRole('combobox', { name: 'Роль в школе' })).toHaveCount(0);

  // It stays over a reload and is told wherever he is.
  await igor.page.goto(new URL('/chats', igor.page.url()).href);
  await igor.page.getByRole('status').getByRole('link', { name: 'Не принято: 1' }).click();
  await expect(card).toBeVisible();
  await igor.page.goto(new URL('/settings', igor.page.url()).href);
  await igor.page.getByRole('radio', { name: 'English' }).check();
  await igor.page.getByRole('link', { name: /^School/ }).click();
  const english = igor.page.getByRole('list', { name: 'Change of rights not accepted' });
  await expect(english).toContainText('Role: Котова Маша, pupil → teacher');
  await expect(english).toContainText('Only administrators may do this.');
  await english.getByRole('button', { name: 'Remove' }).click();
  await expect(english).toHaveCount(0);
  await expect(igor.page.getByText('Not accepted: 1')).toHaveCount(0);
  await elena.openPerson('Котова Маша');
  await expect(elena.page.getByRole('combobox', { name: 'Роль в школе' })).toHaveValue('student');
});

test('[R476] Anna Petrovna runs her class: a pupil leaves it, its chat falls quiet; nothing else is hers, and Masha sees no such page', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const loaded: string[] = [];
  masha.page.on('request', (request) => loaded.push(request.url()));
  await masha.open('7А');
  const petya = await people.comeIn('petya');
  await expect(petya.chatLink('7А')).toBeVisible();
  const anna = await people.comeIn('anna');

  await anna.page.getByRole('link', { name: 'Школа' }).click();
  await expect(anna.page.getByRole('link', { name: /Громов Петя/ })).toBeVisible();
  for (const other of [/Зимин Дима/, /Белов Игорь/, /Смирнова Анна/])
    await expect(anna.page.getByRole('link', { name: other })).toHaveCount(0);
  await anna.page.locator('summary', { hasText: 'Права в чатах' }).click();
  for (const other of [/^7Б \d/, /^Объявления \d/, /^Учительская \d/])
    await expect(anna.page.getByRole('link', { name: other })).toHaveCount(0);

  await anna.page.getByRole('link', { name: /^7А \d/ }).click();
  const writing = anna.page.getByRole('combobox', { name: 'Писать сообщения' });
  await expect(writing).toBeEnabled(AFTER_OUTAGE);
  await expect(writing.getByRole('option')).toHaveText(['все участники', 'сотрудники школы', /./]);
  await expect(writing.getByRole('option', { name: 'администраторы', exact: true })).toHaveCount(0);
  await writing.selectOption('сотрудники школы');
  await expect(anna.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await expect(masha.composer).toHaveCount(0);

  await anna.page.getByRole('link', { name: /Громов Петя/ }).click();
  await expect(anna.page.getByRole('combobox', { name: 'Роль в школе' })).toHaveCount(0);
  const membership = anna.page.getByRole('combobox', { name: 'В классе «7А»' });
  await expect(membership).toBeEnabled(AFTER_OUTAGE);
  await membership.selectOption('не состоит');
  await expect(anna.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await expect(petya.chatLink('7А')).toHaveCount(0);
  await membership.selectOption('ученик');
  await expect(petya.chatLink('7А')).toBeVisible(AFTER_OUTAGE);

  await masha.page.getByRole('link', { name: 'Школа' }).click();
  await expect(masha.page.getByText('Громов Петя')).toBeVisible();
  await expect(masha.page.getByRole('link', { name: /Громов Петя/ })).toHaveCount(0);
  await masha.page.goto(new URL('/school/people/petya', masha.page.url()).href);
  await expect(
    masha.page.getByText('Роль в школе меняет администратор, а состав класса ещё и классный руководитель.'),
  ).toBeVisible();
  expect(loaded.filter((url) => /automerge|[.]wasm/.test(url))).toEqual([]);
  expect([...new Set(loaded.map((url) => new URL(url).origin))]).toEqual([new URL(masha.page.url()).origin]);
});
