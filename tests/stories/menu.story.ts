/** The menu of a message: what it offers while the words wait, and where it stands. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R743] what still waits is not deleted for all but withdrawn: the words are back where they were written, and nobody hears of them', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Кто понесёт котелок?');
  await masha.open('7А');
  await masha.act('Кто понесёт котелок?', 'Ответить');
  await masha.loseNetwork();
  await masha.say('Я, если пайду');
  await masha.act('Я, если пайду', 'Отменить отправку');
  await expect(masha.message('Я, если пайду')).toHaveCount(0);
  await expect(masha.composer).toHaveValue('Я, если пайду');
  await expect(masha.composer).toBeFocused();
  await masha.say('Я, если пойду');
  await expect(masha.message('Я, если пойду')).toContainText('Кто понесёт котелок?');

  // What is being written meanwhile stays before it.
  await masha.say('И ложки');
  await masha.composer.fill('А кто повар?');
  await masha.act('И ложки', 'Отменить отправку');
  await expect(masha.composer).toHaveValue('А кто повар?\nИ ложки');

  // What is sent while its menu is open can only be deleted for all.
  await masha.say('Спасибо');
  await masha.message('Спасибо').click({ button: 'right' });
  const menu = masha.page.getByRole('dialog', { name: 'Действия с сообщением' });
  await expect(menu.getByRole('button', { name: 'Отменить отправку' })).toBeVisible();
  await masha.findNetwork();
  await expect(menu.getByRole('button', { name: 'Удалить у всех' })).toBeVisible(AFTER_OUTAGE);
  await expect(menu.getByRole('button', { name: 'Отменить отправку' })).toHaveCount(0);
  await anna.sees('Кто понесёт котелок?', 'Я, если пойду', 'Спасибо');
  await expect(anna.message('Я, если пайду')).toHaveCount(0);
});

test('[R744] an open menu goes when the phone is turned, and stays in sight when only the keyboard comes or goes', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.say('Завтра приду');
  const menu = masha.page.getByRole('dialog', { name: 'Действия с сообщением' });
  for (const [width, height] of [
    [360, 740],
    [1_000, 700],
  ] as const) {
    await masha.page.setViewportSize({ width, height });
    await masha.message('Завтра приду').focus();
    await masha.page.keyboard.press('Enter');
    await expect(menu).toBeVisible();
    await masha.page.setViewportSize({ width, height: 500 });
    await expect(menu.getByRole('button', { name: 'Ответить' })).toBeInViewport({ ratio: 1 });
    await masha.page.setViewportSize({ width: height, height: width });
    await expect(menu).toHaveCount(0);
    await expect(masha.message('Завтра приду')).toBeFocused();
  }
});

test('[R779] who copies a message sees that it is copied, or that the browser did not allow it', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.say('Сбор в восемь у школы');
  const { page } = masha;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await masha.act('Сбор в восемь у школы', 'Копировать текст');
  await expect(page.getByText('Скопировано', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Сбор в восемь у школы');
  await expect(page.getByText('Скопировано', { exact: true })).toHaveCount(0);

  // Some browsers, and some schools' rules for them, do not let a page do that.
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await masha.act('Сбор в восемь у школы', 'Копировать текст');
  await expect(page.getByText('Браузер не дал скопировать')).toBeVisible();
});

test('[R874] the arrows go through the menu of a message, and Escape leads back to it', async ({
  school,
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await school.kill();
  await anna.say('Завтра контрольная');
  const message = anna.message('Завтра контрольная');
  await message.focus();
  const { keyboard } = anna.page;
  await keyboard.press('Enter');
  const menu = anna.page.getByRole('dialog', { name: 'Действия с сообщением' });
  const acts = menu.getByRole('button');
  await expect(acts.first()).toBeFocused();
  await keyboard.press('ArrowDown');
  await expect(acts.nth(1)).toBeFocused();
  await keyboard.press('End');
  await expect(menu.getByRole('button', { name: 'Отменить отправку' })).toBeFocused();
  // It is sent while its menu stands open: what was offered last goes, and another comes.
  await school.start();
  await expect(menu.getByRole('button', { name: 'Удалить у всех' })).toBeFocused(AFTER_OUTAGE);
  await keyboard.press('ArrowDown');
  await expect(acts.first()).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect(menu.getByRole('button', { name: 'Удалить у всех' })).toBeFocused();
  await keyboard.press('Home');
  await expect(acts.first()).toBeFocused();
  await keyboard.press('Escape');
  await expect(message).toBeFocused();
});
