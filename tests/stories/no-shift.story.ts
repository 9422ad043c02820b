/** The page stands still under a reader's eyes: what the line has to say finds its place without pushing anything. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  desk: { viewport: { width: 1280, height: 800 } },
} as const;

test.use({ history: { chat: '7a', count: 60, uneven: true } });

for (const [device, options] of Object.entries(DEVICES))
  test(`[R720] losing the network and finding it again moves nothing on the screen (${device})`, async ({
    people,
  }) => {
    const masha = await people.comeIn('masha', options);
    await masha.open('7А');
    await expect(masha.message(/Запись 60/)).toBeVisible();
    await standsStill(masha, async () => {
      await masha.loseNetwork();
      await expect(masha.page.getByText('Нет сети. Сообщения уйдут сами.')).toBeVisible();
      await masha.findNetwork();
      await expect(masha.page.getByText('Нет сети')).toHaveCount(0, AFTER_OUTAGE);
    });
    await masha.page.goto(new URL('/chats', masha.page.url()).href);
    await expect(masha.chatLink('7А')).toBeVisible();
    await standsStill(masha, async () => {
      await masha.loseNetwork();
      await expect(masha.page.getByText('Нет сети. Сообщения уйдут сами.')).toBeVisible();
    });
  });

/** Nothing that stays on the page changes its place while that happens. */
async function standsStill({ page }: StoryPerson, happens: () => Promise<void>): Promise<void> {
  const places = () =>
    page.locator('h1, nav a, input, textarea, article').evaluateAll((elements) =>
      elements
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => {
          const { x, y, height } = element.getBoundingClientRect();
          return `${element.id || element.tagName} ${[x, y, height].map(Math.round)}`;
        }),
    );
  const before = await places();
  await happens();
  expect(await places()).toEqual(before);
}
