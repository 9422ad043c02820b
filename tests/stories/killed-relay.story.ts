/** The school's power goes out while words are on their way: everything lands once, for everyone. */

import { expect } from '@playwright/test';
import { test } from '../support/story.ts';

test('[R701] the relay is killed before it could answer: what it had and what it had not both land once', async ({
  school,
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await masha.open('7А');
  await anna.open('7А');
  await anna.say('Пишите, кто едет в музей');
  await expect(masha.message('кто едет в музей')).toBeVisible();

  // From here on Masha's words reach the school and its answers are lost.
  masha.wire.deafen();
  const taken = ['Я еду', 'И мама едет', 'Можно взять брата?'];
  for (const words of taken) await masha.say(words);
  await anna.sees(...taken);
  for (const words of taken) await masha.seesState(words, 'В очереди');
  await school.kill();

  const after = ['Нас четверо', 'Деньги принесу завтра'];
  for (const words of after) await masha.say(words);
  await anna.say('Автобус в девять');
  await school.start();
  masha.wire.mend();

  for (const words of [...taken, ...after]) await masha.seesState(words, 'Прочитано');
  await anna.seesState('Автобус в девять', 'Прочитано');
  const all = await anna.log.getByRole('article').allTextContents();
  for (const words of [...taken, ...after, 'Автобус в девять']) {
    expect(all.filter((text) => text.includes(words))).toHaveLength(1);
    await expect(masha.message(words)).toHaveCount(1);
  }
  const texts = (articles: string[]) =>
    articles.flatMap((article) =>
      [...taken, ...after, 'Автобус в девять'].filter((words) => article.includes(words)),
    );
  expect(texts(await masha.log.getByRole('article').allTextContents())).toEqual(texts(all));
  await expect(masha.page.getByText('Не отправлено')).toHaveCount(0);

  const petya = await people.comeIn('petya');
  await petya.open('7А');
  await petya.sees('кто едет в музей', ...texts(all));
});

test('[R702] the relay is killed in the middle of a dozen messages, twice: each lands once and in its order', async ({
  school,
  people,
}) => {
  const masha = await people.comeIn('masha');
  const anna = await people.comeIn('anna');
  await masha.open('7А');
  await anna.open('7А');
  const words = Array.from({ length: 12 }, (_, i) => `строка ${String(i + 1).padStart(2, '0')}`);
  for (const [i, line] of words.entries()) {
    // Some are taken and the answer gets lost, some are sent and never come; and then the power goes.
    if (i % 6 === 1) {
      await masha.seesState(words[i - 1] as string, 'Прочитано');
      masha.wire.deafen();
    }
    if (i % 6 === 3) masha.wire.mute();
    await masha.say(line);
    if (i % 6 === 2) await anna.sees(...words.slice(0, i + 1));
    if (i % 6 < 5) continue;
    await school.kill();
    masha.wire.mend();
    await school.start();
  }
  await masha.seesState('строка 12', 'Прочитано');
  await anna.sees(...words);
  await masha.sees(...words);
  // What was taken is known by its number: nothing had to be made again.
  expect(await masha.page.evaluate(() => performance.getEntriesByName('parta:recover').length)).toBe(0);
});
