/** Whose words are whose: leaving with unsent work, a session that ended, parent and child on one browser. */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R710] [R865] leaving with unsent work asks: waiting keeps it, a file takes it along, discarding asks twice', async ({
  school,
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Не забудьте про сочинение');
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  const dialog = masha.page.getByRole('dialog');
  await expect(dialog).toContainText('Ещё не отправлено: 1. Подождите отправки или сохраните это в файл.');
  await dialog.getByRole('button', { name: 'Отправить и выйти' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Отправить пока не удалось');

  // Waiting: the network comes back, the words go, and then the device is empty.
  await masha.findNetwork();
  await dialog.getByRole('button', { name: /^(Отправить и выйти|Выйти)$/ }).click();
  await expect(masha.page.getByText('Откройте одноразовую ссылку')).toBeVisible(AFTER_OUTAGE);
  await expect(anna.message('Не забудьте про сочинение')).toBeVisible();
  expect(await masha.keptNames()).toEqual([]);

  // A file: the words go along with the person.
  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Это я унесу с собой');
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  const download = masha.page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Сохранить в файл и выйти' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Это я унесу с собой');
  await expect(masha.page.getByText('Откройте одноразовую ссылку')).toBeVisible();
  expect(await masha.keptNames()).toEqual([]);

  // Discarding: said twice, and only then gone.
  await masha.findNetwork();
  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Это я передумала');
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  await dialog.getByRole('button', { name: 'Удалить неотправленное' }).click();
  const sure = masha.page.getByRole('dialog', { name: 'Удалить неотправленное навсегда?' });
  await expect(sure).toContainText('Пропадёт то, чего нет в школе: 1. Вернуть это будет нельзя.');
  await sure.getByRole('button', { name: 'Удалить и выйти' }).click();
  await expect(masha.page.getByText('Откройте одноразовую ссылку')).toBeVisible();
  await masha.findNetwork();
  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.sees('Не забудьте про сочинение');
  await expect(masha.message('передумала')).toHaveCount(0);
  await expect(anna.message('передумала')).toHaveCount(0);
});

test('[R494] leaving asks about words that no school has: a draft too long to travel goes along in a file', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  const essay = 'Вчера мы были в музее. '.repeat(200);
  await masha.composer.fill(essay);
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  const dialog = masha.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Выйти', exact: true }).click();
  await expect(dialog).toContainText('Школа не приняла или не получала: 1.');
  await expect(dialog.getByRole('button', { name: 'Отправить и выйти' })).toHaveCount(0);
  const download = masha.page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Сохранить в файл и выйти' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Вчера мы были в музее.');
  await expect(masha.page.getByText('Откройте одноразовую ссылку')).toBeVisible();
  const kept = await masha.page.evaluate(() =>
    Object.keys(localStorage).filter((key) => key.startsWith('parta-typed')),
  );
  expect(kept).toEqual([]);
});

test('[R735] who is asked about unsent work may stay, and the keyboard never loses the question', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Это ещё пригодится');
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  const leave = masha.page.getByRole('button', { name: 'Выйти' });
  await leave.click();
  const asked = masha.page.getByRole('dialog', { name: 'Выйти на этом устройстве?' });
  // What a hasty Enter does harms nothing.
  await expect(asked.getByRole('button', { name: 'Отмена' })).toBeFocused();
  await masha.page.keyboard.press('Tab');
  await masha.page.keyboard.press('Enter');
  const sure = masha.page.getByRole('dialog', { name: 'Удалить неотправленное навсегда?' });
  await expect(sure.getByRole('button', { name: 'Отмена' })).toBeFocused();
  await masha.page.keyboard.press('Escape');
  await expect(sure).toHaveCount(0);
  await expect(asked.getByRole('button', { name: 'Удалить неотправленное' })).toBeFocused();
  await asked.getByRole('button', { name: 'Отмена' }).click();
  await expect(asked).toHaveCount(0);
  await expect(leave).toBeFocused();
  await masha.page.getByRole('link', { name: 'Чаты' }).click();
  await masha.open('7А');
  await masha.seesState('Это ещё пригодится', 'В очереди');
});

test('[R711] a session that ended keeps the outbox; her mother signs in on the same browser and sends none of it', async ({
  school,
  people,
}) => {
  const anna = await people.comeIn('anna');
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Маша пишет, Маша и отправит');
  await masha.endSessionElsewhere();
  await masha.findNetwork();
  const bar = masha.page.getByText('Сеанс закончился.');
  await expect(bar).toBeVisible(AFTER_OUTAGE);
  await expect(bar).toContainText('Не отправлено: 1.');
  await masha.seesState('Маша пишет, Маша и отправит', 'В очереди');

  // Her mother comes in with a link of her own.
  await masha.page.goto(await school.linkFor('olga'));
  await expect(masha.chatLink('Родители 7А')).toBeVisible(AFTER_OUTAGE);
  await expect(masha.chatLink('7А')).toHaveCount(0);
  await masha.open('Родители 7А');
  await masha.say('Здравствуйте, это мама Маши');
  await masha.seesState('Здравствуйте, это мама Маши', 'Доставлено');
  await expect(masha.page.getByText('Не отправлено')).toHaveCount(0);
  await anna.open('Родители 7А');
  await anna.sees('Здравствуйте, это мама Маши');
  await anna.open('7А');
  await expect(anna.page.getByText('Здесь пока тихо')).toBeVisible();

  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.seesState('Маша пишет, Маша и отправит', 'Прочитано');
  await anna.sees('Маша пишет, Маша и отправит');
  await expect(masha.chatLink('Родители 7А')).toHaveCount(0);
});

test('[R736] Masha leaves without a network: whoever opens the app there next is not Masha', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.isStoredWhole();
  await masha.loseNetwork();
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  await masha.page.getByRole('dialog').getByRole('button', { name: 'Выйти', exact: true }).click();
  const door = masha.page.getByText('Откройте одноразовую ссылку');
  await expect(door).toBeVisible(AFTER_OUTAGE);
  await masha.findNetwork();
  await masha.page.goto(new URL('/chats', masha.page.url()).href);
  await expect(door).toBeVisible(AFTER_OUTAGE);
  expect(await masha.keptNames()).toEqual([]);
  const session = await masha.page.evaluate(async () => (await fetch('/api/session')).status);
  expect(session).toBe(401);
});

test('[R737] Masha leaves in a tab that stayed open: her mother, who came in meanwhile, stays signed in', async ({
  school,
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  const olga = await masha.page.context().newPage();
  await olga.goto(await school.linkFor('olga'));
  const parents = olga.getByRole('link', { name: /^Родители 7А/ });
  await expect(parents).toBeVisible(AFTER_OUTAGE);
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  await masha.page.getByRole('button', { name: 'Выйти' }).click();
  await masha.page.getByRole('dialog').getByRole('button', { name: 'Выйти', exact: true }).click();
  await expect(masha.page.getByRole('heading', { name: 'Вход' })).toBeVisible(AFTER_OUTAGE);
  await olga.reload();
  await expect(parents).toBeVisible(AFTER_OUTAGE);
  expect(await olga.evaluate(async () => (await fetch('/api/session')).status)).toBe(200);
});
