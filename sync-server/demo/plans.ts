/** Who talks where, how much and since when. */
import type { Directory } from '../registry/directory.ts';
import { sexOf } from './names.ts';
import { papersOf } from './papers.ts';
import type { Chance } from './random.ts';
import type { Cast, DemoSchool } from './school.ts';
import type { Plan } from './talk.ts';
import type { Circle } from './threads.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;
/** At most so many people of a chat write: every author costs a lease. */
const AUTHORS_MAX = 9;

interface Size {
  messages: number;
  years: number;
  pins: number;
}

const BUSY: Readonly<Record<string, Size>> = {
  '7a': { messages: 6_000, years: 3, pins: 5 },
  '7a.parents': { messages: 2_600, years: 3, pins: 3 },
  staff: { messages: 4_500, years: 4, pins: 4 },
  news: { messages: 700, years: 5, pins: 3 },
};

export function plansOf(
  directory: Directory,
  { cast, people }: Pick<DemoSchool, 'cast' | 'people'>,
  now: number,
  chance: Chance,
): Plan[] {
  const sexes = new Map(people.map(({ person, name }) => [person, sexOf(name)]));
  const sex = (person: string) => sexes.get(person) ?? 'f';
  return [...directory.places.keys()].map((chat) => ({
    ...planOf(directory, cast, chat, now, chance),
    sexOf: sex,
  }));
}

function planOf(
  directory: Directory,
  cast: Cast,
  chat: string,
  now: number,
  chance: Chance,
): Omit<Plan, 'sexOf'> {
  const circle = circleOf(directory, chat);
  const { leads, others } = authorsOf(directory, cast, chat, chance);
  const size = BUSY[chat] ?? sizeOf(directory, cast, chat, circle, chance);
  const to = now - chance.int(3, BUSY[chat] ? 300 : 4_000) * 60_000;
  const from = to - Math.floor(size.years * YEAR);
  return {
    chat,
    circle,
    leads,
    others,
    messages: size.messages,
    from,
    to,
    pins: size.pins,
    papers: papersOf(chat, circle),
  };
}

function circleOf({ places, people }: Directory, chat: string): Circle {
  if (chat === 'news') return 'news';
  if (chat.endsWith('.parents')) return 'parents';
  const place = places.get(chat);
  if (place?.unit !== null) return place?.audience.includes('student') ? 'class' : 'staff';
  const roles = Object.keys(place.people).map((person) => people.get(person)?.role);
  if (roles.every((role) => role === 'student')) return 'friends';
  if (roles.includes('student')) return roles.includes('parent') ? 'family' : 'mentor';
  return roles.includes('parent') ? 'meeting' : 'colleagues';
}

function sizeOf({ places }: Directory, cast: Cast, chat: string, circle: Circle, chance: Chance): Size {
  const years = chance.int(2, 20) / 10;
  const isDirect = places.get(chat)?.unit === null;
  if (!isDirect)
    return {
      messages: circle === 'class' ? chance.int(120, 320) : chance.int(50, 160),
      years,
      pins: chance.int(0, 2),
    };
  const isOwn = Object.values(cast).some((person) => chat.includes(person));
  return { messages: isOwn ? chance.int(60, 420) : chance.int(10, 60), years, pins: 0 };
}

function authorsOf(directory: Directory, cast: Cast, chat: string, chance: Chance) {
  const members = directory.members.get(chat) ?? [];
  const place = directory.places.get(chat);
  const isDirect = place?.unit === null && chat !== 'news';
  if (isDirect) return pairOf(directory, members);
  const isOfCast = (person: string) => Object.values(cast).includes(person);
  const grownUp = members.filter((person) => {
    const duty = directory.people.get(person)?.duties[place?.unit ?? ''];
    return chat === 'news'
      ? directory.people.get(person)?.role === 'admin'
      : duty !== 'student' && duty !== 'parent';
  });
  const rest = members.filter((person) => !grownUp.includes(person));
  const some = (list: readonly string[], max: number) =>
    [...list.filter(isOfCast), ...chance.shuffled(list.filter((person) => !isOfCast(person)))].slice(0, max);
  const leads = some(grownUp, chat.startsWith('7a') || chat === 'staff' ? AUTHORS_MAX : 2);
  const others = some(rest, BUSY[chat] ? 3 * AUTHORS_MAX : AUTHORS_MAX);
  return { leads, others: others.length > 0 ? others : leads };
}

/** Between two the grown-up leads, and of two grown-ups the one of the school. */
function pairOf({ people }: Directory, members: readonly string[]) {
  const rank = (person: string) => ['student', 'parent'].indexOf(people.get(person)?.role ?? '');
  const [a = '', b = a] = members;
  if (rank(a) === rank(b)) return { leads: members, others: members };
  const byRank = [a, b].sort((x, y) => order(rank(x)) - order(rank(y)));
  return { leads: byRank.slice(0, 1), others: byRank.slice(1) };
}

/** The staff first, then parents, then pupils. */
const order = (rank: number) => (rank < 0 ? 0 : rank === 1 ? 1 : 2);
