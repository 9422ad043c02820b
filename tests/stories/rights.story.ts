/** Administrators change who may what, offline too: accepted means effective, for everyone, at once. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test('[R708] rights changed without a network take effect on every screen within a second of arriving', async ({
  people,
}) => {
  const masha = await people.comeIn('masha');
  await masha.open('Объявления');
  await expect(masha.composer).toBeVisible();
  const anna = await people.comeIn('anna');
  await anna.open('Учительская');
  const elena = await people.comeIn('elena');
  await elena.openRightsOf('Объявления');
  // The registry's own library is on the device now; the page of a person opens without a network too.
  await elena.loseNetwork();
  await elena.page.getByRole('combobox', { name: 'Писать сообщения' }).selectOption('сотрудники школы');
  const queued = elena.page.getByText('Ждёт отправки. Начнёт действовать, когда школа примет изменение.');
  await expect(queued).toBeVisible();
  await elena.openPerson('Смирнова Анна Петровна');
  await elena.page.getByRole('combobox', { name: 'Роль в школе' }).selectOption('родитель');
  await expect(queued).toBeVisible();
  await expect(masha.composer).toBeVisible();
  await expect(anna.composer).toBeVisible();

  const closed = whenSaid(masha, 'В этом чате вы можете только читать.');
  const away = whenSaid(anna, 'Этого чата нет на устройстве');
  const settled = whenSaid(elena, 'Действует.');
  await elena.findNetwork();
  const arrived = await settled;
  expect((await closed) - arrived).toBeLessThan(1_000);
  expect((await away) - arrived).toBeLessThan(1_000);
  await expect(masha.composer).toHaveCount(0);
  await expect(anna.chatLink('Учительская')).toHaveCount(0);

  const igor = await people.comeIn('igor');
  await igor.openPerson('Смирнова Анна Петровна');
  await expect(igor.page.getByRole('combobox', { name: 'Роль в школе' })).toHaveValue('parent');
});

test('[R709] a promotion made offline before a demotion arrives after it, and does not win', async ({
  people,
}) => {
  const igor = await people.comeIn('igor');
  const elena = await people.comeIn('elena');
  const role = (admin: StoryPerson) => admin.page.getByRole('combobox', { name: 'Роль в школе' });
  await igor.openPerson('Смирнова Анна Петровна');
  await elena.openPerson('Смирнова Анна Петровна');
  await igor.loseNetwork();
  await role(igor).selectOption('администратор');
  await igor.page.getByRole('button', { name: 'Сделать администратором' }).click();
  await expect(igor.page.getByText('Ждёт отправки.')).toBeVisible();
  await role(elena).selectOption('родитель');
  await expect(elena.page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);

  await igor.findNetwork();
  const card = igor.refused('Смирнова Анна Петровна: администратор');
  await expect(card).toBeVisible(AFTER_OUTAGE);
  await expect(card).toContainText('Тем временем это изменили. Проверьте и решите заново.');
  await expect(role(igor)).toHaveValue('parent');
  await expect(role(elena)).toHaveValue('parent');
  const anna = await people.comeIn('anna');
  await expect(anna.chatLink('Учительская')).toHaveCount(0);
  await card.getByRole('button', { name: 'Убрать' }).click();
  await expect(card).toHaveCount(0);
  await role(igor).selectOption('учитель');
  await expect(anna.chatLink('Учительская')).toBeVisible(AFTER_OUTAGE);
});

test('[R795] a person becomes an administrator, and is none any more, only when that was asked once more', async ({
  people,
}) => {
  const elena = await people.comeIn('elena');
  const { page } = elena;
  await elena.openPerson('Смирнова Анна Петровна');
  const role = page.getByRole('combobox', { name: 'Роль в школе' });
  const dialog = page.getByRole('dialog');
  await role.focus();
  await role.selectOption('администратор');
  await expect(dialog).toContainText('Смирнова Анна Петровна сможет всё в школе');
  await dialog.getByRole('button', { name: 'Отмена' }).click();
  await expect(role).toHaveValue('teacher');
  await expect(role).toBeFocused();
  await expect(page.getByText(/Ждёт отправки|Действует/)).toHaveCount(0);

  await role.selectOption('администратор');
  await dialog.getByRole('button', { name: 'Сделать администратором' }).click();
  await expect(page.getByText('Действует.')).toBeVisible(AFTER_OUTAGE);
  await expect(role).toHaveValue('admin');
  await role.selectOption('учитель');
  await page.keyboard.press('Escape');
  await expect(role).toHaveValue('admin');
  await role.selectOption('учитель');
  await dialog.getByRole('button', { name: 'Сменить роль' }).click();
  await expect(role).toHaveValue('teacher');
});

/** The moment at which a sentence comes onto a person's screen, by the clock that all stories' browsers share. */
function whenSaid(person: StoryPerson, words: string): Promise<number> {
  return person.page.evaluate(
    (sentence) =>
      new Promise<number>((said) => {
        const look = () => {
          if (!document.body.innerText.includes(sentence)) return;
          observer.disconnect();
          said(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, {
          childList: true,
          subtree: true,
          characterData: true,
          attributes: true,
        });
        look();
      }),
    words,
  );
}
