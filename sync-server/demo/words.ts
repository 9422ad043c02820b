/** Turns a line into what one person says: gaps filled, the speaker's gender, a greeting, long letters. */
import { LETTERS } from './letters.ts';
import type { Sex } from './names.ts';
import { AFTER, BEFORE, FORMS } from './phrases.ts';
import { Chance } from './random.ts';
import type { Circle } from './threads.ts';

/** What one conversation has settled on: a gap keeps its filling to the end. */
export interface Topic {
  /** ms since 1970: days ahead are counted from here. */
  readonly at: number;
  readonly settled: Map<string, number>;
}

export function topicAt(at: number): Topic {
  return { at, settled: new Map() };
}

const DAY_MS = 86_400_000;

const NUMBERS: Readonly<Record<string, (chance: Chance, at: number) => string>> = {
  n: (chance) => String(chance.int(5, 30)),
  few: (chance) => String(chance.int(2, 4)),
  page: (chance) => String(chance.int(31, 240)),
  room: (chance) => `${chance.int(1, 4)}${String(chance.int(1, 28)).padStart(2, '0')}`,
  date: (chance, at) => {
    const day = new Date(at + chance.int(3, 20) * DAY_MS);
    return `${day.getUTCDate()}.${String(day.getUTCMonth() + 1).padStart(2, '0')}`;
  },
};

/** Fills the gaps of a line as this person would. */
export function fill(chance: Chance, line: string, topic: Topic, sex: Sex): string {
  const text = line
    .replace(/\{([^{}]*)\/([^{}]*)\}/g, (_, his: string, her: string) => (sex === 'f' ? her : his))
    .replace(/\{(\w+)\}/g, (_, gap: string) => fillGap(chance, gap, topic));
  const said = text.replace(/ о (?=[аиоуэ])/g, ' об ');
  return line.startsWith('{') ? capital(said) : said;
}

function fillGap(chance: Chance, gap: string, topic: Topic): string {
  const [, kind = '', form = '', nth = ''] = /^([a-z]+)([A-Z][a-z]+)?(\d?)$/.exec(gap) ?? [];
  const number = NUMBERS[kind];
  const words = FORMS[kind]?.[form];
  if (!number && !words) throw new Error(`nothing fills {${gap}}`);
  const key = kind + nth;
  let settled = topic.settled.get(key);
  if (settled === undefined) {
    settled = Math.floor(chance.next() * 2 ** 32);
    const first = topic.settled.get(kind);
    // A second day is another day.
    if (words && first !== undefined && first % words.length === settled % words.length) settled++;
    topic.settled.set(key, settled);
  }
  if (words) return words[settled % words.length] as string;
  return number?.(new Chance(settled), topic.at) ?? '';
}

/** The first line of a conversation: sometimes with a greeting, sometimes with a word behind it. */
export function opening(chance: Chance, circle: Circle, text: string, isLead: boolean, topic: Topic): string {
  const greetings = BEFORE[circle][isLead ? 'leads' : 'others'];
  const ends = AFTER[circle]?.[text.endsWith('?') ? 'asks' : 'says'] ?? [];
  const isGreeted = /^(Добр|Здравств|Уважаем|Дорог|Коллеги|Ребята|Поздравл)/.test(text);
  const before = greetings.length > 0 && !isGreeted && chance.is(0.25) ? chance.pick(greetings) : '';
  // Only who leads has a word to all; anybody may thank ahead.
  const after = ends.length > 0 && (isLead || text.endsWith('?')) && chance.is(0.2) ? chance.pick(ends) : '';
  const said = after === '' || /[.?!…)]$/.test(text) ? text : `${text}.`;
  return [before, said, fill(chance, after, topic, 'f')].filter((part) => part !== '').join(' ');
}

/** A letter of several paragraphs; undefined where nobody writes letters. */
export function letter(chance: Chance, circle: Circle, sex: Sex, at: number): string | undefined {
  const plan = LETTERS[circle];
  if (!plan) return undefined;
  const chosen = new Set(chance.shuffled(plan.middle).slice(0, chance.int(1, 4)));
  const topic = topicAt(at);
  return [plan.open, ...plan.middle.filter((paragraph) => chosen.has(paragraph)), plan.end]
    .map((paragraph) => fill(chance, paragraph, topic, sex))
    .join('\n\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
