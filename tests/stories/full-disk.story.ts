/** The device itself fails: it says so, the words stay where they were typed, and nothing is wiped. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { test } from '../support/story.ts';
import { StoryPaper } from '../support/story-paper.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test('[R717] a full device keeps the words in the composer, says why, saves everything to a file, and sends once there is room', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.say('Это ещё поместилось');
  await anna.sees('Это ещё поместилось');

  const makeRoom = await fillDisk(masha.page);
  const words = 'Это уже не помещается';
  await masha.composer.fill(words);
  await masha.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(
    masha.page.getByText('На устройстве кончилось место. Текст остался в поле ввода.'),
  ).toBeVisible();
  await expect(masha.composer).toHaveValue(words);
  await expect(masha.message('Это уже не помещается')).toHaveCount(0);
  // What others say is shown all the same.
  await anna.say('Маша, ты тут?');
  await masha.sees('Маша, ты тут?');
  const bar = masha.page.getByRole('alert').filter({ hasText: 'новое не сохраняется' });
  const download = masha.page.waitForEvent('download');
  await bar.getByRole('button', { name: 'Сохранить всё в файл' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Это ещё поместилось');

  await makeRoom();
  await masha.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(masha.message('Это уже не помещается')).toBeVisible();
  await expect(anna.message('Это уже не помещается')).toHaveCount(1, AFTER_OUTAGE);
  await expect(bar).toHaveCount(0);
  await expect(masha.message('Это ещё поместилось')).toBeVisible();
});

test('[R493] a full device keeps what is typed in a paper on screen, says so, and gives it back after a reload', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const paper = new StoryPaper(anna);
  await paper.make('Поход', 'Берём палатки.');
  await fillDisk(anna.page);
  await paper.typeAfter('Берём палатки.', ' Котелок.');
  await expect(anna.page.getByRole('alert').filter({ hasText: 'новое не сохраняется' })).toBeVisible();
  await expect(anna.page.getByTitle('Сохраняется')).toBeVisible();
  await expect(paper.text).toContainText('Берём палатки. Котелок.');
  await anna.page.reload();
  await expect(anna.page.getByRole('region', { name: 'Возвращённый текст' })).toContainText('Котелок.');
  await anna.page.getByRole('button', { name: 'Вернуть' }).click();
  await expect(paper.text).toContainText('Котелок.');
  await paper.isSaved();
});

test('[R718] a browser whose storage does not open says so and wipes nothing: with the next start everything is there', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const page = await startBroken(masha);
  await page.goto(masha.page.url());
  await expect(page.getByRole('alert')).toContainText('Браузер не открыл хранилище. Ничего не удалено.');
  await expect(page.getByRole('button', { name: 'Сохранить всё в файл' })).toBeVisible();
  await page.close();
  await masha.page.reload();
  await expect(masha.message('Написано вчера')).toHaveCount(1, AFTER_OUTAGE);
});

test('[R859] a browser that clears its storage while Parta is open is told of at once, and what was not sent goes into a file', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Котелок за мной');
  await masha.composer.fill('А ложки');
  const { page } = masha;
  const browser = await page.context().newCDPSession(page);
  await browser.send('Storage.clearDataForOrigin', {
    origin: new URL(page.url()).origin,
    storageTypes: 'all',
  });
  const bar = page.getByRole('alert').filter({ hasText: 'Браузер очистил хранилище Парты' });
  await expect(bar).toBeVisible();
  await masha.composer.press('Enter');
  await expect(masha.composer).toHaveValue('А ложки');
  await expect(masha.message('А ложки')).toHaveCount(0);
  await masha.seesState('Котелок за мной', 'В очереди');
  const download = page.waitForEvent('download');
  await bar.getByRole('button', { name: 'Сохранить всё в файл' }).click();
  const file = readFileSync(await (await download).path(), 'utf8');
  expect(file).toContain('Котелок за мной');
  expect(file).toContain('А ложки');
});

test('[R785] where the storage does not open nothing is said of a network that is there, nor of lists that cannot be read', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  const page = await masha.page.context().newPage();
  await page.clock.install();
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException('broken', 'UnknownError');
    };
  });
  for (const path of [new URL(masha.page.url()).pathname, '/chats', '/papers', '/school']) {
    await page.goto(new URL(path, masha.page.url()).href);
    await expect(page.getByRole('alert')).toContainText('Браузер не открыл хранилище. Ничего не удалено.');
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    // A line that is away is told of after a while.
    await page.clock.fastForward(10_000);
    await expect(page.getByText(/нет сети|появится сеть|первой связи|пока нет|этого чата нет/i)).toHaveCount(
      0,
    );
  }
});

test('[R624] a device that can store nothing more of the app runs what it fetches all the same', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.isStoredWhole();
  const [worker] = anna.page.context().serviceWorkers();
  await worker?.evaluate(() => {
    Cache.prototype.put = () => Promise.reject(new DOMException('The disk is full', 'QuotaExceededError'));
  });
  // The editor is loaded with the first paper.
  await new StoryPaper(anna).make('Поход', 'Берём палатки.');
  await worker?.evaluate(() => {
    const failing = () => Promise.reject(new DOMException('Internal error', 'UnknownError'));
    CacheStorage.prototype.open = failing;
    CacheStorage.prototype.match = failing;
  });
  await anna.page.goto(new URL('/chats', anna.page.url()).href);
  await anna.open('7А');
  await anna.say('Палатки берём');
});

test('[R726] who leaves while the storage does not open is told that all of it stays, and takes along what can be read', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  // As it is asked for it does not open; as it is it does.
  const page = await startBroken(masha, { asItIs: true });
  await page.goto(new URL('/settings', masha.page.url()).href);
  await page.getByRole('button', { name: 'Выйти' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Выйти', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('чаты, документы и неотправленное на нём останутся');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Сохранить в файл и выйти' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('Написано вчера');
  await expect(page).toHaveURL(/[/]in$/);
  const kept = await masha.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(kept).toContain('parta-masha');
});

/**
 * Chromium counts a quota by the minute; here the disk is full from one write to the next, as it answers then. Gives
 * what makes room again.
 */
async function fillDisk(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const { add, put } = IDBObjectStore.prototype;
    Object.assign(window, { makeRoom: () => Object.assign(IDBObjectStore.prototype, { add, put }) });
    const full = () => {
      throw new DOMException('The disk is full', 'QuotaExceededError');
    };
    Object.assign(IDBObjectStore.prototype, { add: full, put: full });
  });
  return () => page.evaluate(() => (window as unknown as { makeRoom(): void }).makeRoom());
}

/**
 * Writes something without a network, and gives a new page of that browser, where its storage does not open; `asItIs`:
 * asked for without a version it does. The network is back.
 */
async function startBroken(masha: StoryPerson, { asItIs = false } = {}): Promise<Page> {
  await masha.open('7А');
  await masha.loseNetwork();
  await masha.say('Написано вчера');
  const page = await masha.page.context().newPage();
  await page.addInitScript((opensAsItIs) => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function broken(name, version) {
      if (opensAsItIs && version === undefined) return open.call(this, name);
      throw new DOMException('broken', 'UnknownError');
    };
  }, asItIs);
  await masha.findNetwork();
  return page;
}
