/** Who talks where, how much and since when. */
import type { Directory } from '../registry/directory.ts';
import type { PaperPlan } from './pen.ts';
import type { Chance } from './random.ts';
import type { Cast } from './school.ts';
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

const PAPERS: Readonly<Record<string, readonly PaperPlan[]>> = {
  '7a': [
    {
      title: 'План экскурсии в планетарий',
      edit: 'everyone',
      heading: 'План экскурсии в планетарий',
      paragraphs: [
        'Сбор в 9:15 у главного входа, автобус отходит ровно в 9:30.',
        'С собой: вода, перекус, сменная обувь не нужна.',
        'Кто что рассказывает: Марс — Катя и Тимур, Сатурн — Стёпа, Луна — Маша.',
        'Вопросы экскурсоводу дописывайте ниже.',
      ],
    },
    {
      title: 'Дежурства на четверть',
      edit: 'staff',
      heading: 'Дежурства на четверть',
      paragraphs: ['Понедельник: первый ряд.', 'Среда: второй ряд.', 'Пятница: третий ряд и староста.'],
    },
  ],
  staff: [
    {
      title: 'Повестка педсовета',
      edit: 'staff',
      heading: 'Повестка педсовета',
      paragraphs: ['Итоги четверти.', 'Подготовка к олимпиадам: кто готовит и когда.', 'Разное.'],
    },
  ],
};

export function plansOf(directory: Directory, cast: Cast, now: number, chance: Chance): Plan[] {
  return [...directory.places.keys()].map((chat) => planOf(directory, cast, chat, now, chance));
}

function planOf(directory: Directory, cast: Cast, chat: string, now: number, chance: Chance): Plan {
  const circle = circleOf(directory, chat);
  const { leads, others } = authorsOf(directory, cast, chat, chance);
  const size = BUSY[chat] ?? sizeOf(directory, cast, chat, circle, chance);
  const to = now - chance.int(3, circle === 'news' ? 600 : 4_000) * 60_000;
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
    papers: PAPERS[chat] ?? [],
  };
}

function circleOf({ places, people }: Directory, chat: string): Circle {
  if (chat === 'news') return 'news';
  if (chat.endsWith('.parents')) return 'parents';
  const place = places.get(chat);
  if (place?.unit !== null) return place?.audience.includes('student') ? 'class' : 'staff';
  const roles = Object.keys(place.people).map((person) => people.get(person)?.role);
  if (roles.every((role) => role === 'student')) return 'friends';
  if (roles.includes('student')) return roles.includes('parent') ? 'family' : 'class';
  return roles.includes('parent') ? 'parents' : 'staff';
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
  if (isDirect) return { leads: members, others: members };
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
