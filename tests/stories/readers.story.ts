/** Who has read a message: by name for staff, for nobody else. */
import { expect } from '@playwright/test';
import { test } from '../support/story.ts';
import { AFTER_OUTAGE, type StoryPerson } from '../support/story-person.ts';

test('[R2] a teacher sees by name who has read her message, a pupil does not', async ({ people }) => {
  const anna = await people.comeIn('anna');
  const masha = await people.comeIn('masha');
  await anna.open('7А');
  await anna.say('Экскурсия в пятницу');
  await masha.open('7А');
  await masha.sees('Экскурсия в пятницу');
  await anna.seesState('Экскурсия в пятницу', 'Прочитано');
  const hers = await menuOf(anna, 'Экскурсия в пятницу');
  await hers.getByText(/^Прочитали 1 из/).click(AFTER_OUTAGE);
  await expect(hers.getByRole('listitem')).toHaveText([/^Котова Маша/]);
  const seen = await menuOf(masha, 'Экскурсия в пятницу');
  await expect(seen.getByText(/^написано/i)).toBeVisible();
  await expect(seen.getByText(/Прочитали/)).toHaveCount(0);
});

async function menuOf(person: StoryPerson, text: string) {
  await person.message(text).click({ button: 'right' });
  return person.page.getByRole('dialog', { name: 'Действия с сообщением' });
}
