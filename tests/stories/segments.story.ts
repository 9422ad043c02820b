/** A chat of several segments: the newest opens at once, the past comes when it is asked for, and nothing jumps. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test.use({ history: { chat: '7a', count: 1_120 } });

test('[R712] scrolling back loads older segments on demand and leaves what is read where it was', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await masha.open('7А');
  await expect(masha.message(/Запись 1120\b/)).toBeVisible();
  await masha.scrollBackTo(/Запись 1001\b/);
  // What was fetched meanwhile stands above it, and it stands where it stood.
  await expect.poll(() => masha.scrollRoom()).toBeGreaterThan(2_000);
  await expect(masha.message(/Запись 1001\b/)).toBeVisible();
  await masha.scrollBackTo(/Запись 501\b/);
  await masha.page.getByRole('button', { name: 'К последним сообщениям' }).click();
  await expect(masha.message(/Запись 1120\b/)).toBeVisible();
  await masha.say('А помните начало года?');
  await anna.open('7А');
  await expect(anna.message('А помните начало года?')).toBeVisible();
});

test('[R713] a jump to the answered and to the pinned message finds them segments back, and once here they need no network', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.page.getByRole('button', { name: 'Закреплённое сообщение' }).click();
  await expect(masha.message(/Запись 20\b/)).toBeInViewport({ ...AFTER_OUTAGE });
  await masha.page.getByRole('button', { name: 'К последним сообщениям' }).click();
  await masha
    .message(/Запись 1120\b/)
    .getByRole('button', { name: /Ответ на сообщение|Запись 30/ })
    .click();
  await expect(masha.message(/Запись 30\b/)).toBeInViewport(AFTER_OUTAGE);

  await anna.open('7А');
  await anna.loseNetwork();
  await expect(anna.page.getByText('Нет сети')).toBeVisible();
  await anna.page.getByRole('button', { name: 'Закреплённое сообщение' }).click();
  await expect(
    anna.page.getByText('Это сообщение удалено или загрузится, когда появится сеть.'),
  ).toBeVisible();
  await anna.findNetwork();
  await expect(anna.page.getByText('Нет сети')).toHaveCount(0, AFTER_OUTAGE);
  await anna.page.getByRole('button', { name: 'Закреплённое сообщение' }).click();
  await expect(anna.message(/Запись 20\b/)).toBeInViewport(AFTER_OUTAGE);
  await expect(anna.page.getByText('Это сообщение удалено или загрузится')).toHaveCount(0);

  // Of several the list leads to each.
  await anna.page.getByRole('button', { name: 'К последним сообщениям' }).click();
  await anna.act('Запись 1120', 'Закрепить');
  await anna.page.getByRole('button', { name: 'Все закреплённые' }).click();
  const list = anna.page.getByRole('dialog', { name: 'Все закреплённые' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await list.getByRole('button', { name: /Запись 20\b/ }).click();
  await expect(list).toHaveCount(0);
  await expect(anna.message(/Запись 20\b/)).toBeInViewport(AFTER_OUTAGE);
});

test('[R786] of a message that was deleted segments back the press says so, and then neither pin nor answer leads there', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const pin = (person: StoryPerson) => person.page.getByRole('button', { name: 'Закреплённое сообщение' });
  const last = (person: StoryPerson) => person.message(/Запись 1120\b/);
  const takeBack = async (text: RegExp) => {
    await expect(anna.message(text)).toBeInViewport(AFTER_OUTAGE);
    await anna.act(text, 'Удалить у всех');
    await anna.page.getByRole('dialog').getByRole('button', { name: 'Удалить у всех' }).click();
    await expect(anna.message(text)).toHaveCount(0);
    await anna.page.getByRole('button', { name: 'К последним сообщениям' }).click();
  };
  await pin(anna).click();
  await takeBack(/Запись 20\b/);
  await last(anna)
    .getByRole('button', { name: /Запись 30/ })
    .click();
  await takeBack(/Запись 30\b/);
  await expect(pin(anna)).toHaveCount(0);

  const masha = await people.comeIn('masha');
  await masha.open('7А');
  const reply = last(masha);
  await reply.getByRole('button', { name: 'Показать сообщение' }).click();
  const said = masha.page.getByRole('alert');
  await expect(said).toContainText('Сообщение удалено', AFTER_OUTAGE);
  await expect(reply.getByText('Сообщение удалено')).toBeVisible();
  await expect(reply.getByRole('button', { name: 'Показать сообщение' })).toHaveCount(0);
  await expect(reply).toBeFocused();
  // The pin was found to be gone on the same way.
  await expect(pin(masha)).toHaveCount(0);
  await said.getByRole('button', { name: 'Закрыть' }).click();
  await expect(said).toHaveCount(0);
});
