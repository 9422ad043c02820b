/** A walk through the app with one hand: Masha on a phone, Anna Petrovna on hers. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test('[R714] sign in, read, answer, react, edit, delete for all, pin, and back: all of it fits a phone', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Завтра экскурсия');
  await anna.say('Сбор в девять у школы');

  await expect(masha.chatLink('7А')).toContainText('Сбор в девять у школы');
  await expect(masha.chatLink('7А').getByText('2 непрочитанных сообщения')).toBeAttached();
  await expect(masha.page).toHaveTitle(/^\(2\)/);
  await fitsThePhone(masha);
  await masha.chatLink('7А').tap();
  await expect(masha.page.getByText('Новые')).toBeVisible();
  await expect(masha.page.getByRole('navigation', { name: 'Разделы' })).toBeHidden();
  await anna.seesState('Сбор в девять у школы', 'Прочитано');

  await masha.choose('Сбор в девять у школы', 'Ответить');
  await masha.say('Я приду');
  await expect(anna.message('Я приду').getByRole('button', { name: /Сбор в девять у школы/ })).toBeVisible();
  await masha.choose('Завтра экскурсия', 'Реакция 👍');
  await expect(anna.message('Завтра экскурсия').getByRole('button', { name: '👍: 1 человек' })).toBeVisible();
  await masha.message('Завтра экскурсия').getByRole('button', { name: '👍: 1 человек' }).tap();
  await expect(anna.message('Завтра экскурсия').getByRole('button', { name: /👍/ })).toHaveCount(0);

  await masha.choose('Я приду', 'Изменить');
  await expect(masha.composer).toHaveValue('Я приду');
  await masha.composer.fill('Я приду с мамой');
  await masha.page.getByRole('button', { name: 'Сохранить' }).tap();
  await expect(anna.message('Я приду с мамой').getByText('изменено')).toBeVisible();

  await masha.say('Ой, не туда');
  await expect(anna.message('Ой, не туда')).toBeVisible();
  await masha.choose('Ой, не туда', 'Удалить у всех');
  await masha.page.getByRole('dialog').getByRole('button', { name: 'Удалить у всех' }).tap();
  await expect(masha.message('Ой, не туда')).toHaveCount(0);
  await expect(anna.message('Ой, не туда')).toHaveCount(0);

  await masha.longPress('Завтра экскурсия');
  const menu = masha.page.getByRole('dialog', { name: 'Действия с сообщением' });
  await expect(menu).toBeVisible();
  await expect(menu.getByRole('button', { name: 'Закрепить' })).toHaveCount(0);
  await masha.page.keyboard.press('Escape');
  await anna.choose('Сбор в девять у школы', 'Закрепить');
  const pinned = masha.page.getByRole('button', { name: /Закреплённое сообщение/ });
  await expect(pinned).toContainText('Сбор в девять у школы');
  await pinned.tap();
  await expect(masha.message('Сбор в девять у школы')).toBeInViewport();
  await fitsThePhone(masha);

  // A finger's Enter begins a line; only the button sends.
  await masha.composer.tap();
  await masha.composer.pressSequentially('Первая строка\nвторая');
  await expect(masha.composer).toHaveValue('Первая строка\nвторая');
  await masha.page.getByRole('button', { name: 'Отправить' }).tap();
  await expect(anna.message('вторая')).toBeVisible();

  await masha.page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await expect(masha.page.getByRole('navigation', { name: 'Разделы' })).toBeVisible();
  await anna.say('Не забудьте воду');
  await expect(masha.chatLink('7А').getByText('1 непрочитанное сообщение')).toBeAttached(AFTER_OUTAGE);
});

test('[R715] the same app in English: every screen of the walk speaks it', async ({ people }) => {
  const masha = await people.comeIn('masha');
  await masha.page.getByRole('link', { name: 'Настройки' }).tap();
  await masha.page.getByRole('radio', { name: 'English' }).check();
  await expect(masha.page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(masha.page.locator('html')).toHaveAttribute('lang', 'en');
  await speaksEnglish(masha);
  for (const [place, title] of [
    ['School', 'Школа № 7'],
    ['Papers', 'Papers'],
    ['Chats', 'Chats'],
  ] as const) {
    await masha.page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: place }).tap();
    await expect(masha.page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
    await fitsThePhone(masha);
  }
  await masha.chatLink('7А').tap();
  await masha.page.getByRole('textbox', { name: 'Message' }).fill('Hello');
  await masha.page.getByRole('button', { name: 'Send' }).tap();
  await expect(masha.message('Hello')).toHaveAccessibleName(/^you, Hello, .*(Sent|Queued)$/);
  await masha.message('Hello').tap();
  await expect(
    masha.page.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }),
  ).toBeVisible();
});

async function fitsThePhone(person: StoryPerson): Promise<void> {
  const over = await person.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBe(0);
}

/** No Russian word stands on the page but names that people gave. */
async function speaksEnglish(person: StoryPerson): Promise<void> {
  const text = await person.page.locator('body').innerText();
  const russian = text.match(/[а-яё]{3,}/gi) ?? [];
  expect(russian.filter((word) => !['Русский', 'Маша', 'Котова'].includes(word))).toEqual([]);
}
