/** The disk of the school is lost: what was acknowledged after the last backup comes back from the devices, once. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import { serveSchool } from '../support/served-school.ts';

const EACH = 50;
/** Backoff of the line, and a hundred messages made again. */
const BACK_MS_MAX = 60_000;

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parta-restore-'));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('[R628] 100 acknowledged messages outlive the disk: restored from before them, the school has each once', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const data = join(folder, 'data');
  const school = await serveSchool({ data });
  const masha = await enter(browser, await school.linkFor('masha'));
  const petya = await enter(browser, await school.linkFor('petya'));
  await say(masha, 'До копии');
  await say(petya, 'И я до копии');
  await expect.poll(() => stored(data).length).toBe(2);
  keep('backup', '--data', data, '--to', join(folder, 'backups'));

  const words: string[] = [];
  for (let i = 1; i <= EACH; i++) {
    for (const [name, page] of [['Маша', masha] as const, ['Петя', petya] as const]) {
      words.push(`${name} ${i} из ${EACH}`);
      await say(page, `${name} ${i} из ${EACH}`);
    }
  }
  await expect.poll(() => stored(data).length).toBe(2 + words.length);
  for (const page of [masha, petya]) await expect(page.getByText('Не отправлено')).toHaveCount(0);
  await school.kill();
  rmSync(data, { recursive: true });

  const [backup] = readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('parta-'));
  keep('restore', '--from', join(folder, 'backups', backup as string), '--to', data);
  expect(stored(data)).toEqual(['До копии', 'И я до копии']);
  // Petya's device is back long before Masha's: what the school has by then says nothing about hers.
  await masha.context().setOffline(true);
  const back = await serveSchool({ data, port: school.port });
  await expect.poll(() => stored(data).length, { timeout: BACK_MS_MAX }).toBe(2 + EACH);
  await masha.context().setOffline(false);
  await expect.poll(() => stored(data).length, { timeout: BACK_MS_MAX }).toBe(2 + 2 * EACH);
  expect(stored(data).toSorted()).toEqual(['До копии', 'И я до копии', ...words].toSorted());

  for (const page of [masha, petya]) {
    await expect(page.getByRole('log').getByText(`Маша ${EACH} из ${EACH}`)).toHaveCount(1);
    await expect(page.getByText('Не отправлено')).toHaveCount(0);
    await page.context().close();
  }
  await back.kill();
});

async function enter(browser: Browser, link: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(link);
  await page.getByRole('link', { name: /^7А/ }).click();
  // The first lease comes with the first connection.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return page;
}

async function say(page: Page, words: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Сообщение' });
  await box.fill(words);
  await page.getByRole('button', { name: 'Отправить' }).click();
  await expect(box).toHaveValue('');
}

function keep(command: 'backup' | 'restore', ...words: string[]): void {
  execFileSync(process.execPath, [join('sync-server', `${command}.ts`), ...words], { stdio: 'pipe' });
}

/** Texts of the messages on the relay's disk, in order of arrival. */
function stored(data: string): string[] {
  const db = new Sqlite(join(data, 'parta.sqlite'), { readonly: true });
  try {
    const sql =
      "select text from places where room = 'chat/7a' and kind = 'message' and gone = 0 order by seq";
    return db.prepare(sql).pluck().all() as string[];
  } finally {
    db.close();
  }
}
