/** Rights that changed while a person was away: nothing is accepted, and no word is lost. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R703] pinning was narrowed while Anna Petrovna was offline: her pin comes back with why and who, her words stand', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  const masha = await people.comeIn('masha');
  await anna.open('7А');
  await masha.open('7А');
  await anna.say('Контрольная в пятницу');
  await expect(masha.message('Контрольная в пятницу')).toBeVisible();

  await anna.loseNetwork();
  await anna.act('Контрольная в пятницу', 'Закрепить');
  await anna.say('Повторите параграф 12');
  await expect(anna.page.getByRole('button', { name: 'Закреплённое сообщение' })).toBeVisible();

  const elena = await people.comeIn('elena');
  await elena.openRightsOf('7А');
  await elena.page.getByRole('combobox', { name: 'Закреплять сообщения' }).selectOption('администраторы');
  await expect(elena.page.getByText('Действует.')).toBeVisible();

  await anna.findNetwork();
  const card = anna.refused('Закрепление не принято');
  await expect(card).toBeVisible(AFTER_OUTAGE);
  await expect(card).toContainText('Закреплять сообщения здесь вам нельзя.');
  await expect(card).toContainText('Это могут изменить классный руководитель или администратор.');
  await expect(anna.page.getByRole('button', { name: 'Закреплённое сообщение' })).toHaveCount(0);
  await anna.seesState('Повторите параграф 12', 'Прочитано');
  await expect(masha.message('Повторите параграф 12')).toHaveCount(1);
  await expect(masha.page.getByRole('button', { name: 'Закреплённое сообщение' })).toHaveCount(0);
  await expect(anna.message('Контрольная в пятницу')).toBeVisible();

  await card.getByRole('button', { name: 'Убрать' }).click();
  await expect(card).toHaveCount(0);
  await anna.page.reload();
  await expect(anna.message('Повторите параграф 12')).toBeVisible();
  await expect(card).toHaveCount(0);
});

test('[R704] [R867] [R868] a role was taken away while its holder was offline: the words come back as drafts, and are sent again once they may', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  await elena.openRightsOf('Объявления');
  await elena.page.getByRole('combobox', { name: 'Писать сообщения' }).selectOption('сотрудники школы');
  await expect(elena.page.getByText('Действует.')).toBeVisible();
  const anna = await people.comeIn('anna');
  await anna.open('Объявления');
  await anna.loseNetwork();
  await anna.say('Собрание в среду в шесть');
  await anna.say('Приносите дневники');

  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(elena.page.getByText('Действует.')).toBeVisible();

  await anna.findNetwork();
  // One card stands over the messages, the others wait in a line.
  const others = anna.page.getByRole('button', { name: 'Не принято: 2' });
  await expect(others).toBeVisible(AFTER_OUTAGE);
  await expect(anna.refused('Приносите дневники')).toHaveCount(0);
  await others.click();
  for (const words of ['Собрание в среду в шесть', 'Приносите дневники']) {
    await expect(anna.refused(words)).toBeVisible(AFTER_OUTAGE);
    await expect(anna.refused(words)).toContainText('Сообщение не принято');
    await expect(anna.refused(words)).toContainText('В этом чате вы можете только читать.');
    await expect(anna.refused(words)).toContainText('Это может изменить администратор школы.');
    await expect(anna.message(words)).toHaveCount(0);
  }
  const masha = await people.comeIn('masha');
  await masha.open('Объявления');
  await expect(masha.page.getByText('Здесь пока тихо')).toBeVisible();

  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('учитель');
  await expect(anna.composer).toBeVisible(AFTER_OUTAGE);
  await expect(anna.refused('Собрание в среду')).toContainText('Сейчас уже можно.');
  // A slip takes no words away, by mouse or keyboard.
  const put = anna.refused('Приносите дневники').getByRole('button', { name: 'Убрать' });
  await put.press('Enter');
  const undo = anna.page.getByRole('button', { name: 'Отменить' });
  await expect(undo).toBeFocused();
  await undo.press('Enter');
  await put.click();
  await anna.refused('Собрание в среду').getByRole('button', { name: 'Изменить' }).click();
  await expect(anna.page.getByRole('list', { name: 'Не принято' })).toHaveCount(0);
  await expect(anna.composer).toHaveValue('Собрание в среду в шесть');
  await expect(anna.composer).toBeFocused();
  await anna.say('Собрание в четверг в шесть');
  await masha.sees('Собрание в четверг в шесть');
  await expect(masha.message('дневники')).toHaveCount(0);
});

test('[R705] a chat is lost together with the role: its unsent words stay with their author', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('Учительская');
  await anna.loseNetwork();
  await anna.say('Замените меня на третьем уроке');
  const elena = await people.comeIn('elena');
  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(elena.page.getByText('Действует.')).toBeVisible();

  await anna.findNetwork();
  const card = anna.refused('Замените меня на третьем уроке');
  await expect(card).toContainText('Вы не состоите в этом чате.', AFTER_OUTAGE);
  await expect(card).toContainText('Это может изменить администратор школы.');
  await expect(anna.composer).toHaveCount(0);
  await anna.page.goto(new URL('/chats', anna.page.url()).href);
  await expect(anna.chatLink('Учительская')).toHaveCount(0);
  await anna.chatLink('Чат, в котором вас больше нет').click();
  await expect(card).toContainText('Вы не состоите в этом чате.');
  await card.getByRole('button', { name: 'Копировать текст' }).click();
  await card.getByRole('button', { name: 'Убрать' }).click();
  await expect(anna.chatLink('Чат, в котором вас больше нет')).toHaveCount(0);
  await elena.page.getByRole('link', { name: 'Чаты' }).click();
  await elena.open('Учительская');
  await expect(elena.message('Замените меня')).toHaveCount(0);
});

test('[R268] [R257] [R272] what Anna Petrovna wrote in a paper of a chat that she lost meanwhile stays in her list of papers, under the reason, and becomes a paper in another chat', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('Учительская');
  const { page } = anna;
  await page.getByRole('button', { name: 'Новый документ' }).click();
  await page.getByLabel('Название').fill('Замены');
  await page.getByRole('button', { name: 'Создать документ' }).click();
  await page.getByRole('textbox', { name: 'Текст документа' }).click();
  await page.keyboard.type('Замены на завтра.');
  await expect(page.getByTitle('Сохранено')).toBeVisible();
  await anna.loseNetwork();
  await page.keyboard.type(' Третий урок ведёт Игорь Олегович');
  await expect(page.getByTitle('Правки сохранены на этом устройстве')).toBeVisible();
  const elena = await people.comeIn('elena');
  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(elena.page.getByText('Действует.')).toBeVisible();

  await anna.findNetwork();
  const copy = page.getByRole('region', { name: /Ваша копия/ });
  await expect(copy).toContainText('Вы не состоите в этом чате.', AFTER_OUTAGE);
  await page.goto(new URL('/papers', page.url()).href);
  const row = page.getByRole('link', { name: /Замены/ });
  await expect(row).toContainText('Ваш текст, который не приняли');
  await row.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Замены' })).toBeVisible();
  await copy.getByRole('button', { name: 'Показать копию' }).click();
  await expect(copy).toContainText('Третий урок ведёт Игорь Олегович');
  // Its chat is lost, another one takes it.
  const make = copy.getByRole('button', { name: 'Сделать новым документом' });
  await make.click();
  const ask = page.getByRole('dialog', { name: 'В какой чат?' });
  await expect(ask.getByRole('listitem')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(make).toBeFocused();
  await make.press('Enter');
  await ask.getByRole('button', { name: 'Объявления' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Замены (моя копия)' })).toBeVisible();
  const text = page.getByRole('textbox', { name: 'Текст документа' });
  await expect(text).toContainText('Третий урок ведёт Игорь Олегович');
  await expect(page.getByTitle('Сохранено')).toBeVisible(AFTER_OUTAGE);
  await elena.page.getByRole('link', { name: 'Чаты' }).click();
  await elena.open('Объявления');
  await elena.log.getByText('Замены (моя копия)').click();
  await expect(elena.page.getByLabel('Текст документа')).toContainText('Третий урок ведёт Игорь Олегович');
  await page.goBack();
  const pieces = page.getByRole('region', { name: 'Возвращённый текст' });
  await expect(pieces).toContainText('Третий урок ведёт Игорь Олегович');
  await pieces.getByRole('button', { name: 'Убрать' }).click();
  await copy.getByRole('button', { name: 'Убрать копию' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Убрать копию' }).click();
  await expect(copy).toHaveCount(0);
  await expect(row.filter({ hasText: 'Ваш текст, который не приняли' })).toHaveCount(0);
});
