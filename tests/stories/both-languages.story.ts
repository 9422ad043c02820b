/** What was refused, lost or stayed unfinished, and who runs a class: seen in both languages, heard, and walked by keyboard. */

import { expect, type Locator } from '@playwright/test';
import { NAMES } from '#server/registry/school.fixture.ts';
import { holdsNoBarrier } from '../support/barriers.ts';
import { test } from '../support/story.ts';
import { StoryPaper } from '../support/story-paper.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
/** What people and places of this school are called, and the name of the other language. */
const GIVEN = new Set(
  `${Object.values(NAMES).join(' ')} Русский Школа Родители Объявления Учительская`.split(' '),
);

test('[R773] [R774] unfinished and refused words of a chat that one may only read, and who has read, hold no barrier in either language', async ({
  people,
}) => {
  const masha = await people.comeIn('masha', PHONE);
  const anna = await people.comeIn('anna', PHONE);
  const elena = await people.comeIn('elena');
  await masha.open('7А');
  await anna.open('7А');
  await anna.say('Excursion on Friday');
  await masha.sees('Excursion on Friday');
  await anna.seesState('Excursion on Friday', 'Прочитано');
  await elena.openRightsOf('7А');
  await masha.loseNetwork();
  await masha.say('May I bring a friend?');
  await masha.composer.fill('And one more thing');
  await elena.page.getByRole('combobox', { name: 'Писать сообщения' }).selectOption('сотрудники школы');
  await expect(elena.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await masha.findNetwork();
  await expect(masha.refused('May I bring a friend?')).toBeVisible(AFTER_OUTAGE);
  await inBothLanguages(masha, async (m) => {
    await expect(masha.page.getByRole('list', { name: m('Недописанное', 'Unfinished') })).toBeVisible();
    await expect(masha.page.getByRole('list', { name: m('Не принято', 'Not accepted') })).toBeVisible();
  });
  // Putting one away leads to the next, and the last one back to the chat.
  const put = masha.page.getByRole('button', { name: 'Убрать' });
  for (const left of [1, 0]) {
    await put.first().focus();
    await masha.page.keyboard.press('Enter');
    await expect(put).toHaveCount(left);
    expect(await focusIsLost(masha)).toBe(false);
  }

  await inBothLanguages(anna, async (m) => {
    const message = anna.message('Excursion on Friday');
    await message.focus();
    await anna.page.keyboard.press('Enter');
    const menu = anna.page.getByRole('dialog', { name: m('Действия с сообщением', 'Message actions') });
    const count = menu.getByText(m(/^Прочитали 1 из 2/, /^Read by 1 of 2/));
    await expect(count).toBeVisible(AFTER_OUTAGE);
    await menu.locator('summary').focus();
    await anna.page.keyboard.press('Enter');
    await expect(menu.getByRole('listitem')).toHaveText([/^Котова Маша/]);
    await holdsNoBarrier(anna.page);
    await anna.page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
    await expect(message).toBeFocused();
  });
});

test('[R262] [R773] a copy of a paper that is gone, and its row in the list, hold no barrier in either language', async ({
  people,
}) => {
  const anna = await people.comeIn('anna', PHONE);
  const elena = await people.comeIn('elena');
  await anna.open('Учительская');
  const paper = new StoryPaper(anna);
  await paper.make('Plan', 'Lesson one.');
  const { page } = anna;
  const address = page.url();
  await anna.loseNetwork();
  await paper.typeAfter('Lesson one.', ' Lesson two.');
  await expect(page.getByTitle('Правки сохранены на этом устройстве')).toBeVisible();
  // What the school keeps is out of reach, and that is said while own words wait.
  await page.goto(`${address}/versions`);
  await expect(page.getByText('Сейчас версии не посмотреть')).toBeVisible();
  await page.goto(address);
  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(elena.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await anna.findNetwork();
  await expect(page.getByRole('region', { name: /Ваша копия/ })).toBeVisible(AFTER_OUTAGE);
  await inBothLanguages(anna, async (m) => {
    const copy = page.getByRole('region', { name: m(/^Ваша копия/, /^Your copy/) });
    await copy.getByRole('button', { name: m('Показать копию', 'Show the copy') }).click();
    await expect(copy).toContainText('Lesson one. Lesson two.');
    const drop = copy.getByRole('button', { name: m('Убрать копию', 'Remove the copy') });
    await drop.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await holdsNoBarrier(page);
    await page.keyboard.press('Escape');
    await expect(drop).toBeFocused();
  });
  await page.goto(new URL('/papers', page.url()).href);
  await inBothLanguages(anna, async (m) => {
    await expect(page.getByRole('link', { name: /^Plan/ })).toContainText(
      m('Ваш текст, который не приняли', 'Your text that was not accepted'),
    );
  });
});

test('[R770] [R773] [R774] a refused change of the school, a class teacher’s pages and those of others say what they are, lead back and hold no barrier in either language', async ({
  people,
}) => {
  const igor = await people.comeIn('igor', PHONE);
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
  // The page that he has before him stays Masha's, and says who changes her now.
  await expect(igor.page.getByText('Роль в школе меняет администратор')).toBeVisible(AFTER_OUTAGE);
  await readsOnly(igor, 'Котова Маша');
  await igor.page.getByRole('link', { name: 'Назад к школе' }).tap();
  const cards = igor.page.getByRole('list', { name: 'Изменение прав не принято' });
  await expect(cards).toBeVisible(AFTER_OUTAGE);
  await inBothLanguages(igor, async (m) => {
    await expect(
      igor.page.getByText(m('Изменение прав не принято', 'Change of rights not accepted')),
    ).toBeVisible();
  });
  await cards.getByRole('button', { name: 'Убрать' }).focus();
  await igor.page.keyboard.press('Enter');
  await expect(cards).toHaveCount(0);
  expect(await focusIsLost(igor)).toBe(false);

  const anna = await people.comeIn('anna', PHONE);
  for (const place of ['/school', '/school/people/petya', '/school/chats/7a']) {
    await anna.page.goto(new URL(place, anna.page.url()).href);
    await inBothLanguages(anna, async () => {
      if (place !== '/school')
        await expect(anna.page.getByRole('combobox').first()).toBeEnabled(AFTER_OUTAGE);
    });
  }
  for (const [place, heading] of [
    ['/school/people/igor', 'Белов Игорь Львович'],
    ['/school/chats/7b', '7Б'],
    ['/school/people/nobody', 'Школа'],
    ['/school/chats/nothing', 'Чат'],
    ['/chats/nothing', 'Чат'],
  ] as const) {
    await anna.page.goto(new URL(place, anna.page.url()).href);
    await readsOnly(anna, heading);
    await inBothLanguages(anna);
  }
});

type InWords = <T extends string | RegExp>(russian: T, english: T) => T;

/** A screen that outlives a reload: without a barrier in both languages, and in English without a Russian word of ours. */
async function inBothLanguages(
  { page }: StoryPerson,
  look: (m: InWords) => Promise<void> = async () => undefined,
): Promise<void> {
  for (const language of ['en', 'ru'] as const) {
    await page.evaluate((chosen) => localStorage.setItem('PARAGLIDE_LOCALE', chosen), language);
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', language, AFTER_OUTAGE);
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible(AFTER_OUTAGE);
    await look((russian, english) => (language === 'en' ? english : russian));
    if (language === 'en') {
      const words = (await page.locator('body').innerText()).match(/[А-ЯЁ]?[а-яё]{2,}/g) ?? [];
      const russian = words.filter((word) => !GIVEN.has(word));
      expect(russian).toEqual([]);
    }
    await holdsNoBarrier(page);
  }
}

async function readsOnly({ page }: StoryPerson, heading: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible(AFTER_OUTAGE);
  await expect(page.getByRole('link', { name: /^Назад к/ })).toBeVisible();
  await expect(page.getByRole('combobox')).toHaveCount(0);
}

const focusIsLost = ({ page }: StoryPerson) =>
  page.evaluate(() => document.activeElement === null || document.activeElement === document.body);

test('[R771] where the system gives the colours, every button that is filled otherwise has an edge', async ({
  people,
}) => {
  const masha = await people.comeIn('masha', { forcedColors: 'active' });
  const edge = (of: Locator) =>
    of.evaluate((element) => {
      const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(element);
      return borderTopWidth === '1px' && borderTopColor !== backgroundColor;
    });
  await masha.page.getByRole('link', { name: 'Документы' }).click();
  expect(await edge(masha.page.getByRole('main').getByRole('link', { name: 'К чатам' }).last())).toBe(true);
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  for (const name of ['Отмена', 'Выйти'])
    expect(await edge(masha.page.getByRole('dialog').getByRole('button', { name }))).toBe(true);
});

test('[R772] at twice the text size nothing lies over anything, and a question can be read to its end', async ({
  people,
}) => {
  const masha = await people.comeIn('masha', { viewport: { width: 180, height: 370 } });
  await masha.page.getByRole('link', { name: 'Документы' }).click();
  const head = await masha.page.getByRole('heading', { level: 1 }).boundingBox();
  const words = masha.page.getByText('Документов пока нет');
  await expect(words).toBeVisible();
  const below = await words.boundingBox();
  expect(below?.y).toBeGreaterThanOrEqual((head?.y ?? 0) + (head?.height ?? 0));
  await masha.page.getByRole('main').getByRole('link', { name: 'К чатам' }).click();
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  const asked = masha.page.getByRole('dialog');
  const question = asked.getByText('Чаты и документы удалятся с этого устройства.');
  const seen = await question.evaluate((element) => {
    const scrolls = element.parentElement as HTMLElement;
    return scrolls.scrollHeight - scrolls.clientHeight;
  });
  expect(seen).toBeLessThanOrEqual(1);
});
