/** Everybody can use it: no serious finding of axe on any main screen, light and dark. */

import { expect, type Locator } from '@playwright/test';
import { holdsNoBarrier } from '../support/barriers.ts';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`[R716] chat list, chat, papers, school and settings hold no serious barrier (${colorScheme})`, async ({
    people,
  }) => {
    const anna = await people.comeIn('anna', { colorScheme });
    const masha = await people.comeIn('masha', { colorScheme });
    await holdsNoBarrier(masha.page);
    await masha.open('7А');
    await masha.say('Когда контрольная?');
    await anna.open('7А');
    await anna.act('Когда контрольная?', 'Ответить');
    await anna.say('В пятницу');
    await anna.act('В пятницу', 'Закрепить');
    await expect(masha.page.getByRole('button', { name: /Закреплённое сообщение/ })).toBeVisible();
    await masha.act('В пятницу', 'Реакция 👍');
    await expect(masha.message('В пятницу').getByRole('button', { name: /👍/ })).toBeVisible();
    await holdsNoBarrier(masha.page);
    await masha.message('В пятницу').click({ button: 'right' });
    await holdsNoBarrier(masha.page);
    await masha.page.keyboard.press('Escape');
    await masha.loseNetwork();
    await masha.say('А какой параграф?');
    await expect(masha.page.getByText('Не отправлено: 1.')).toBeVisible();
    await holdsNoBarrier(masha.page);
    await masha.findNetwork();

    await anna.page.getByRole('button', { name: 'Новый документ' }).click();
    await anna.page.getByRole('textbox', { name: 'Название' }).fill('План урока');
    await holdsNoBarrier(anna.page);
    await anna.page.getByRole('button', { name: 'Создать документ' }).click();
    await expect(anna.page.getByRole('textbox', { name: 'Текст документа' })).toBeVisible(AFTER_OUTAGE);
    await anna.page.getByRole('textbox', { name: 'Текст документа' }).fill('Повторить главу 3');
    await holdsNoBarrier(anna.page);
    await anna.page.getByRole('button', { name: 'Список дел' }).click();
    await expect(anna.page.getByTitle('Сохранено')).toBeVisible();
    await anna.page.getByRole('link', { name: 'Версии' }).click();
    await anna.page.getByRole('link', { name: /Анна Петровна/ }).click();
    await expect(anna.page.getByText('Так документ выглядит сейчас')).toBeVisible();
    await holdsNoBarrier(anna.page);

    const elena = await people.comeIn('elena', { colorScheme });
    await elena.openPerson('Смирнова Анна Петровна');
    await holdsNoBarrier(elena.page);
    await elena.page.getByRole('searchbox', { name: 'Найти человека' }).fill('');
    await elena.openRightsOf('7А');
    await holdsNoBarrier(elena.page);
    await elena.page.getByRole('switch', { name: /Новые участники не видят/ }).check();
    await holdsNoBarrier(elena.page);
    await elena.page.getByRole('link', { name: 'Настройки' }).click();
    await expect(elena.page.getByText('Хранение на этом устройстве')).toBeVisible();
    await holdsNoBarrier(elena.page);
    await elena.page.getByRole('button', { name: 'Выйти' }).click();
    await holdsNoBarrier(elena.page);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`[R722] what stands there when something is wrong holds no serious barrier (${colorScheme})`, async ({
    people,
    school,
  }) => {
    const phone = { colorScheme, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const masha = await people.comeIn('masha', phone);
    await masha.open('7А');
    await masha.composer.fill('Сочинение про лето. '.repeat(900));
    await expect(masha.page.getByRole('alert')).toContainText(/Слишком длинно: уберите 13.903 знака/);
    await holdsNoBarrier(masha.page);
    await masha.page.evaluate(() => {
      IDBObjectStore.prototype.add = () => {
        throw new DOMException('The disk is full', 'QuotaExceededError');
      };
    });
    await masha.composer.fill('Не помещается');
    await masha.page.getByRole('button', { name: 'Отправить' }).click();
    await expect(masha.page.getByRole('button', { name: 'Сохранить всё в файл' })).toBeVisible();
    await holdsNoBarrier(masha.page);
    await masha.page.getByRole('link', { name: 'О чате' }).click();
    await expect(masha.page.getByRole('heading', { name: 'Участники' })).toBeVisible();
    await holdsNoBarrier(masha.page);

    // A link that was used, and a Safari that is not installed.
    const link = await school.linkFor('petya');
    await masha.page.goto(link);
    await expect(masha.chatLink('7А')).toBeVisible(AFTER_OUTAGE);
    await masha.page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'vendor', { get: () => 'Apple Computer, Inc.' });
    });
    await masha.page.goto(new URL('/settings', link).href);
    await masha.page.goto(link);
    await expect(masha.page.getByRole('alert')).toContainText('уже использована');
    await holdsNoBarrier(masha.page);
    await masha.page.getByRole('link', { name: 'К чатам' }).click();
    await masha.page.getByRole('button', { name: 'Установить Парту' }).click();
    const steps = masha.page.getByRole('dialog', { name: 'Установить Парту' });
    await holdsNoBarrier(masha.page);
    await steps.getByRole('button', { name: 'Закрыть' }).click();
    await expect(steps).toHaveCount(0);
    await holdsNoBarrier(masha.page);
  });
}

test('[R722] a long text that was not accepted is read to its end with the keyboard alone', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  const elena = await people.comeIn('elena');
  await elena.openRightsOf('7А');
  await masha.loseNetwork();
  await masha.say('Сочинение про лето. '.repeat(60));
  await elena.page.getByRole('combobox', { name: 'Писать сообщения' }).selectOption('сотрудники школы');
  await expect(elena.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await masha.findNetwork();
  const card = masha.refused('Сочинение про лето.');
  await expect(card).toContainText('В этом чате вы можете только читать.', AFTER_OUTAGE);
  // Said once: the card says it in place of the composer.
  await expect(masha.page.getByText('В этом чате вы можете только читать.')).toHaveCount(1);
  await holdsNoBarrier(masha.page);
});

test('[R723] where the system gives the colours, what is chosen looks chosen', async ({ people }) => {
  const masha = await people.comeIn('masha', { forcedColors: 'active' });
  const ground = (of: Locator) => of.evaluate((element) => getComputedStyle(element).backgroundColor);
  const chosen = await ground(masha.page.getByRole('link', { name: 'Чаты' }));
  expect(await ground(masha.page.getByRole('link', { name: 'Настройки' }))).not.toBe(chosen);
  await masha.page.getByRole('link', { name: 'Настройки' }).click();
  expect(await ground(masha.page.locator('label', { hasText: 'Русский' }))).toBe(chosen);
  expect(await ground(masha.page.locator('label', { hasText: 'English' }))).not.toBe(chosen);
  const contrast = masha.page.getByRole('switch', { name: 'Высокий контраст' });
  const off = await ground(contrast);
  await contrast.check();
  await expect.poll(() => ground(contrast)).not.toBe(off);
});
