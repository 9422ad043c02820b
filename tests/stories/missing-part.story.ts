/** A part of the app that this device has not: the page says so and leads on, and nothing that was written goes. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

const PARTS = '**/_app/immutable/**';

type Step = (person: StoryPerson) => Promise<void>;

/** The relay is away, or an update has put other files in the place of those that this tab knows. */
const LOSSES: [name: string, lose: Step, find: Step][] = [
  ['there is no network', (person) => person.loseNetworkAtOnce(), (person) => person.findNetwork()],
  [
    'an update took its files away',
    async ({ page, wire }) => {
      wire.mute();
      await page.route(PARTS, (route) => route.fulfill({ status: 404 }));
      await page.route('**/healthz', (route) => route.fulfill({ status: 503 }));
    },
    async ({ page, wire }) => {
      await page.unroute(PARTS);
      await page.unroute('**/healthz');
      wire.mend();
    },
  ],
];

for (const [name, lose, find] of LOSSES)
  test(`[R612] a page that cannot be loaded says so and leads on, what was written stays: ${name}`, async ({
    people,
  }) => {
    const masha = await people.comeIn('masha', { serviceWorkers: 'block' });
    await masha.open('7А');
    await lose(masha);
    await masha.say('Я без сети');
    await masha.composer.fill('Недописанное');
    await masha.page.getByRole('link', { name: 'Документы' }).click();
    await expect(masha.page.getByText('То, что вы написали, осталось на устройстве')).toBeVisible(
      AFTER_OUTAGE,
    );
    await masha.page.getByRole('button', { name: 'Попробовать ещё раз' }).click();
    await expect(masha.page.getByText('Пока не получается')).toBeVisible(AFTER_OUTAGE);

    await masha.page.getByRole('link', { name: 'К чатам' }).click();
    await masha.open('7А');
    await masha.seesState('Я без сети', 'В очереди');
    await expect(masha.composer).toHaveValue('Недописанное');

    await masha.page.getByRole('link', { name: 'Документы' }).click();
    await expect(masha.page.getByText('То, что вы написали, осталось на устройстве')).toBeVisible(
      AFTER_OUTAGE,
    );
    await find(masha);
    await expect(masha.page.getByRole('heading', { name: 'Документы', level: 1 })).toBeVisible(AFTER_OUTAGE);
    await masha.page.getByRole('link', { name: 'Чаты' }).click();
    await masha.open('7А');
    await masha.seesState('Я без сети', 'Отправлено');
    await expect(masha.composer).toHaveValue('Недописанное');
    const anna = await people.comeIn('anna');
    await anna.open('7А');
    await anna.sees('Я без сети');
  });
