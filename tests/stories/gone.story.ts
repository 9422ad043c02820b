/** What was taken back is gone everywhere, and what could not be sent is counted whatever the line says. */
import { expect } from '@playwright/test';
import { CLOSE } from '#shared/wire/close.ts';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

const SECRET = 'Тайна пятого урока';

/** Whether words lie in any of the databases that the app holds in this browser. */
function isKept(person: StoryPerson, words: string): Promise<boolean> {
  return person.page.evaluate(async (sought) => {
    const ask = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const holds = (value: unknown): boolean => {
      if (typeof value === 'string') return value.includes(sought);
      if (value instanceof Uint8Array) return new TextDecoder().decode(value).includes(sought);
      return typeof value === 'object' && value !== null && Object.values(value).some(holds);
    };
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await ask(indexedDB.open(name));
      for (const store of database.objectStoreNames)
        if (holds(await ask(database.transaction(store).objectStore(store).getAll()))) return true;
      database.close();
    }
    return false;
  }, words);
}

/** The chat's row in the list; the head of an open chat is a link too. */
const rowOf = (person: StoryPerson) => person.chatLink('7А').first();

async function takesBack(person: StoryPerson, text: string): Promise<void> {
  await person.act(text, 'Удалить у всех');
  await person.page.getByRole('dialog').getByRole('button', { name: 'Удалить у всех' }).click();
  await expect(person.message(text)).toHaveCount(0);
}

test('[R724] a message deleted for all leaves both lists and both disks, and an edit reaches both lists', async ({
  people,
}) => {
  const [masha, anna] = [await people.comeIn('masha'), await people.comeIn('anna')];
  await masha.open('7А');
  await masha.say('Можно спросить?');
  await masha.say(SECRET);
  const hers = rowOf(anna);
  await expect(hers).toContainText(SECRET, AFTER_OUTAGE);
  await expect(hers).toContainText('2 непрочитанных');
  expect(await isKept(anna, SECRET)).toBe(true);

  await takesBack(masha, SECRET);
  for (const row of [rowOf(masha), hers]) {
    await expect(row).toContainText('Можно спросить?', AFTER_OUTAGE);
    await expect(row).not.toContainText(SECRET);
  }
  await expect(hers).toContainText('1 непрочитанное');

  await masha.act('Можно спросить?', 'Изменить');
  await masha.composer.fill('Уже не надо');
  await masha.composer.press('Control+Enter');
  for (const row of [rowOf(masha), hers]) await expect(row).toContainText('Уже не надо', AFTER_OUTAGE);

  for (const person of [masha, anna]) {
    await person.page.reload();
    await expect(rowOf(person)).toContainText('Уже не надо', AFTER_OUTAGE);
    await expect.poll(() => isKept(person, SECRET)).toBe(false);
  }
});

test('[R786] a deleted message is pinned for nobody, and what answers it says that it was deleted', async ({
  people,
}) => {
  const [masha, anna] = [await people.comeIn('masha'), await people.comeIn('anna')];
  await anna.open('7А');
  await anna.say('Сбор в восемь');
  await anna.say('Дежурит Петя');
  for (const text of ['Сбор в восемь', 'Дежурит Петя']) await anna.act(text, 'Закрепить');
  await masha.open('7А');
  const bar = (person: StoryPerson) => person.page.getByRole('button', { name: /^Закреплённое/ });
  await expect(bar(masha)).toContainText('Закреплённое 1 из 2', AFTER_OUTAGE);
  await masha.act('Сбор в восемь', 'Ответить');
  await masha.say('А можно в девять?');
  await anna.page.getByRole('button', { name: 'Все закреплённые' }).click();
  await expect(anna.page.getByRole('dialog').getByRole('listitem')).toHaveCount(2);
  await anna.page.getByRole('button', { name: 'Закрыть' }).click();

  await takesBack(anna, 'Сбор в восемь');
  for (const person of [anna, masha]) {
    const reply = person.message('А можно в девять?');
    for (const again of [false, true]) {
      if (again) await person.page.reload();
      await expect(bar(person)).toContainText('Закреплённое сообщение', AFTER_OUTAGE);
      await expect(bar(person)).toContainText('Дежурит Петя');
      await expect(reply.getByText('Сообщение удалено')).toBeVisible(AFTER_OUTAGE);
      await expect(reply.getByRole('button', { name: /удалено|Показать/ })).toHaveCount(0);
    }
    await person.page.getByRole('button', { name: 'Все закреплённые' }).click();
    await expect(person.page.getByRole('dialog').getByRole('listitem')).toHaveCount(1);
    await person.page.getByRole('button', { name: 'Закрыть' }).click();
  }
  await takesBack(anna, 'Дежурит Петя');
  await expect(bar(masha)).toHaveCount(0, AFTER_OUTAGE);
});

for (const why of ['oldProtocol', 'malformed'] as const)
  test(`[R487] what is not sent is counted when the school has sent the device away: ${why}`, async ({
    people,
  }) => {
    const masha = await people.comeIn('masha');
    let isAway = false;
    await masha.page.routeWebSocket(/\/line$/, (wire) => {
      if (isAway) void wire.close({ code: CLOSE[why].code, reason: '' });
      else wire.connectToServer();
    });
    await masha.page.reload();
    await masha.open('7А');
    isAway = true;
    await masha.page.reload();
    await expect(rowOf(masha)).toBeVisible();
    const bar = masha.page
      .getByRole('status')
      .filter({ hasText: why === 'oldProtocol' ? 'Эта версия устарела' : 'Школа отключила это устройство' });
    await expect(bar).toBeVisible(AFTER_OUTAGE);
    await expect(bar).not.toContainText('Не отправлено');
    await masha.say('Останется у меня');
    await expect(bar).toContainText('Не отправлено: 1.');
  });
