/** A finger on a message: it swipes, it stays, it scrolls. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import type { StoryPerson } from '../support/story-person.ts';

test('[R472] a swipe answers, a long press opens the menu, a scroll does neither', async ({ people }) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  for (let n = 1; n <= 12; n++) await anna.say(`Вопрос ${n}: кто был в музее, поднимите руку и расскажите`);
  const masha = await people.comeIn('masha');
  await masha.chatLink('7А').tap();
  const menu = masha.page.getByRole('dialog', { name: 'Действия с сообщением' });
  await expect(masha.message('Вопрос 12')).toBeInViewport();
  await takesFingers(masha, 'Вопрос 11');
  await masha.longPress('Вопрос 11');
  await expect(menu).toBeVisible();
  await masha.page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);

  const answering = masha.page.getByRole('button', { name: 'Отмена' });
  await drag(masha, 'Вопрос 11', { x: -110, y: 4 });
  await expect(answering).toBeVisible();
  await masha.say('Я была');
  await expect(anna.message('Я была').getByRole('button', { name: /Вопрос 11/ })).toBeVisible();

  await takesFingers(masha, 'Вопрос 11');
  const before = await masha.scrollRoom();
  await drag(masha, 'Вопрос 11', { x: 0, y: 160 });
  await expect.poll(() => masha.scrollRoom()).toBeLessThan(before);
  await expect(menu).toHaveCount(0);
  await expect(answering).toHaveCount(0);
});

/** A list that was just thrown lets no finger through to its messages: it only stops. */
async function takesFingers(person: StoryPerson, text: string): Promise<void> {
  await expect
    .poll(() =>
      person.message(text).evaluate((article) => {
        const { x, y, width, height } = article.getBoundingClientRect();
        return article.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      }),
    )
    .toBe(true);
}

/** A finger is put onto a message, moved in steps, and lifted. */
async function drag(person: StoryPerson, text: string, by: { x: number; y: number }): Promise<void> {
  const box = await person.message(text).boundingBox();
  if (!box) throw new Error(`${text} is not on screen`);
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await person.page.context().newCDPSession(person.page);
  const touch = (type: 'touchStart' | 'touchMove', part: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: [{ x: from.x + by.x * part, y: from.y + by.y * part }],
    });
  await touch('touchStart', 0);
  for (let step = 1; step <= 8; step++) await touch('touchMove', step / 8);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}
