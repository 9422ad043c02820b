/** Turns phrases into what one person says: gaps filled, a word before or after, long letters. */
import { AFTER, BEFORE, FILL, PARAGRAPHS } from './phrases.ts';
import type { Chance } from './random.ts';
import type { Circle } from './threads.ts';

/** Fills the gaps of a line. */
export function fill(chance: Chance, line: string): string {
  const text = line.replace(/\{(\w+)\}/g, (_, gap: string) => {
    if (gap === 'n') return String(chance.int(5, 30));
    if (gap === 'few') return String(chance.int(2, 4));
    if (gap === 'page') return String(chance.int(31, 240));
    if (gap === 'room' || gap === 'room2')
      return `${chance.int(1, 4)}${String(chance.int(1, 28)).padStart(2, '0')}`;
    if (gap === 'date') return `${chance.int(1, 28)}.${String(chance.int(1, 12)).padStart(2, '0')}`;
    return chance.pick(FILL[gap] ?? ['']);
  });
  return text.replace(/^[а-яё]/, (letter) => (/^\{/.test(line) ? letter.toUpperCase() : letter));
}

/** A letter of several paragraphs. */
export function letter(chance: Chance): string {
  const count = chance.int(2, 6);
  const paragraphs = chance.shuffled(PARAGRAPHS).slice(0, count);
  return ['Добрый день!', ...paragraphs].map((paragraph) => fill(chance, paragraph)).join('\n\n');
}

/** A line as one person would say it: sometimes with a word before, sometimes with a word after. */
export function say(chance: Chance, circle: Circle, line: string): string {
  const text = fill(chance, line);
  const before = chance.is(0.28) ? chance.pick(BEFORE[circle]) : '';
  const after = chance.is(0.25) ? fill(chance, chance.pick(AFTER[circle])) : '';
  const said = before.endsWith(',') || before.endsWith(':') ? lower(text) : text;
  return [before, said, after].filter((part) => part !== '').join(' ');
}

/** A small letter after «Кстати,», unless the word begins with a name or stands in capitals. */
function lower(text: string): string {
  return /^[А-ЯЁ][а-яё]*\s/.test(text) && !NAMES.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}
const NAMES = /^(Тимур|Соня|Лёша|Вика|Марк|Алина|Гоша|Дина|Стёпа|Уля|Захар|Катя|Артём)/;
