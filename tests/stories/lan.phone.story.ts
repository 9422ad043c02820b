/** A school to try, on the phones of a room: https with a certificate that the demo made itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import { lanCertificate } from '#server/demo/certificate.ts';
import { chromiumArgs, findChromium } from '../../scripts/chromium.mjs';
import { freePort, serveSchool } from '../support/served-school.ts';
import { StoryPerson } from '../support/story-person.ts';
import { StoryWire } from '../support/story-wire.ts';

const ADDRESS = '192.168.7.7';

test('[R784] Masha opens the http address on her phone, is led to https, signs in there and writes', async ({
  contextOptions,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'parta-lan-'));
  const port = await freePort();
  await lanCertificate(folder, [ADDRESS], Date.now());
  const build = process.env.PARTA_STORIES_BUILD;
  const school = await serveSchool({
    ...{ data: join(folder, 'data'), port, origin: `http://localhost:${port}`, alsoPlain: true },
    tls: { cert: join(folder, 'lan-cert.pem'), key: join(folder, 'lan-key.pem') },
    otherOrigins: [`https://${ADDRESS}:${port}`],
    ...(build && { build }),
  });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...chromiumArgs, `--host-resolver-rules=MAP ${ADDRESS} 127.0.0.1`],
  });
  const wire = await StoryWire.lay();
  const come = async () => {
    const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const context = await browser.newContext({ ...contextOptions, ...options, ignoreHTTPSErrors: true });
    return context.newPage();
  };

  const masha = new StoryPerson('masha', await come(), wire);
  const { hash } = new URL(await school.linkFor('masha'));
  await masha.page.goto(`http://${ADDRESS}:${port}/in${hash}`);
  await expect(masha.page.getByRole('heading', { name: 'Этот адрес не защищён' })).toBeVisible();
  const lead = masha.page.getByRole('link', { name: `https://${ADDRESS}:${port}` });
  await expect(masha.page.getByRole('status').filter({ has: lead })).toContainText('сертификате');
  await expect(masha.page.getByText('PARTA_TLS_CERT')).toBeHidden();
  await lead.tap();
  await expect(masha.chatLink('Объявления')).toBeVisible();
  expect(new URL(masha.page.url()).origin).toBe(`https://${ADDRESS}:${port}`);
  const cookies = await masha.page.context().cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true });
  await masha.open('7А');
  await masha.say('Пишу с телефона');
  await masha.seesState('Пишу с телефона', 'Отправлено');

  // Anna Petrovna sits at the computer that serves the school.
  const anna = new StoryPerson('anna', await come(), wire);
  await anna.enter(await school.linkFor('anna'));
  expect(new URL(anna.page.url()).protocol).toBe('http:');
  await anna.open('7А');
  await anna.sees('Пишу с телефона');
  await masha.seesState('Пишу с телефона', 'Прочитано');

  wire.close();
  await browser.close();
  await school.kill();
  rmSync(folder, { recursive: true, force: true });
});
