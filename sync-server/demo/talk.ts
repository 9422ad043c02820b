/** Lets the people of a chat talk: conversations, long letters, reactions, edits, pins, documents. */

import type { Sex } from './names.ts';
import type { PaperPlan, Pen, Written } from './pen.ts';
import { SHORT } from './phrases.ts';
import type { Chance } from './random.ts';
import { type Circle, THREADS, type Thread } from './threads.ts';
import { fill, letter, opening, topicAt } from './words.ts';

export interface Plan {
  chat: string;
  circle: Circle;
  /** Who opens and announces. */
  leads: readonly string[];
  /** Who answers. */
  others: readonly string[];
  sexOf: (person: string) => Sex;
  messages: number;
  /** ms since 1970: from the first to the last message. */
  from: number;
  to: number;
  pins: number;
  papers: readonly PaperPlan[];
}

interface Told extends Written {
  text: string;
  /** It began a conversation. */
  opens: boolean;
}

const EMOJI = ['👍', '👍', '👍', '❤️', '😄', '👏', '✅', '🔥', '🙏'] as const;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** The school's clock is three hours ahead of UTC; nobody writes at night. */
const ZONE_MS = 3 * 60 * MINUTE;
const WAKE_MS = 7 * 60 * MINUTE;
const AWAKE_MS = 15 * 60 * MINUTE;
const LETTER_SHARE: Readonly<Partial<Record<Circle, number>>> = {
  class: 0.015,
  parents: 0.05,
  staff: 0.04,
  news: 0.3,
};
/** Documents are shared in the last conversations: they stand where a chat opens. */
const PAPERS_BEFORE_END = 2;
/** So many conversations in a row are about different things. */
const RECENT = 8;

export function talk(pen: Pen, plan: Plan, chance: Chance): void {
  const starts = threadStarts(plan, chance);
  const told: Told[] = [];
  let now = plan.from;
  const papers = [...plan.papers];
  const recent: Thread[] = [];
  for (const [i, start] of starts.entries()) {
    now = Math.max(now + chance.int(5, 50) * 1000, start);
    const paper = starts.length - i <= papers.length + PAPERS_BEFORE_END ? papers.shift() : undefined;
    if (paper) {
      const by = plan.leads[0] as string;
      told.push({ ...pen.paper(paper, '', { by, at: now }), text: '', opens: false });
      now += chance.int(1, 9) * MINUTE;
    }
    now = oneThread(pen, plan, chance, now, told, recent);
    now = afterwards(pen, plan, chance, now, told);
  }
  pinSome(pen, plan, chance, now, told);
}

function oneThread(
  pen: Pen,
  plan: Plan,
  chance: Chance,
  start: number,
  told: Told[],
  recent: Thread[],
): number {
  const { circle, leads, sexOf } = plan;
  let now = start;
  const lead = chance.pick(leads);
  const long = chance.is(LETTER_SHARE[circle] ?? 0) ? letter(chance, circle, sexOf(lead), now) : undefined;
  if (long !== undefined) {
    told.push({ ...pen.message(long, { by: lead, at: now }), text: long, opens: true });
    return now;
  }
  const thread = chance.pick(THREADS[circle].filter((one) => !recent.includes(one)));
  recent.push(thread);
  if (recent.length > Math.min(RECENT, THREADS[circle].length - 2)) recent.shift();
  const speakers = speakersOf(plan, chance);
  const topic = topicAt(now);
  let first: Told | undefined;
  for (const [i, line] of thread.entries()) {
    if (i > 0) now += chance.int(10, chance.is(0.3) ? 2_400 : 240) * 1000;
    const by = speakers(line.charAt(0));
    const plain = fill(chance, line.slice(3), topic, sexOf(by));
    const text = i === 0 ? opening(chance, circle, plain, /^[TU]/.test(line), topic) : plain;
    const re = first && first.by !== by && i > 1 && chance.is(0.3) ? first.id : undefined;
    // Some write on the way, without a network, and it arrives later.
    const writtenAt = chance.is(0.01) ? now - chance.int(20, 900) * MINUTE : now;
    const said = { ...pen.message(text, { by, at: now }, re, writtenAt), text, opens: i === 0 };
    first ??= said;
    told.push(said);
  }
  if (SHORT[circle].length > 0 && chance.is(0.2)) {
    now += chance.int(30, 1_200) * 1000;
    const by = speakers('Z');
    const text = chance.pick(SHORT[circle]);
    told.push({ ...pen.message(text, { by, at: now }), text, opens: false });
  }
  return now;
}

/** Who stands behind a letter of a thread: another person for each letter, as far as there are others. */
function speakersOf({ leads, others }: Plan, chance: Chance): (letter: string) => string {
  const pools = { leads: chance.shuffled(leads), others: chance.shuffled(others) };
  const known = new Map<string, string>();
  return (letter) => {
    let person = known.get(letter);
    if (person === undefined) {
      const pool = pools[/[TU]/.test(letter) ? 'leads' : 'others'];
      const taken = new Set(known.values());
      person = pool.find((one) => !taken.has(one)) ?? (pool[known.size % pool.length] as string);
      known.set(letter, person);
    }
    return person;
  };
}

/** Reactions, corrections and second thoughts about what was just said. */
function afterwards(pen: Pen, plan: Plan, chance: Chance, start: number, told: readonly Told[]): number {
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
    const better = chance.is(0.03) ? corrected(message.text, chance) : undefined;
    if (better !== undefined && pen.isOpen(message)) pen.edit(message, better, now);
    else if (chance.is(0.003) && pen.isOpen(message)) pen.delete(message, now);
  }
  return now;
}

/** The same with another time of day; undefined where no time stands. */
function corrected(text: string, chance: Chance): string | undefined {
  const later = `${chance.int(9, 17)}:${chance.pick(['00', '15', '30', '45'])}`;
  const next = text.replace(/\d{1,2}:\d{2}/, later);
  return next === text ? undefined : next;
}

function pinSome(pen: Pen, plan: Plan, chance: Chance, end: number, told: readonly Told[]): void {
  const fromLeads = told.filter(
    (message) => message.opens && plan.leads.includes(message.by) && pen.isOpen(message),
  );
  let now = end;
  for (const message of chance.shuffled(fromLeads).slice(0, plan.pins)) {
    now += 1_000;
    pen.pin(message, { by: chance.pick(plan.leads), at: now });
  }
}

/** Starts of threads between two moments, denser towards the end, at hours when people are awake. */
function threadStarts({ messages, from, to, circle }: Plan, chance: Chance): number[] {
  const length = circle === 'news' ? 1.1 : 4.2;
  const count = Math.max(2, Math.round(messages / length));
  const starts = Array.from({ length: count }, () => {
    const at = from + (to - from) * chance.next() ** 0.6;
    const day = Math.floor((at + ZONE_MS) / DAY) * DAY;
    return day - ZONE_MS + WAKE_MS + chance.next() * AWAKE_MS;
  });
  // However few they are, the last is of these days.
  starts[0] = awake(to);
  return starts
    .map((at) => Math.floor(awake(Math.min(at, to - chance.int(2, 600) * MINUTE))))
    .sort((a, b) => a - b);
}

/** The moment itself when people are awake, else the evening before. */
function awake(at: number): number {
  const morning = Math.floor((at + ZONE_MS) / DAY) * DAY - ZONE_MS + WAKE_MS;
  return Math.min(at, at < morning ? morning + AWAKE_MS - DAY : morning + AWAKE_MS);
}
