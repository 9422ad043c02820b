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

test('[R720] what has a way back says what it belongs to, and its title stands still when the network goes', async ({
  people,
}) => {
  const elena = await people.comeIn('elena', DEVICES.phone);
  const noNetwork = elena.page.getByText('Нет сети. Сообщения уйдут сами.');
  const loses = async () => {
    await elena.loseNetwork();
    await expect(noNetwork).toBeVisible();
  };
  const finds = async () => {
    await elena.findNetwork();
    await expect(noNetwork).toHaveCount(0, AFTER_OUTAGE);
  };
  await elena.openRightsOf('7А');
  await expect(elena.page.getByText(/^Права чата · \d+ участник/)).toBeVisible();
  await standsStill(elena, loses);
  await standsStill(elena, finds);
  await elena.page.getByRole('link', { name: 'Назад к школе' }).click();
  await elena.openPerson('Смирнова Анна Петровна');
  await standsStill(elena, loses);
  await finds();

  await elena.page.getByRole('link', { name: 'Чаты' }).click();
  await elena.open('Учительская');
  await elena.page.getByRole('button', { name: 'Новый документ' }).click();
  await elena.page.getByRole('textbox', { name: 'Название' }).fill('План урока');
  await elena.page.getByRole('button', { name: 'Создать документ' }).click();
  await expect(elena.page.getByRole('textbox', { name: 'Текст документа' })).toBeVisible(AFTER_OUTAGE);
  await expect(elena.page.getByTitle('Сохранено')).toBeVisible(AFTER_OUTAGE);
  await standsStill(elena, loses);
  await standsStill(elena, finds);
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
