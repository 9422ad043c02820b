/** How a paper was before: Anna Petrovna deletes by mistake and brings the text back; who only reads has no versions. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { StoryPaper } from '../support/story-paper.ts';
import { AFTER_OUTAGE } from '../support/story-person.ts';

test('[R261] [R370] Anna Petrovna deletes everything by mistake, brings it back from the versions, and Masha sees it; what stood there in between is a version too', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const hers = new StoryPaper(anna);
  await hers.make('Экскурсия', 'Собираемся в восемь.', 'Берём воду.');
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.log.getByText('Экскурсия').click();
  const mashas = new StoryPaper(masha);
  await mashas.reads('Берём воду.');
  await mashas.typeAfter('Берём воду.', ' И яблоки.');
  await hers.reads('Берём воду. И яблоки.');

  await hers.text.click();
  await anna.page.keyboard.press('Control+A');
  await anna.page.keyboard.press('Delete');
  await hers.isSaved();
  await expect(mashas.text).not.toContainText('Собираемся');

  await hers.versions.click();
  await expect(hers.listed).toHaveText([/Анна Петровна/, /Маша Котова/, /Анна Петровна/]);
  await hers.listed.first().click();
  await expect(anna.page.getByText('Тогда в документе ничего не было.')).toBeVisible();
  await expect(anna.page.getByText('Так документ выглядит сейчас')).toBeVisible();
  await hers.listed.nth(1).click();
  await expect(hers.asItWas).toContainText('Берём воду. И яблоки.');
  await hers.restore.click();
  await expect(anna.page.getByText('Версия возвращена.')).toBeVisible();
  await expect(anna.page.getByText('Так документ выглядит сейчас')).toBeVisible();
  await mashas.reads('Собираемся в восемь.', 'Берём воду. И яблоки.');

  // The list follows: the empty paper is a step of the newest sitting.
  await hers.listed.first().click();
  await expect(hers.asItWas).toContainText('Берём воду. И яблоки.');
  await anna.page.getByRole('link', { name: 'Шаг раньше' }).click();
  await expect(anna.page.getByText('Тогда в документе ничего не было.')).toBeVisible();
  await anna.page.getByRole('link', { name: 'К документу' }).click();
  await hers.reads('Собираемся в восемь.', 'Берём воду. И яблоки.');
  await mashas.typeAfter('И яблоки.', ' Ура!');
  await hers.reads('И яблоки. Ура!');
});

test('[R262] who only reads has no versions, a paper that is not here offers nothing, and without a network it is said', async ({
  people,
}) => {
  const anna = await people.comeIn('anna');
  await anna.open('7А');
  const hers = new StoryPaper(anna);
  await hers.make('Правила', 'Не бегать.');
  const masha = await people.comeIn('masha');
  await masha.open('7А');
  await masha.log.getByText('Правила').click();
  const mashas = new StoryPaper(masha);
  await mashas.reads('Не бегать.');
  await expect(mashas.versions).toBeVisible();
  await anna.page.getByRole('button', { name: 'Доступ и название' }).click();
  await anna.page.getByText('Только автор').click();
  await anna.page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(masha.page.getByText('Этот документ вам доступен только для чтения.')).toBeVisible(
    AFTER_OUTAGE,
  );
  await expect(mashas.versions).toHaveCount(0);
  await expect(masha.page.getByRole('button', { name: 'Доступ и название' })).toBeVisible();
  await masha.page.goto(`${masha.page.url()}/versions`);
  await expect(masha.page.getByText('Версии видят те, кто правит документ')).toBeVisible(AFTER_OUTAGE);

  await masha.page.goto(new URL('/papers/nothing', masha.page.url()).href);
  await expect(masha.page.getByText('Такого документа здесь нет')).toBeVisible();
  await expect(masha.page.getByRole('button', { name: 'Доступ и название' })).toHaveCount(0);
  await expect(mashas.versions).toHaveCount(0);

  await anna.loseNetwork();
  await hers.versions.click();
  await expect(anna.page.getByText('Сейчас версии не посмотреть')).toBeVisible();
  await anna.findNetwork();
  await expect(hers.listed).toHaveText([/Анна Петровна/], AFTER_OUTAGE);
});
