/** What a phone of 360 pixels shows whole, and what a finger can hit. */
import { expect, type Locator, type Page } from '@playwright/test';
import { test } from '../support/story.ts';
import { StoryPaper } from '../support/story-paper.ts';

const TITLE = 'План экскурсии в планетарий';

test('[R775] the title of a paper is read whole on its card, over the paper and in the list', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await new StoryPaper(anna).make(TITLE, 'Сбор в девять.');
  await isWhole(anna.page.getByRole('heading', { name: TITLE, level: 1 }));
  await anna.page.getByRole('link', { name: 'К чату' }).tap();
  await isWhole(anna.log.getByText(TITLE));
  await anna.page.goBack();
  await anna.page.goto(new URL('/papers', anna.page.url()).href);
  await isWhole(anna.page.getByRole('link', { name: TITLE }).getByText(TITLE));
});

test('[R776] who can change what was refused is named as the chat has them: where no class is, no class teacher', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  await onlyStaffWrite(elena.page, 'Объявления');
  await onlyStaffWrite(elena.page, '7А');
  const masha = await people.comeIn('masha');
  await masha.chatLink('Объявления').tap();
  await expect(masha.page.getByText('В этом чате вы можете только читать.')).toContainText(
    'Это может изменить администратор школы.',
  );
  await masha.page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await masha.chatLink('7А').tap();
  await expect(masha.page.getByText('В этом чате вы можете только читать.')).toContainText(
    'Это могут изменить классный руководитель или администратор.',
  );
});

test('[R496] in a talk of two Masha sees in the list which last words are hers', async ({ people }) => {
  const masha = await people.comeIn('masha');
  const olga = await people.comeIn('olga');
  await masha.chatLink('Ольга').tap();
  await masha.say('Мам, заберёшь меня?');
  await olga.chatLink('Маша').tap();
  await expect(olga.message('заберёшь')).toBeVisible();
  await olga.page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await masha.page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await expect(masha.chatLink('Ольга')).toContainText('Вы: Мам, заберёшь меня?');
  await expect(olga.chatLink('Маша')).toContainText('Мам, заберёшь меня?');
  await expect(olga.chatLink('Маша')).not.toContainText('Вы:');
});

test('[R791] who reads no Russian finds English before the door, and the way back', async ({
  page,
  school,
}) => {
  const used = `/in#${'x'.repeat(43)}`;
  for (const path of ['/in', '/no/such/page', used]) {
    await page.goto(school.origin + path);
    await page.getByRole('button', { name: 'English' }).tap();
    await expect(
      page.getByRole('heading', { name: /^(Sign in with a link|There is no such page)$/ }),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Русский' }).tap();
    await expect(page.getByRole('heading', { name: /^(Вход по ссылке|Такой страницы нет)$/ })).toBeVisible();
  }
});

test('[R777] what a finger chooses is 44 pixels high: reactions, tools and tasks of a paper, settings, classes', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Кто идёт в музей?');
  const masha = await people.comeIn('masha');
  await masha.chatLink('7А').tap();
  await masha.choose('Кто идёт в музей?', 'Реакция 👍');
  await isHit(masha.log.getByRole('button', { name: /👍/ }));

  const paper = new StoryPaper(anna);
  await paper.make('Дела', 'Купить билеты');
  await anna.page.getByRole('button', { name: 'Список дел' }).tap();
  await isHit(anna.page.getByRole('button', { name: 'Жирный' }).first());
  await isHit(paper.text.getByRole('checkbox'), 24);

  await anna.page.goto(new URL('/settings', anna.page.url()).href);
  await isHit(anna.page.getByRole('radio', { name: 'English' }));
  await anna.page.getByRole('link', { name: 'Школа' }).tap();
  await isHit(anna.page.getByRole('button', { name: /^7А/ }));
});

test('[R793] who may do what in a chat is read whole on a phone, and a finger chooses it', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  const { page } = elena;
  await openRights(page, '7А');
  const pinning = page.getByRole('combobox', { name: 'Закреплять сообщения' });
  await pinning.selectOption('классный руководитель и администраторы');
  await expect(page.getByText('Действует.')).toBeVisible();
  const words = page.locator('label', { hasText: 'Закреплять сообщения' }).locator('[data-chosen]');
  await expect(words).toHaveText('классный руководитель и администраторы');
  await isWhole(words);
  await expect(words).toBeInViewport({ ratio: 1 });
  await isHit(pinning, 100);
});

test('[R794] in the staff room, where no class teacher leads, no right names one', async ({ people }) => {
  const elena = await people.comeIn('elena');
  const { page } = elena;
  await elena.chatLink('Учительская').tap();
  await page
    .getByRole('link', { name: /О чате/ })
    .first()
    .tap();
  const read = page.locator('div', {
    has: page.getByRole('term').filter({ hasText: 'Удалять чужие сообщения' }),
  });
  await expect(read.last().getByRole('definition')).toHaveText('администраторы');
  await page.goto(new URL('/chats', page.url()).href);

  await openRights(page, 'Учительская');
  const deleting = page.locator('label', { hasText: 'Удалять чужие сообщения' });
  await expect(deleting.locator('[data-chosen]')).toHaveText('администраторы');
  await expect(page.getByRole('option', { name: 'администраторы' })).toHaveCount(5);
  await expect(page.getByRole('option', { name: /классный руководитель/ })).toHaveCount(0);
  await deleting.getByRole('combobox').selectOption('никто');
  await expect(page.getByText('Действует.')).toBeVisible();
  await deleting.getByRole('combobox').selectOption('администраторы');
  await expect(deleting.getByRole('combobox')).toHaveValue('admins');
});

async function openRights(page: Page, chat: string): Promise<void> {
  await page.getByRole('link', { name: 'Школа' }).tap();
  const rights = page.getByRole('link', { name: new RegExp(`^${chat} ?\\d`) });
  if (!(await rights.isVisible())) await page.locator('summary', { hasText: 'Права в чатах' }).tap();
  await rights.tap();
}

async function onlyStaffWrite(page: Page, chat: string): Promise<void> {
  await openRights(page, chat);
  await page.getByRole('combobox', { name: 'Писать сообщения' }).selectOption('сотрудники школы');
  await expect(page.getByText('Действует.')).toBeVisible();
  await page.getByRole('link', { name: 'Назад к школе' }).tap();
}

/** No letter is behind an edge or an ellipsis. */
async function isWhole(words: Locator): Promise<void> {
  await expect(words).toBeVisible();
  const hidden = () =>
    words.evaluate((box) => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]);
  await expect.poll(hidden).toEqual([0, 0]);
}

/** A finger 22 pixels above or below the middle, or beside it, still hits this and nothing else. */
async function isHit(what: Locator, across = 44): Promise<void> {
  await what.scrollIntoViewIfNeeded();
  const missed = await what.evaluate(
    (control, reach) => {
      const { x, y, width, height } = control.getBoundingClientRect();
      const middle = { x: x + width / 2, y: y + height / 2 };
      const points = [
        [0, -21.9],
        [0, 21.9],
        [reach, 0],
        [-reach, 0],
      ] as const;
      return points.filter(([dx, dy]) => {
        const hit = document.elementFromPoint(middle.x + dx, middle.y + dy);
        const label = hit?.closest('label');
        return !(hit && (control.contains(hit) || label?.contains(control)));
      });
    },
    across / 2 - 1,
  );
  expect(missed).toEqual([]);
}

test('[R872] at twice the text size the names of chats, papers and people are read whole, in a list and over a page', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  const { page } = elena;
  await elena.chatLink('Учительская').tap();
  await new StoryPaper(elena).make('План похода');
  await page.setViewportSize({ width: 180, height: 370 });
  await page.reload();
  await isWhole(page.getByRole('heading', { name: 'План похода', level: 1 }));
  await page.getByRole('link', { name: 'К чату' }).tap();
  await isWhole(page.getByRole('heading', { name: 'Учительская', level: 1 }));
  await page.getByRole('link', { name: 'Назад к чатам' }).tap();
  await isWhole(elena.chatLink('Учительская').getByText('Учительская'));
  await page.goto(new URL('/school/people/masha', page.url()).href);
  await isWhole(page.getByRole('heading', { name: 'Котова Маша', level: 1 }));
});
