/** The list of papers: what the school knows of, not only what this device has read. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { StoryPaper } from '../support/story-paper.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test.use({ history: { chat: '7a', count: 600, paper: 'Правила класса' } });

test('[R448] a paper of long ago is listed on a new device, opens, and is listed without a network', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const listed = masha.page.getByRole('link', { name: /Правила класса.*7А/ });
  await masha.page.getByRole('link', { name: 'Документы' }).click();
  await expect(listed).toBeVisible(AFTER_OUTAGE);
  await listed.click();
  await expect(masha.page.getByRole('heading', { name: 'Правила класса', level: 1 })).toBeVisible();
  await masha.loseNetwork();
  await masha.page.goto(new URL('/papers', masha.page.url()).href);
  await expect(listed).toBeVisible();

  const dima = await people.comeIn('dima');
  const answered = dima.page.waitForResponse(/\/api\/papers$/);
  await dima.page.getByRole('link', { name: 'Документы' }).click();
  expect(await (await answered).json()).toEqual({ papers: [] });
  await expect(dima.page.getByText('Документов пока нет')).toBeVisible();
});

test('[R454] an address of the app in a message and the card of a paper open within the page', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  const { page } = anna;
  await anna.open('Учительская');
  await new StoryPaper(anna).make('Педсовет');
  const paper = page.url();
  await page.goBack();
  await anna.say(`Повестка: ${paper}`);
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await anna.log.getByRole('link', { name: paper }).click();
  await expect(page).toHaveURL(paper);
  await page.goBack();
  await anna.log.getByRole('link', { name: /^Педсовет/ }).click();
  await expect(page).toHaveURL(paper);
  expect(loads).toBe(0);
});

test('[R870] a paper that Anna Petrovna shares once more is a card in the chat and a title in the list', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  const { page } = anna;
  await anna.open('Учительская');
  await new StoryPaper(anna).make('Педсовет');
  await page.getByRole('button', { name: 'Доступ и название' }).click();
  await page.getByRole('button', { name: 'Отправить в чат ещё раз' }).click();
  await expect(page.getByText('Отправлено в чат')).toBeVisible();
  await page.getByRole('link', { name: 'К чату' }).click();
  const cards = anna.log.getByRole('link', { name: /^Педсовет/ });
  await expect(cards).toHaveCount(2);
  await expect(anna.log.getByText('/papers/')).toHaveCount(0);
  await expect(anna.chatLink('Учительская').first()).toContainText('Документ: Педсовет');
  await cards.last().click();
  await expect(page.getByRole('heading', { name: 'Педсовет', level: 1 })).toBeVisible();
});
