/** The app on a device: it opens with no relay, and a newer release is offered, never forced. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, expect, type Page, test } from '@playwright/test';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { countingProxy } from '../support/counting-proxy.ts';
import { buildRelease, type Release } from '../support/releases.ts';
import { serveSchool } from '../support/served-school.ts';
import { appIsStored } from '../support/stored-app.ts';
import { StoryPaper } from '../support/story-paper.ts';

let first: Release;
let second: Release;

test.beforeAll(() => {
  test.setTimeout(120_000);
  first = buildRelease('release-one');
  second = buildRelease('release-two', (sources) => {
    const page = join(sources, 'src', 'app.html');
    writeFileSync(page, readFileSync(page, 'utf8').replace('<title>Парта', '<title>Новая Парта'));
    // The editor of papers is another one too.
    const editor = join(sources, 'src', 'lib', 'papers', 'paper-editor.ts');
    writeFileSync(
      editor,
      `${readFileSync(editor, 'utf8')}\nObject.assign(globalThis, { newEditor: true });\n`,
    );
  });
});
test.afterAll(() => {
  first?.remove();
  second?.remove();
});

test('[R613] after one load, with the relay killed, a restarted browser opens chats and papers and takes new words', async ({
  browser,
}) => {
  const masha = profile();
  const data = folder();
  const school = await serveSchool({ data, build: first.folder });
  const before = await masha.open();
  const page = await comeIn(before, await school.linkFor('masha'));
  await stored(page, 'release-one');
  await say(page, 'Кто идёт в музей?');
  await expect(page.getByText('Не отправлено')).toHaveCount(0);
  await new StoryPaper({ page }).make('План', 'Идём в музей.');
  const plan = page.url();
  await emptyHttpCache(page);
  await before.close();
  await school.kill();

  const after = await masha.open();
  const again = await after.newPage();
  await again.goto(`${school.origin}/chats`);
  expect(await releaseOf(again)).toBe('release-one');
  await again.getByRole('link', { name: /^7А/ }).click();
  const log = again.getByRole('log');
  await expect(log.getByText('Кто идёт в музей?')).toBeVisible();
  await say(again, 'Я иду, пишу без сети');
  // A deep link is the shell's too, and what was written is there.
  await again.goto(`${school.origin}/chats/7a`);
  await expect(log.getByText('Я иду, пишу без сети')).toBeVisible();
  // So is a paper that was opened once, with its editor.
  await again.goto(plan);
  const paper = new StoryPaper({ page: again });
  await paper.typeAfter('Идём в музей.', ' Встреча у школы.');
  await expect(paper.text).toContainText('Идём в музей. Встреча у школы.');

  const back = await serveSchool({ data, build: first.folder, port: school.port });
  const anna = await comeIn(await browser.newContext(), await back.linkFor('anna'));
  await expect(anna.getByRole('log').getByText('Я иду, пишу без сети')).toBeVisible({ timeout: 40_000 });
  await expect(anna.getByRole('log').getByText('Я иду, пишу без сети')).toHaveCount(1);
  await anna.goto(plan);
  await new StoryPaper({ page: anna }).reads('Идём в музей. Встреча у школы.');
  await anna.context().close();
  await after.close();
  await back.kill();
});

test('[R609] [R613] who never opened a paper makes one after one load, with the relay killed and the browser restarted', async ({
  browser,
}) => {
  const masha = profile();
  const data = folder();
  const school = await serveSchool({ data, build: first.folder });
  const before = await masha.open();
  const page = await before.newPage();
  await page.goto(await school.linkFor('masha'));
  await expect(page.getByRole('link', { name: /^7А/ })).toBeVisible();
  await stored(page, 'release-one');
  await before.close();
  await school.kill();

  const after = await masha.open();
  const again = await after.newPage();
  await again.goto(`${school.origin}/chats`);
  await again.getByRole('link', { name: /^7А/ }).click();
  const paper = new StoryPaper({ page: again });
  await again.getByRole('button', { name: 'Новый документ' }).click();
  await again.getByLabel('Название').fill('План');
  await again.getByRole('button', { name: 'Создать документ' }).click();
  await paper.text.click();
  await again.keyboard.type('Идём в музей.');
  await expect(again.getByTitle('Правки сохранены на этом устройстве')).toBeVisible();
  const plan = again.url();
  await after.close();

  const later = await masha.open();
  const third = await later.newPage();
  await third.goto(plan);
  await expect(new StoryPaper({ page: third }).text).toContainText('Идём в музей.');
  const back = await serveSchool({ data, build: first.folder, port: school.port });
  const anna = await (await browser.newContext()).newPage();
  await anna.goto(await back.linkFor('anna'));
  await anna.getByRole('link', { name: /^7А/ }).click();
  await anna.getByRole('log').getByText('План', { exact: true }).click({ timeout: 40_000 });
  await new StoryPaper({ page: anna }).reads('Идём в музей.');
  await anna.context().close();
  await later.close();
  await back.kill();
});

test('[R614] storing a release fetches no file of the first load again', async ({ browser }) => {
  const { proxy, origin, end } = await proxied();
  const page = await browser.newPage();
  await page.goto(origin);
  await stored(page, 'release-one');
  const files = [...proxy.counts].filter(([path]) => path.startsWith('/_app/immutable/'));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter(([, times]) => times > 1)).toEqual([]);
  await page.close();
  await end();
});

test('[R615] a newer release is offered; accepted, every tab runs it, and a full outbox goes on from there', async ({
  browser,
}) => {
  const data = folder();
  const school = await serveSchool({ data, build: first.folder });
  const context = await browser.newContext();
  let isLineUp = true;
  await context.routeWebSocket(/[/]line$/, (line) => {
    if (isLineUp) line.connectToServer();
    else void line.close({ code: 1013 });
  });
  const page = await comeIn(context, await school.linkFor('masha'));
  await stored(page, 'release-one');
  isLineUp = false;
  await school.kill();
  await say(page, 'Написано до обновления');
  const other = await context.newPage();
  await other.goto(`${school.origin}/chats`);
  const renewed = await serveSchool({ data, build: second.folder, port: school.port });

  await page.reload();
  // The old release runs on until a person says so.
  await expect(page.getByText('Доступно обновление')).toBeVisible();
  expect(await releaseOf(page)).toBe('release-one');
  // Who goes on meanwhile has the screen back, and finds it in the settings.
  await other.getByRole('button', { name: 'Не сейчас' }).click();
  await expect(other.getByText('Доступно обновление')).toHaveCount(0);
  await other.getByRole('link', { name: 'Настройки' }).click();
  await expect(other.getByRole('button', { name: 'Обновить', exact: true })).toBeVisible();
  await page.getByRole('textbox', { name: 'Сообщение' }).fill('Недописанное');
  const reloads = [page.waitForEvent('load'), other.waitForEvent('load')];
  await page.getByRole('button', { name: 'Обновить', exact: true }).click();
  await Promise.all(reloads);
  for (const tab of [page, other]) await expect.poll(() => releaseOf(tab)).toBe('release-two');
  await expect(page.getByRole('log').getByText('Написано до обновления')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Сообщение' })).toHaveValue('Недописанное');
  // The release before stays for one more: a tab that still runs it finds its chunks.
  expect(await page.evaluate(() => caches.keys())).toEqual(
    expect.arrayContaining(['parta-release-release-one', 'parta-release-release-two']),
  );

  isLineUp = true;
  const anna = await comeIn(await browser.newContext(), await renewed.linkFor('anna'));
  await expect(anna.getByRole('log').getByText('Написано до обновления')).toBeVisible({ timeout: 40_000 });
  await anna.context().close();
  await context.close();
  await renewed.kill();
});

test('[R609] who writes in papers does so with a newer release too, without a network from its first start on', async () => {
  const masha = profile();
  const data = folder();
  const school = await serveSchool({ data, build: first.folder });
  const before = await masha.open();
  const page = await comeIn(before, await school.linkFor('masha'));
  await stored(page, 'release-one');
  await new StoryPaper({ page }).make('План', 'Идём в музей.');
  const plan = page.url();
  await school.kill();
  const renewed = await serveSchool({ data, build: second.folder, port: school.port });
  await page.goto(`${school.origin}/chats`);
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Обновить', exact: true }).click();
  await loaded;
  await expect.poll(() => releaseOf(page)).toBe('release-two');
  await before.close();
  await renewed.kill();

  const after = await masha.open();
  const again = await after.newPage();
  await again.goto(plan);
  const paper = new StoryPaper({ page: again });
  await paper.typeAfter('Идём в музей.', ' Встреча у школы.');
  await expect(paper.text).toContainText('Идём в музей. Встреча у школы.');
  expect(await again.evaluate(() => 'newEditor' in globalThis)).toBe(true);
  await after.close();
});

test('[R616] a browser below the floor gets plain words, and nothing of the app starts', async ({
  browser,
}) => {
  const school = await serveSchool({ data: folder(), build: first.folder });
  const context = await browser.newContext();
  await context.addInitScript(() => {
    delete (CSS as unknown as Record<string, unknown>).registerProperty;
  });
  const page = await context.newPage();
  const scripts: string[] = [];
  page.on('pageerror', (error) => scripts.push(error.message));
  await page.goto(school.origin, { waitUntil: 'commit' });
  await expect(page.getByText('Этот браузер слишком старый для «Парты»')).toBeVisible();
  expect(await page.locator('#app').count()).toBe(0);
  expect(scripts).toEqual([]);
  await context.close();
  await school.kill();
});

test('[R792] while a newer release waits, an address that leads nowhere says so and stands still', async ({
  browser,
}) => {
  const data = folder();
  const school = await serveSchool({ data, build: first.folder });
  const context = await browser.newContext();
  const page = await comeIn(context, await school.linkFor('masha'));
  await stored(page, 'release-one');
  await school.kill();
  const renewed = await serveSchool({ data, build: second.folder, port: school.port });
  await page.reload();
  await expect(page.getByText('Доступно обновление')).toBeVisible();

  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.goto(`${school.origin}/no/such/page`);
  await expect(page.getByRole('heading', { name: 'Такой страницы нет' })).toBeVisible();
  await page.getByRole('link', { name: 'К чатам' }).click();
  await expect(page.getByText('Доступно обновление')).toBeVisible();
  expect(loads).toBe(1);
  await context.close();
  await renewed.kill();
});

test('[R619] [R791] an address without https says what to do instead of half working', async () => {
  const school = await serveSchool({ data: folder(), build: first.folder });
  const args = [...chromiumArgs, '--host-resolver-rules=MAP parta.school7.example 127.0.0.1'];
  const browser = await chromium.launch({ executablePath: findChromium(), args });
  const page = await browser.newPage({ locale: 'ru-RU' });
  await page.goto(`http://parta.school7.example:${school.port}/chats`);
  await expect(page.getByRole('heading', { name: 'Этот адрес не защищён' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'https://parta.school7.example' })).toHaveAttribute(
    'href',
    'https://parta.school7.example/chats',
  );
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'This address is not secure' })).toBeVisible();
  await browser.close();
  await school.kill();
});

test('[R617] the sign-in page of a Wi-Fi is never stored as a part of the app', async ({ browser }) => {
  const { proxy, origin, end } = await proxied();
  proxy.captive.set('/icons/parta-512.png', 'Войдите в Wi-Fi школы');
  const page = await browser.newPage();
  await page.goto(origin);
  const ended = page.evaluate(async () => {
    for (;;) {
      const worker = (await navigator.serviceWorker.getRegistration())?.installing;
      if (worker)
        return new Promise<string>((done) => {
          worker.onstatechange = () => worker.state !== 'installing' && done(worker.state);
        });
      await new Promise(requestAnimationFrame);
    }
  });
  expect(await ended).toBe('redundant');
  proxy.captive.clear();
  await page.reload();
  await stored(page, 'release-one');
  await page.close();
  await end();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-story-'));
  folders.push(made);
  return made;
}
const folders: string[] = [];
test.afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

/** A school behind something that passes its answers on. */
async function proxied() {
  const proxy = await countingProxy();
  const origin = `http://localhost:${proxy.port}`;
  const school = await serveSchool({ data: folder(), build: first.folder, origin });
  proxy.leadTo(school.port);
  const end = () => {
    proxy.close();
    return school.kill();
  };
  return { proxy, origin, end };
}

/** Signs in and opens the chat of 7А. */
async function comeIn(context: BrowserContext, link: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('link', { name: /^7А/ }).click();
  return page;
}

/** A browser profile that outlives its browser. */
function profile(): { open(): Promise<BrowserContext> } {
  const dir = folder();
  return {
    open: () =>
      chromium.launchPersistentContext(dir, {
        executablePath: findChromium(),
        args: chromiumArgs,
        locale: 'ru-RU',
      }),
  };
}

/** What the browser keeps of its own may go at any time; the app's own store is what counts. */
async function emptyHttpCache(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.detach();
}

async function say(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Сообщение' }).fill(words);
  await page.getByRole('button', { name: 'Отправить' }).click();
  await expect(page.getByRole('log').getByText(words)).toBeVisible();
}

/** Waits until the release is stored whole and in charge of the page. */
async function stored(page: Page, version: string): Promise<void> {
  await appIsStored(page);
  const held = await page.evaluate(
    async (name) => Boolean(await (await caches.open(name)).match('/')),
    `parta-release-${version}`,
  );
  expect(held).toBe(true);
}

function releaseOf(page: Page): Promise<string | null> {
  return page.locator('meta[name="parta-release"]').getAttribute('content');
}
