/** Without a mouse: Masha reads, answers and looks around with the keyboard alone. */

import { expect, type Locator } from '@playwright/test';
import { inkOf } from '../support/ink.ts';
import { test } from '../support/story.ts';
import type { StoryPerson } from '../support/story-person.ts';

test('[R470] a chat is read and answered with the keyboard, and the focus never gets lost', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Завтра экскурсия');
  await anna.say('Сбор в девять: https://example.org/museum');
  const masha = await people.comeIn('masha');
  const { keyboard } = masha.page;
  await masha.chatLink('7А').focus();
  await keyboard.press('Enter');
  await expect(masha.composer).toBeFocused();

  await expect(masha.message('Сбор в девять')).toBeVisible();
  await tabBackTo(masha, masha.log);
  await keyboard.press('ArrowUp');
  await expect(masha.message('Сбор в девять')).toBeFocused();
  await keyboard.press('k');
  await expect(masha.message('Завтра экскурсия')).toBeFocused();
  await keyboard.press('Enter');
  const menu = masha.page.getByRole('dialog', { name: 'Действия с сообщением' });
  await expect(menu).toBeVisible();
  await staysInside(masha, 12);
  await keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(masha.message('Завтра экскурсия')).toBeFocused();

  // Of all messages only the one that the arrows stand on lets Tab in: not the link of the next one.
  await keyboard.press('Tab');
  await expect(masha.message('Сбор в девять').getByRole('link')).not.toBeFocused();
  await expect(masha.page.getByRole('button', { name: 'Новый документ' })).toBeFocused();
  await masha.message('Завтра экскурсия').focus();
  await keyboard.press('Enter');
  await menu.getByRole('button', { name: 'Ответить' }).focus();
  await keyboard.press('Enter');
  await expect(masha.composer).toBeFocused();
  await keyboard.type('Ура, я приду');
  await keyboard.press('Enter');
  await expect(anna.message('Ура, я приду')).toBeVisible();
  await expect(masha.composer).toBeFocused();

  await keyboard.press('ArrowUp');
  await expect(masha.composer).toHaveValue('Ура, я приду');
  await keyboard.press('Escape');
  await expect(masha.composer).toHaveValue('');
  await tabBackTo(masha, masha.log);
  await keyboard.press('End');
  await expect(masha.message('Ура, я приду')).toBeFocused();
  await keyboard.press('Enter');
  await menu.getByRole('button', { name: 'Удалить у всех' }).focus();
  await keyboard.press('Enter');
  const sure = masha.page.getByRole('dialog', { name: 'Удалить сообщение у всех?' });
  await expect(sure).toBeVisible();
  await staysInside(masha, 4);
  await keyboard.press('Escape');
  await expect(sure).toHaveCount(0);
  await expect(masha.message('Ура, я приду')).toBeFocused();
});

test('[R471] Tab goes on in what was just opened', async ({ people }) => {
  const elena = await people.comeIn('elena');
  const { keyboard } = elena.page;
  await elena.page.getByRole('link', { name: 'Школа' }).focus();
  await keyboard.press('Enter');
  await expect(elena.page.getByRole('navigation', { name: 'Школа' })).toBeFocused();
  await keyboard.press('Tab');
  await expect(elena.page.getByRole('searchbox')).toBeFocused();
  await elena.page.getByRole('link', { name: /Смирнова Анна Петровна/ }).focus();
  await keyboard.press('Enter');
  const role = elena.page.getByRole('combobox', { name: 'Роль в школе' });
  await expect(role).toBeEnabled();
  await keyboard.press('Tab');
  await expect(role).toBeFocused();
});

test('[R725] the page is still on its way when Elena begins to type: what she looks for goes on where it began', async ({
  people,
}) => {
  const elena = await people.comeIn('elena', { serviceWorkers: 'block' });
  await elena.page.getByRole('link', { name: 'Школа' }).click();
  const search = elena.page.getByRole('searchbox');
  await expect(search).toBeVisible();
  let arrive = (): void => undefined;
  const late = new Promise<void>((done) => {
    arrive = done;
  });
  await elena.page.route('**/_app/immutable/**', async (route) => {
    await late;
    await route.continue();
  });
  await elena.page.getByRole('link', { name: /Смирнова Анна Петровна/ }).click();
  await search.click();
  await elena.page.keyboard.type('Кот');
  arrive();
  await expect(elena.page.getByRole('combobox', { name: 'Роль в школе' })).toBeEnabled();
  await elena.page.keyboard.type('ова');
  await expect(search).toHaveValue('Котова');
  await expect(elena.page.getByRole('link', { name: /Котова Маша/ })).toBeVisible();
});

test('[R778] the ring of the focus is seen on all four sides of a row in a list', async ({
  people,
  context,
}) => {
  const elena = await people.comeIn('elena');
  const reader = await context.newPage();
  const sides = async (row: Locator) => {
    await expect(row).toBeFocused();
    const box = await row.boundingBox();
    if (!box) throw new Error('the row is not on screen');
    const { x, y, width, height } = box;
    const [across, down] = [width / 2 + x, height / 2 + y];
    // The ring is up to four pixels thick with its gap, and lies within or around the edge.
    return inkOf(
      await elena.page.screenshot(),
      [
        { x: across, y: y - 4, width: 1, height: 9 },
        { x: across, y: y + height - 5, width: 1, height: 9 },
        { x: x - 4, y: down, width: 9, height: 1 },
        { x: x + width - 5, y: down, width: 9, height: 1 },
      ],
      reader,
    );
  };
  const seen = Array.from({ length: 4 }, () => expect.closeTo(2 / 9, 1));
  await elena.page.getByRole('searchbox').focus();
  await elena.page.keyboard.press('Tab');
  await expect.poll(() => sides(elena.page.locator(':focus'))).toEqual(seen);

  await elena.page.getByRole('link', { name: 'Школа' }).click();
  await elena.page.getByRole('link', { name: /Смирнова Анна Петровна/ }).focus();
  await elena.page.keyboard.press('Shift+Tab');
  await elena.page.keyboard.press('Tab');
  await expect.poll(() => sides(elena.page.locator(':focus'))).toEqual(seen);
});

/** Shift+Tab until the focus is there; a page that loses it would never end. */
async function tabBackTo(person: StoryPerson, place: StoryPerson['log']): Promise<void> {
  for (let stops = 0; stops < 8; stops++) {
    await person.page.keyboard.press('Shift+Tab');
    const inside = await place.evaluate((log) => log.contains(document.activeElement));
    if (inside) return;
  }
  throw new Error('Shift+Tab does not come to the messages');
}

async function staysInside(person: StoryPerson, stops: number): Promise<void> {
  for (let stop = 0; stop < stops; stop++) {
    await person.page.keyboard.press('Tab');
    const where = await person.page.evaluate(() => {
      const { activeElement } = document;
      // From the last button Tab may leave to the browser's own bar, never to the page beneath.
      return activeElement === document.body || activeElement?.closest('dialog') !== null;
    });
    expect(where).toBe(true);
  }
}
