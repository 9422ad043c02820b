/** Words that were not sent yet: whatever becomes of the page, they are where they were typed. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import type { StoryPerson } from '../support/story-person.ts';

/** On a new page of the same browser, in the same chat. */
async function comeBack(person: StoryPerson): Promise<void> {
  const page = await person.page.context().newPage();
  await page.goto(person.page.url());
  person.page = page;
}

test('[R490] what Masha types is kept while she types: through a crash, a reload at the last letter, a closed tab, a word of an input method', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.composer.click();
  // A hand that never rests: the tab goes before any pause.
  const words = 'Пишу без остановки и ни разу не задумавшись';
  await masha.page.keyboard.type(words, { delay: 50 });
  await masha.crash();
  await comeBack(masha);
  await expect(masha.composer).toHaveValue(/^Пишу без остановки и ни/);

  await masha.composer.fill('');
  await masha.composer.pressSequentially('До последней буквы');
  await masha.page.reload();
  await expect(masha.composer).toHaveValue('До последней буквы');

  await masha.composer.press('End');
  const session = await masha.page.context().newCDPSession(masha.page);
  await session.send('Input.imeSetComposition', { text: ' слова', selectionStart: 6, selectionEnd: 6 });
  await masha.page.reload();
  await expect(masha.composer).toHaveValue('До последней буквы слова');

  await masha.composer.press('End');
  await masha.page.keyboard.type('!');
  const closed = masha.page;
  await Promise.all([comeBack(masha), closed.close({ runBeforeUnload: true })]);
  await expect(masha.composer).toHaveValue('До последней буквы слова!');
});

test('[R492] an edit and an answer that Masha was writing go on: after another chat, a reload, a slip of the hand, and when the message is gone', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  await anna.say('Кто понесёт котелок?');
  await masha.open('7А');
  await masha.say('Завтра приду');
  await masha.act('Завтра приду', 'Изменить');
  await masha.composer.fill('Завтра приду в девять');
  await masha.open('Объявления');
  await masha.open('7А');
  await expect(masha.composer).toHaveValue('Завтра приду в девять');
  await masha.page.reload();
  await expect(masha.composer).toHaveValue('Завтра приду в девять');

  // She answers meanwhile; the answer too outlives the page, and then the edit goes on.
  await masha.act('Кто понесёт котелок?', 'Ответить');
  await masha.composer.fill('Я понесу');
  await masha.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(masha.composer).toHaveValue('Завтра приду в девять');
  await masha.page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(masha.message('Завтра приду в девять')).toBeVisible();
  await expect(masha.composer).toHaveValue('');
  await masha.act('Кто понесёт котелок?', 'Ответить');
  await masha.composer.fill('И ложки');
  await masha.page.reload();
  await expect(masha.page.getByRole('button', { name: 'Отмена' })).toBeVisible();
  await masha.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(masha.message('И ложки')).toContainText('Кто понесёт котелок?');

  // The message that she changes is deleted by her teacher: her words stay, as a draft.
  await masha.act('Завтра приду в девять', 'Изменить');
  await masha.composer.fill('Завтра приду в десять');
  await anna.act('Завтра приду в девять', 'Удалить у всех');
  await anna.page.getByRole('button', { name: /^Удалить/ }).click();
  await expect(masha.message('Завтра приду в девять')).toHaveCount(0);
  await expect(masha.composer).toHaveValue('Завтра приду в десять');
  await masha.page.reload();
  await expect(masha.composer).toHaveValue('Завтра приду в десять');
  await masha.page.getByRole('button', { name: 'Отправить' }).click();
  await expect(masha.message('Завтра приду в десять')).toBeVisible();
});

test('[R469] what Masha was writing when her chat became one to read only is in sight: to copy, to let go of, to go on with', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  const elena = await people.comeIn('elena');
  await masha.open('7А');
  await masha.composer.fill('Почему я считаю, что');
  await elena.openRightsOf('7А');
  const writers = elena.page.getByRole('combobox', { name: 'Писать сообщения' });
  await writers.selectOption('сотрудники школы');
  await expect(masha.page.getByText('В этом чате вы можете только читать.')).toBeVisible();
  await expect(masha.composer).toHaveCount(0);
  const card = masha.page.getByRole('list', { name: 'Недописанное' }).getByRole('listitem');
  await expect(card).toContainText('Недописанное сообщение');
  await expect(card).toContainText('Почему я считаю, что');
  await masha.page.reload();
  await masha.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await card.getByRole('button', { name: 'Копировать текст' }).click();
  await expect(card.getByRole('button', { name: 'Скопировано' })).toBeVisible();
  expect(await masha.page.evaluate(() => navigator.clipboard.readText())).toBe('Почему я считаю, что');

  await writers.selectOption('все участники');
  await expect(masha.composer).toHaveValue('Почему я считаю, что');
  await writers.selectOption('сотрудники школы');
  await card.getByRole('button', { name: 'Убрать' }).click();
  await expect(card).toHaveCount(0);
  await writers.selectOption('все участники');
  await expect(masha.composer).toHaveValue('');
});

test('[R740] what Anna Petrovna was writing in a chat that she lost is in sight: in her list, to copy, to let go of', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  const elena = await people.comeIn('elena');
  await anna.open('Учительская');
  await anna.say('Буду в три');
  await anna.act('Буду в три', 'Изменить');
  await anna.composer.fill('Буду в четыре');
  await anna.open('Объявления');
  await anna.open('Учительская');
  await anna.act('Буду в три', 'Ответить');
  await anna.composer.fill('Прошу заменить меня');
  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(anna.page.getByText('Вы не состоите в этом чате.')).toBeVisible();
  const cards = anna.page.getByRole('list', { name: 'Недописанное' }).getByRole('listitem');
  await expect(cards).toHaveCount(2);
  await anna.page.goto(new URL('/chats', anna.page.url()).href);
  await expect(anna.chatLink('Учительская')).toHaveCount(0);
  const list = anna.page.getByRole('navigation', { name: 'Чаты' });
  const lost = list.getByRole('link', { name: /^Чат, в котором вас больше нет/ });
  await expect(lost).toContainText('Прошу заменить меня');
  await lost.click();
  const words = cards.filter({ hasText: 'Прошу заменить меня' });
  await anna.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await words.getByRole('button', { name: 'Копировать текст' }).click();
  expect(await anna.page.evaluate(() => navigator.clipboard.readText())).toBe('Прошу заменить меня');
  await words.getByRole('button', { name: 'Убрать' }).click();
  await expect(lost).toContainText('Буду в четыре');
  await cards.getByRole('button', { name: 'Убрать' }).click();
  await expect(lost).toHaveCount(0);
});
