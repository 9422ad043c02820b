/** The relay's own https, with a certificate that a school made itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import { CLOSE } from '#shared/wire/close.ts';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { selfSigned } from '../support/certificate.ts';
import { type ServedSchool, serveSchool } from '../support/served-school.ts';

let folder: string;
let school: ServedSchool;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-https-'));
  school = await serveSchool({ data: join(folder, 'data'), tls: selfSigned(folder) });
});
test.afterAll(async () => {
  await school?.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('[R618] over https the app is stored on the device, the session is for https alone, the line opens', async () => {
  // A worker's script must come over a certificate that the browser takes: the flag stands for the school's own root.
  const args = [...chromiumArgs, '--ignore-certificate-errors'];
  const browser = await chromium.launch({ executablePath: findChromium(), args });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'ru-RU' });
  const page = await context.newPage();
  await page.goto(await school.linkFor('masha'));
  // Whatever the page does with the link, the session is made by this address.
  const token = (await school.linkFor('masha')).split('#')[1];
  const answer = await context.request.post(`${school.origin}/api/in`, {
    data: { token },
    headers: { origin: school.origin },
  });
  expect(answer.status()).toBe(200);
  const cookies = (await context.cookies(school.origin)).filter(({ name }) => name.includes('parta'));
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies)
    expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax' });
  await page.goto(school.origin);
  expect(await page.evaluate(() => isSecureContext)).toBe(true);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // Whoever has no session is sent away with 4401 before the relay looks at a frame; this one is read, and is nonsense.
  const closed = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        const line = new WebSocket('/line');
        line.onopen = () => line.send(Uint8Array.of(255));
        line.onclose = (event) => done(event.code);
      }),
  );
  expect(closed).toBe(CLOSE.malformed.code);
  await browser.close();
});
