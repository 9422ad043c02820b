/** A paper on a phone: Masha opens it from the chat, writes on the bus without a network, and Anna Petrovna reads it. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { fitsThePhone, StoryPaper } from '../support/story-paper.ts';

test('[R263] with one hand: a paper is opened from the chat, written in without a network, marked until it is sent, and read by the teacher', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const hers = new StoryPaper(anna);
  await hers.make('Поход', 'Палатки берёт Игорь Сергеевич.', 'Кто что несёт?');
  const masha = await people.comeIn('masha');
  await masha.isStoredWhole();
  await masha.chatLink('7А').tap();
  await masha.log.getByText('Поход').tap();
  const mashas = new StoryPaper(masha);
  await mashas.reads('Кто что несёт?');
  await fitsThePhone(masha.page);

  await masha.loseNetwork();
  await tapBehind(mashas, 'Кто что несёт?');
  await masha.page.keyboard.insertText(' Я несу чай.');
  await masha.page.getByRole('button', { name: 'Список', exact: true }).tap();
  const marked = masha.page.locator('.paper-unsynced');
  await expect(marked).toContainText(['Кто что несёт? Я несу чай.']);
  const kept = masha.page.getByTitle('Правки сохранены на этом устройстве и уйдут сами');
  await expect(kept).toBeVisible();
  await masha.page.reload();
  await mashas.reads('Я несу чай.');
  await expect(mashas.text.getByRole('listitem')).toContainText(['Кто что несёт? Я несу чай.']);
  await expect(marked).toContainText(['Кто что несёт? Я несу чай.']);
  await expect(kept).toBeVisible();
  await fitsThePhone(masha.page);
  await expect(hers.text).not.toContainText('чай');

  await masha.findNetwork();
  await hers.reads('Я несу чай.');
  await expect(hers.text.getByRole('listitem')).toContainText(['Кто что несёт? Я несу чай.']);
  await mashas.isSaved();
  await expect(marked).toHaveCount(0);
  await masha.page.getByRole('link', { name: 'К чату' }).tap();
  await expect(masha.composer).toBeVisible();
});

test('[R263] the versions of a paper fit a phone: the list, then the text as it was, then back', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const hers = new StoryPaper(anna);
  await hers.make('План', 'Понедельник: музей.');
  await hers.text.tap();
  await anna.page.keyboard.press('Control+A');
  await anna.page.keyboard.insertText('Нет плана');
  await hers.isSaved();
  await hers.versions.tap();
  await expect(hers.listed).toHaveCount(1);
  await fitsThePhone(anna.page);
  await hers.listed.tap();
  await expect(hers.listed).toBeHidden();
  await expect(hers.asItWas).toContainText('Нет плана');
  await fitsThePhone(anna.page);
  await anna.page.getByRole('link', { name: 'К списку версий' }).tap();
  await expect(hers.listed).toBeVisible();
  await anna.page.getByRole('link', { name: 'К документу' }).tap();
  await hers.reads('Нет плана');
});

/** A finger puts the caret into the words; the keys of the screen's keyboard then move it to their end. */
async function tapBehind(paper: StoryPaper, words: string): Promise<void> {
  await paper.text.locator('p').filter({ hasText: words }).tap();
  await paper.page.keyboard.press('End');
}

test('[R866] «back» in a paper leads where Masha came from: to the list, or to the chat', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await new StoryPaper(anna).make('Список в поход', 'Палатка');
  const masha = await people.comeIn('masha');
  const { page } = masha;
  await page.getByRole('link', { name: 'Документы' }).tap();
  await page.getByRole('link', { name: /^Список в поход/ }).tap();
  await expect(page.getByRole('heading', { name: 'Список в поход', level: 1 })).toBeVisible();
  const toList = page.getByRole('link', { name: 'К документам' });
  // Where the text is not here yet there is one more, under the words that say so.
  await expect(toList).toHaveCount(1);
  await page.reload();
  await toList.first().tap();
  await expect(page).toHaveURL(/\/papers$/);

  await page.getByRole('link', { name: /^Список в поход/ }).tap();
  await page.getByRole('link', { name: '7А', exact: true }).tap();
  await expect(masha.composer).toBeVisible();
  await masha.log.getByRole('link', { name: /^Список в поход/ }).tap();
  await page.getByRole('link', { name: 'К чату' }).first().tap();
  await expect(masha.composer).toBeVisible();
});

test('[R871] on a phone a button that is always seen unfolds all tools of a paper', async ({ people }) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const paper = new StoryPaper(anna);
  await paper.make('Дела', 'Купить билеты');
  const { page } = anna;
  await page.getByRole('button', { name: 'Все инструменты' }).tap();
  for (const name of ['Отменить', 'Жирный', 'Список дел', 'Таблица', 'Черта'])
    await expect(page.getByRole('toolbar').getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  // The words keep the caret.
  await page.getByRole('button', { name: 'Список дел' }).tap();
  await expect(paper.text.getByRole('checkbox')).toBeVisible();
  await expect(paper.text).toBeFocused();
  await fitsThePhone(page);
  await page.getByRole('button', { name: 'Свернуть инструменты' }).tap();
  await expect(page.getByRole('button', { name: 'Черта' })).not.toBeInViewport();
});

test('[R873] a paper without a word says where to begin, and what is gone has a button back', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const paper = new StoryPaper(anna);
  await paper.make('Пустой');
  const { page } = anna;
  const hint = () =>
    paper.text
      .locator('p')
      .evaluate((line) => getComputedStyle(line, '::before').content.replaceAll('"', ''));
  expect(await hint()).toBe('Начните писать…');
  await page.keyboard.type('Дела');
  await expect.poll(hint).toBe('none');

  await page.setViewportSize({ width: 1280, height: 740 });
  for (const [path, back] of [
    ['/papers/nothing', 'К документам'],
    ['/school/people/nobody', 'К школе'],
    ['/school/chats/nothing', 'К школе'],
  ] as const) {
    await page.goto(new URL(path, page.url()).href);
    await expect(page.getByRole('link', { name: back }).filter({ hasText: back })).toBeVisible();
  }
});
