/** Papers in real browsers: two people write in one, through outages, and nothing that was typed is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  expect,
  type Page,
  test,
  type WebSocketRoute,
} from '@playwright/test';
import { buildRelease, type Release } from '../support/releases.ts';
import { type ServedSchool, serveSchool } from '../support/served-school.ts';

let release: Release;
let school: ServedSchool;
const folders: string[] = [];
const contexts: BrowserContext[] = [];

test.beforeAll(() => {
  test.setTimeout(180_000);
  release = buildRelease('release-of-papers');
});
test.afterAll(() => {
  release?.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
test.beforeEach(async () => {
  const data = mkdtempSync(join(tmpdir(), 'parta-papers-'));
  folders.push(data);
  school = await serveSchool({ data, build: release.folder });
});
test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  await school.kill();
});

test('[R250] [R254] [R255] [R279] Anna Petrovna and Masha write in one paper; Masha goes on without a network, and all of it is there', async ({
  browser,
}) => {
  const anna = await arrive(browser, 'anna');
  await makePaper(anna, 'Экскурсия', ['Собираемся в восемь.', 'Берём воду.']);
  const masha = await arrive(browser, 'masha');
  await openPaper(masha, 'Экскурсия');
  await typeAfter(masha, 'Берём воду.', ' И яблоки.');
  await expect(text(anna)).toContainText('Берём воду. И яблоки.');
  await expect(anna.locator('.paper-caret-name')).toHaveText('Маша');

  await cut(masha);
  await typeAfter(masha, 'И яблоки.', ' Я без сети.');
  await expect(masha.locator('.paper-unsynced')).toContainText('Я без сети.');
  await expect(masha.getByTitle(/Правки сохранены на этом устройстве|Отправляется/)).toBeVisible();
  await typeAfter(anna, 'Собираемся в восемь.', ' У школы.');
  mend(masha);
  for (const page of [anna, masha]) {
    await expect(text(page)).toContainText('Собираемся в восемь. У школы.', { timeout: 30_000 });
    await expect(text(page)).toContainText('Я без сети.', { timeout: 30_000 });
  }
  await expect(masha.getByTitle('Сохранено')).toBeVisible();
  await expect(masha.locator('.paper-unsynced')).toHaveCount(0);
});

test('[R250] [R251] [R253] a paragraph becomes a heading under Masha’s hands: her words come back and she puts them back', async ({
  browser,
}) => {
  const anna = await arrive(browser, 'anna');
  await makePaper(anna, 'Погода', ['Солнце светит.', 'Конец.']);
  const masha = await arrive(browser, 'masha');
  await openPaper(masha, 'Погода');
  await expect(text(masha)).toContainText('Солнце светит.');
  await cut(masha);
  await typeAfter(masha, 'Солнце светит.', ' И птицы поют.');
  await anna.getByText('Солнце светит.').click();
  await anna.getByRole('button', { name: /Вид абзаца/ }).click();
  await anna.getByRole('button', { name: 'Заголовок 2' }).click();
  await expect(anna.getByTitle('Сохранено')).toBeVisible();
  mend(masha);
  await masha.getByRole('button', { name: 'Показать' }).click({ timeout: 30_000 });
  const back = masha.getByRole('region', { name: 'Возвращённый текст' });
  await expect(back).toContainText('И птицы поют.');
  await expect(back).toContainText('Стоял после: «Солнце светит.»');
  await back.getByRole('button', { name: 'Вернуть' }).click();
  await expect(back).toHaveCount(0);
  for (const page of [anna, masha]) await expect(text(page)).toContainText('И птицы поют.');
  await masha.reload();
  await expect(text(masha)).toContainText('И птицы поют.');
  await expect(back).toHaveCount(0);
});

test('[R243] [R257] [R869] the right that goes while Masha is offline turns her edits into a copy, and the copy into a paper of hers', async ({
  browser,
}) => {
  const anna = await arrive(browser, 'anna');
  await makePaper(anna, 'Правила', ['Не бегать.']);
  const masha = await arrive(browser, 'masha');
  await openPaper(masha, 'Правила');
  await expect(text(masha)).toContainText('Не бегать.');
  await cut(masha);
  await typeAfter(masha, 'Не бегать.', ' И не кричать.');
  await anna.getByRole('button', { name: 'Доступ и название' }).click();
  await anna.getByText('Только автор').click();
  await anna.getByRole('button', { name: 'Сохранить' }).click();
  mend(masha);
  const copy = masha.getByRole('region', { name: /Ваша копия/ });
  await expect(copy).toBeVisible({ timeout: 30_000 });
  await expect(masha.getByRole('status').getByText('только для чтения')).toBeVisible();
  // Said once, however much came back under it.
  await expect(masha.getByText('доступен только для чтения')).toHaveCount(1);
  await expect(text(masha)).toHaveAttribute('contenteditable', 'false');
  await expect(text(masha)).not.toContainText('И не кричать.');
  await copy.getByRole('button', { name: 'Показать копию' }).click();
  await expect(copy).toContainText('Не бегать. И не кричать.');
  await copy.getByRole('button', { name: 'Сделать новым документом' }).click();
  await expect(masha.getByRole('heading', { level: 1, name: 'Правила (моя копия)' })).toBeVisible();
  await expect(text(masha)).toContainText('Не бегать. И не кричать.');
  await expect(anna.getByText('Правила (моя копия)')).toBeVisible();
});

test('[R264] what Anna Petrovna typed in the moment before a reload, or before the tab was closed, stands in the paper or comes back, once', async ({
  browser,
}) => {
  const anna = await arrive(browser, 'anna');
  await makePaper(anna, 'Поход', ['Берём палатки.']);
  await typeAfter(anna, 'Берём палатки.', ' Котелок.');
  await anna.reload();
  await isThereOnce(anna, 'Котелок.');
  await typeAfter(anna, 'Берём палатки.', ' Спички.');
  const [again] = await Promise.all([anna.context().newPage(), anna.close({ runBeforeUnload: true })]);
  await again.goto(anna.url());
  await isThereOnce(again, 'Спички.');
  await again.reload();
  await isThereOnce(again, 'Спички.');
  await isThereOnce(again, 'Котелок.');
  const put = again.getByRole('button', { name: 'Вернуть' });
  for (let left = await put.count(); left > 0; left--) {
    await put.first().click();
    await expect(put).toHaveCount(left - 1);
  }
  await expect(again.getByRole('region', { name: 'Возвращённый текст' })).toHaveCount(0);
  for (const words of ['Котелок.', 'Спички.']) await expect(text(again)).toContainText(words);
});

test('[R256] a chat loads nothing of the editor, and the toolbar works from the keyboard alone', async ({
  browser,
}) => {
  const anna = await arrive(browser, 'anna');
  const loaded: string[] = [];
  anna.on('request', (request) => loaded.push(request.url()));
  await anna.reload();
  await expect(anna.getByRole('textbox', { name: 'Сообщение' })).toBeVisible();
  expect(loaded.filter((url) => url.includes('/editor.'))).toEqual([]);
  await makePaper(anna, 'Список', ['Тетради']);
  expect(loaded.filter((url) => url.includes('/editor.'))).not.toEqual([]);
  await anna.keyboard.press('Control+A');
  await anna.keyboard.press('Alt+F10');
  const bar = anna.getByRole('toolbar', { name: 'Оформление текста' });
  await expect(bar.locator(':focus')).toHaveCount(1);
  const bold = bar.getByRole('button', { name: 'Жирный' });
  for (let i = 0; i < 20 && !(await bold.evaluate((button) => button === document.activeElement)); i++)
    await anna.keyboard.press('ArrowRight');
  await anna.keyboard.press('Enter');
  await expect(text(anna).locator('strong')).toHaveText('Тетради');
  await expect(text(anna)).toBeFocused();
});

const cables = new Map<BrowserContext, { isCut: boolean; lines: WebSocketRoute[] }>();

/** No line of this person lives or comes to life until it is mended. */
async function cut(page: Page): Promise<void> {
  const cable = cables.get(page.context());
  if (!cable) throw new Error('nobody arrived here');
  cable.isCut = true;
  for (const line of cable.lines.splice(0)) await line.close({ code: 1013 });
}
function mend(page: Page): void {
  const cable = cables.get(page.context());
  if (cable) cable.isCut = false;
}

async function arrive(browser: Browser, person: string): Promise<Page> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  contexts.push(context);
  await context.routeWebSocket(/[/]line$/, (line) => {
    if (cables.get(context)?.isCut) void line.close({ code: 1013 });
    else {
      line.connectToServer();
      cables.get(context)?.lines.push(line);
    }
  });
  cables.set(context, { isCut: false, lines: [] });
  const page = await context.newPage();
  page.on('pageerror', (error) => expect.soft(error.message, 'an error of the page').toBe(''));
  await page.goto(await school.linkFor(person));
  await page.getByRole('link', { name: /^7А/ }).click();
  await page.waitForURL(/[/]chats[/]7a$/);
  return page;
}

const text = (page: Page) => page.getByRole('textbox', { name: 'Текст документа' });

async function makePaper(page: Page, title: string, paragraphs: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Новый документ' }).click();
  await page.getByLabel('Название').fill(title);
  await page.getByRole('button', { name: 'Создать документ' }).click();
  await expect(text(page)).toBeFocused();
  for (const [i, paragraph] of paragraphs.entries()) {
    if (i > 0) await page.keyboard.press('Enter');
    await page.keyboard.type(paragraph);
  }
  await expect(page.getByTitle('Сохранено')).toBeVisible();
}

async function openPaper(page: Page, title: string): Promise<void> {
  await page.getByRole('log').getByText(title).click();
  await expect(text(page)).toBeVisible();
}

/** A click puts the caret where the finger is: the end of the words is found with the End key. */
async function typeAfter(page: Page, words: string, more: string): Promise<void> {
  await text(page).locator('p, h2').filter({ hasText: words }).last().click();
  await page.keyboard.press('End');
  await page.keyboard.type(more);
}

async function isThereOnce(page: Page, words: string): Promise<void> {
  await expect(text(page)).toBeVisible();
  // Where a piece stood is said with the words before it.
  const said = page.locator('.paper-page p:not(:has-text("Стоял после"))');
  await expect(said.filter({ hasText: words })).toHaveCount(1);
}
