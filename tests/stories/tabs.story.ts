/** Two tabs of one person: one line, no forks, and the survivor takes over. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R706] two tabs of Masha write, offline too; the one with the line crashes in the middle, the other brings everything home', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const first = await people.comeIn('masha');
  await first.open('7А');
  const second = await first.anotherTab();
  await second.open('7А');

  await first.say('один из первой');
  await expect(second.message('один из первой')).toBeVisible();
  await second.say('два из второй');
  await first.sees('один из первой', 'два из второй');
  await anna.sees('один из первой', 'два из второй');

  await first.loseNetwork();
  await second.say('три из второй');
  await first.say('четыре из первой');
  for (const tab of [first, second]) {
    await expect(tab.message('три из второй')).toBeVisible();
    await expect(tab.message('четыре из первой')).toBeVisible();
    await tab.seesState('четыре из первой', 'В очереди');
  }

  await first.findNetwork();
  await second.seesState('четыре из первой', 'Прочитано');

  // From here on the school takes what it is sent, and its answers never come back to the tab that holds the line.
  first.wire.deafen();
  await second.say('пять из второй');
  await first.say('шесть из первой');
  await expect(anna.message('шесть из первой')).toBeVisible();
  await second.seesState('шесть из первой', 'В очереди');
  await first.crash();
  await second.say('семь из второй');
  second.wire.mend();

  const all = [
    ...['один из первой', 'два из второй', 'три из второй', 'четыре из первой'],
    ...['пять из второй', 'шесть из первой', 'семь из второй'],
  ];
  for (const words of all) await second.seesState(words, 'Прочитано');
  await anna.sees(...all);
  await second.sees(...all);
  await expect(second.page.getByRole('list', { name: 'Не принято' })).toHaveCount(0);

  const third = await second.anotherTab();
  await third.open('7А');
  await third.say('восемь из третьей');
  await second.say('девять из второй');
  await anna.sees(...all, 'восемь из третьей', 'девять из второй');
  await third.sees(...all, 'восемь из третьей', 'девять из второй');
});

test('[R742] a tab of an older app that the browser froze holds the disk: the new page says so, and opens by itself when it is closed', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const { page } = masha;
  const [name = ''] = await masha.keptNames();
  const frozen = await page.context().newPage();
  await frozen.goto(new URL('/healthz', page.url()).href);
  await page.goto('about:blank');
  // As the first app left it, in a page that hears nobody.
  await frozen.evaluate(async (database) => {
    const answer = (request: IDBRequest) => new Promise((done) => request.addEventListener('success', done));
    await answer(indexedDB.deleteDatabase(database));
    await answer(indexedDB.open(database, 10));
  }, name);
  await page.goto(new URL('/chats', frozen.url()).href);
  await expect(page.getByRole('heading', { name: 'Закройте другие вкладки Парты' })).toBeVisible();
  await expect(page.getByRole('status')).toContainText('эта страница откроется сама');
  await frozen.close();
  await expect(masha.chatLink('7А')).toBeVisible(AFTER_OUTAGE);
});

test('[R850] what Masha typed in a tab that is gone is under what she writes in the other one, and once that is sent it goes on', async ({
  people,
}) => {
  const first = await people.comeIn('masha');
  await first.open('7А');
  const second = await first.anotherTab();
  await second.open('7А');

  // A hand that never rests, and a tab that goes before any pause.
  await first.composer.click();
  await first.page.keyboard.type('Мы с мамой уезжаем в пятницу', { delay: 40 });
  await first.crash();
  await second.composer.fill('Завтра приду');
  await second.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(second.composer).toHaveValue(/^Мы с мамой уезжаем/);
  await second.page.reload();
  await expect(second.composer).toHaveValue(/^Мы с мамой уезжаем/);
});

test('[R851] a draft that Masha sends from another tab leaves the first one, and what she types there afterwards stays', async ({
  people,
}) => {
  const first = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Кто придёт?');
  await first.open('7А');
  const second = await first.anotherTab();
  await second.open('7А');
  await first.act('Кто придёт?', 'Ответить');
  await first.composer.fill('Я приду');
  await expect(second.composer).toHaveValue('Я приду', AFTER_OUTAGE);
  await second.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(first.message('Я приду')).toContainText('Кто придёт?');
  await expect(first.composer).toHaveValue('');
  await expect(first.page.getByRole('button', { name: 'Отмена' })).toHaveCount(0);

  await first.composer.fill('И Петя');
  await expect(second.composer).toHaveValue('И Петя', AFTER_OUTAGE);
  await second.page.getByRole('button', { name: 'Отправить' }).click();
  await first.composer.fill('И Оля тоже');
  await expect(first.message('И Петя')).toBeVisible();
  await expect(first.composer).toHaveValue('И Оля тоже');
});
