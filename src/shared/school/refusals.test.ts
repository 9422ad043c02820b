import { expect, test } from 'vitest';
import { REFUSALS } from './refusals.ts';

test('[R741] a refusal for a number that is reached says what there is too much of, and what helps', () => {
  const edits = REFUSALS['too-many-edits'].person;
  expect([edits.ru, edits.en]).toEqual([
    'У этого сообщения слишком много правок. Напишите новое.',
    'This message has too many edits. Write a new one.',
  ]);
  const pins = REFUSALS['too-many-pins'].person;
  expect([pins.ru, pins.en]).toEqual([
    'В этом чате закреплено слишком много. Открепите что-нибудь.',
    'Too much is pinned in this chat. Unpin something.',
  ]);
  expect(REFUSALS['too-many'].person.ru).toContain('черновиков');
});
