/** The head of a page on a phone: what is not sent stays in sight, and every page has a name. */

import { expect, type Locator } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R730] in an open chat the number of what is not sent is in sight, on a phone of 360 pixels and at twice the text size', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Я уже выхожу');
  await masha.say('Буду через десять минут');
  const count = masha.page.getByText('Не отправлено: 2.');
  await isInSight(count);
  await isInSight(masha.page.getByRole('status').getByText('Нет сети.', { exact: true }));
  // Half the width for the same letters: what a phone shows at 200 %.
  await masha.page.setViewportSize({ width: 180, height: 370 });
  await isInSight(count);
});

test('[R731] every page of a phone names itself: a heading of the first level, and the title of the window', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  const names = async (heading: string | RegExp, title: string) => {
    await expect(elena.page.getByRole('heading', { level: 1 })).toHaveText(heading);
    await expect(elena.page).toHaveTitle(new RegExp(`^(\\(\\d+\\) )?${title} · Парта$`));
  };
  await names('Чаты', 'Чаты');
  await elena.open('Учительская');
  await names('Учительская', 'Учительская');
  await elena.page.getByRole('link', { name: /О чате/ }).tap();
  await names('О чате', 'Учительская');
  await elena.page.getByRole('link', { name: 'Назад к чату' }).tap();
  await elena.page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await elena.page.getByRole('link', { name: 'Документы' }).tap();
  await names('Документы', 'Документы');
  await elena.openRightsOf('7А');
  await names('7А', 'Школа');
  await elena.page.getByRole('link', { name: 'Настройки' }).tap();
  await names('Настройки', 'Настройки');
  await elena.page.goto(new URL('/nothing/here', elena.page.url()).href);
  await names('Такой страницы нет', 'Такой страницы нет');
});

test('[R732] what waits to be sent is said beside what was changed, where the finger is', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  await elena.openRightsOf('7А');
  await elena.loseNetwork();
  await elena.page.getByRole('switch', { name: /Новые участники не видят прежние сообщения/ }).tap();
  const waits = elena.page.getByText('Ждёт отправки. Начнёт действовать, когда школа примет изменение.');
  await isInSight(waits);
  await elena.findNetwork();
  await expect(waits).toHaveCount(0, AFTER_OUTAGE);
});

test('[R730] beside the tools of a paper the word of the line is short and whole', async ({ people }) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.page.getByRole('button', { name: 'Новый документ' }).tap();
  await anna.page.getByRole('textbox', { name: 'Название' }).fill('План поездки в планетарий');
  await anna.page.getByRole('button', { name: 'Создать документ' }).tap();
  await expect(anna.page.getByTitle('Сохранено')).toBeVisible(AFTER_OUTAGE);
  await anna.loseNetwork();
  await isInSight(anna.page.getByRole('status').getByText('Нет сети.', { exact: true }));
});

/** Drawn whole: not cut by the window or by a box that hides what does not fit. */
async function isInSight(words: Locator): Promise<void> {
  await expect(words).toBeInViewport({ ratio: 1 });
  const isWhole = () =>
    words.evaluate((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const corners = [
        [left + 1, top + 2],
        [right - 1, bottom - 2],
      ] as const;
      return (
        element.scrollWidth <= element.clientWidth + 1 &&
        corners.every(([x, y]) => element.contains(document.elementFromPoint(x, y)))
      );
    });
  await expect.poll(isWhole).toBe(true);
}
