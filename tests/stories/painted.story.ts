/** What the document holds is also on the glass: a chat that was just loaded is looked at, not asked. */

import { expect, type Page } from '@playwright/test';
import { type Box, inkOf } from '../support/ink.ts';
import { test } from '../support/story.ts';

/** A line of text covers a tenth of its bubble; an unpainted bubble covers nothing. */
const INK_MIN = 0.01;
const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  'narrow window': { viewport: { width: 360, height: 740 } },
  desk: { viewport: { width: 1280, height: 800 } },
} as const;

test.use({ history: { chat: '7a', count: 479, uneven: true } });

for (const [device, options] of Object.entries(DEVICES))
  test(`[R719] a chat that was loaded is painted without a touch (${device})`, async ({
    people,
    browser,
  }) => {
    const { page } = await people.comeIn('masha', options);
    const reader = await browser.newPage();
    await page.goto(new URL('/chats/7a', page.url()).href);
    await isPainted(page, reader, 'loaded from the school');
    for (let again = 0; again < 2; again++) {
      await page.reload();
      await isPainted(page, reader, 'loaded from the device');
    }
    await reader.close();
  });

/** Asked from outside, a page draws: nothing looks for an element here before the picture is taken. */
async function isPainted(page: Page, reader: Page, when: string): Promise<void> {
  await isQuiet(page);
  const picture = await page.screenshot();
  const rows = await bubblesInView(page);
  expect(rows.length, when).toBeGreaterThan(2);
  const ink = await inkOf(picture, rows, reader);
  expect(
    ink.filter((share) => share < INK_MIN),
    `${when}: ${ink.map((share) => share.toFixed(3))}`,
  ).toEqual([]);
}

/** The words are there, and what the page does behind its first frames is done: it does that when idle. */
async function isQuiet(page: Page): Promise<void> {
  await page.evaluate(async (words) => {
    const isThere = () => document.querySelector('[role="log"]')?.textContent.includes(words);
    while (!isThere()) await new Promise((done) => setTimeout(done, 50));
    for (let idle = 0; idle < 3; idle++) await new Promise((done) => requestIdleCallback(done));
  }, 'Запись 479');
}

/** The bubbles that stand whole in the view of the list, by the document. */
function bubblesInView(page: Page): Promise<Box[]> {
  return page.locator('[role="log"]').evaluate((list) => {
    const view = list.getBoundingClientRect();
    return [...list.querySelectorAll('.bubble')]
      .map((bubble) => bubble.getBoundingClientRect())
      .filter((box) => box.top >= view.top && box.bottom <= view.bottom)
      .map(({ x, y, width, height }) => ({ x, y, width, height }));
  });
}
