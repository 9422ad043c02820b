/** Lets the people of a chat talk: threads with answers, short words, long letters, reactions, edits, pins. */

import type { PaperPlan, Pen, Written } from './pen.ts';
import { SHORT } from './phrases.ts';
import type { Chance } from './random.ts';
import { type Circle, THREADS } from './threads.ts';
import { fill, letter, say } from './words.ts';

export interface Plan {
  chat: string;
  circle: Circle;
  /** Who opens and announces. */
  leads: readonly string[];
  /** Who answers. */
  others: readonly string[];
  messages: number;
  /** ms since 1970: from the first to the last message. */
  from: number;
  to: number;
  pins: number;
  papers: readonly PaperPlan[];
}

const EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '🙏', '👏', '🔥', '😢', '✅'] as const;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** The school's clock is three hours ahead of UTC; nobody writes at night. */
const ZONE_MS = 3 * 60 * MINUTE;
const WAKE_MS = 7 * 60 * MINUTE;
const AWAKE_MS = 15 * 60 * MINUTE;
const LETTER_SHARE: Readonly<Record<Circle, number>> = {
  class: 0.015,
  parents: 0.05,
  staff: 0.05,
  news: 0.3,
  friends: 0,
  family: 0,
};
/** Such a line is a teacher's, whoever answers. */
const LEADS_LINE =
  /^(Напоминаю|Ребята|Поздравляем|Уважаемые|Коллеги|Не забудьте|Журналы|Дорогие)|Спрашивать буду|Сбор в/;

export function talk(pen: Pen, plan: Plan, chance: Chance): void {
  const starts = threadStarts(plan, chance);
  const told: Written[] = [];
  let now = plan.from;
  let papers = [...plan.papers];
  for (const [i, start] of starts.entries()) {
    now = Math.max(now + chance.int(5, 50) * 1000, start);
    if (papers.length > 0 && i >= starts.length * 0.8) {
      const paper = papers[0] as PaperPlan;
      papers = papers.slice(1);
      told.push(pen.paper(paper, '', { by: chance.pick(plan.leads), at: now }));
    }
    now = oneThread(pen, plan, chance, now, told);
    now = afterwards(pen, plan, chance, now, told);
  }
  pinSome(pen, plan, chance, now, told);
}

function oneThread(pen: Pen, plan: Plan, chance: Chance, start: number, told: Written[]): number {
  let now = start;
  if (chance.is(LETTER_SHARE[plan.circle])) {
    told.push(pen.message(letter(chance), { by: chance.pick(plan.leads), at: now }));
    return now;
  }
  const thread = chance.is(0.25) ? [chance.pick(SHORT[plan.circle])] : chance.pick(THREADS[plan.circle]);
  let first: Written | undefined;
  for (const [i, line] of thread.entries()) {
    if (i > 0) now += chance.int(10, chance.is(0.3) ? 2_400 : 240) * 1000;
    const isLead = i === 0 ? LEADS_LINE.test(line) || chance.is(0.2) : LEADS_LINE.test(line);
    const by = chance.pick(isLead || plan.circle === 'news' ? plan.leads : plan.others);
    const re = first && chance.is(0.35) ? first.id : undefined;
    // Some write on the way, without a network, and it arrives later.
    const writtenAt = chance.is(0.01) ? now - chance.int(20, 900) * MINUTE : now;
    const written = pen.message(say(chance, plan.circle, line), { by, at: now }, re, writtenAt);
    first ??= written;
    told.push(written);
  }
  return now;
}

/** Reactions, corrections and second thoughts about what was just said. */
function afterwards(pen: Pen, plan: Plan, chance: Chance, start: number, told: readonly Written[]): number {
  let now = start;
  const recent = told.slice(-4).filter((message) => pen.isOpen(message));
  const everyone = [...plan.leads, ...plan.others];
  for (const message of recent) {
    const count = chance.is(0.1) ? chance.int(1, plan.circle === 'news' ? 12 : 4) : 0;
    for (const by of chance.shuffled(everyone).slice(0, count)) {
      now += chance.int(3, 60) * 1000;
      if (pen.isOpen(message)) pen.react(message, chance.pick(EMOJI), { by, at: now });
    }
    now += 1_000;
    if (chance.is(0.01) && pen.isOpen(message))
      pen.edit(message, fill(chance, chance.pick(CORRECTIONS)), now);
    else if (chance.is(0.003) && pen.isOpen(message)) pen.delete(message, now);
  }
  return now;
}

const CORRECTIONS = [
  'Исправляюсь: {day} в {time}, кабинет {room}.',
  'Уточнение: страница {page}, а не та, что я писала раньше.',
  'Перенесли! Теперь {day}, {time}.',
  'Поправка: сдаём до {date}.',
] as const;

function pinSome(pen: Pen, plan: Plan, chance: Chance, end: number, told: readonly Written[]): void {
  const fromLeads = told.filter(({ by, id }) => plan.leads.includes(by) && pen.isOpen({ id, by, at: 0 }));
  let now = end;
  for (const message of chance.shuffled(fromLeads).slice(0, plan.pins)) {
    now += 1_000;
    pen.pin(message, { by: chance.pick(plan.leads), at: now });
  }
}

/** Starts of threads between two moments, denser towards the end, at hours when people are awake. */
function threadStarts({ messages, from, to, circle }: Plan, chance: Chance): number[] {
  const length = circle === 'news' ? 1.3 : 3.2;
  const count = Math.max(2, Math.round(messages / length));
  const starts = Array.from({ length: count }, () => {
    const at = from + (to - from) * chance.next() ** 0.6;
    const day = Math.floor((at + ZONE_MS) / DAY) * DAY;
    return day - ZONE_MS + WAKE_MS + chance.next() * AWAKE_MS;
  });
  return starts.map((at) => Math.floor(Math.min(at, to - chance.int(2, 600) * MINUTE))).sort((a, b) => a - b);
}
