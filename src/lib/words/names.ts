/** How people and chats are called and told apart at a glance. Lists show «Фамилия Имя Отчество». */
import { isStaff, type Role } from '#shared/school/roles.ts';

const HUES = [25, 65, 105, 150, 195, 240, 290, 340] as const;

/** In speech: «Светлана Владимировна» for an adult of the school, «Маша Орлова» for others. */
export function spokenName(name: string, role: Role | undefined): string {
  const [surname = '', first, patronymic] = name.trim().split(/\s+/);
  if (!first) return surname;
  return role && isStaff(role) && patronymic ? `${first} ${patronymic}` : `${first} ${surname}`;
}

/** The shortest name, for the last line of a chat: «Маша», «Светлана Владимировна». */
export function shortName(name: string, role: Role | undefined): string {
  const [surname = '', first, patronymic] = name.trim().split(/\s+/);
  if (!first) return surname;
  return role && isStaff(role) && patronymic ? `${first} ${patronymic}` : first;
}

/** The letters of a person's avatar, the same wherever they appear: of the name that is spoken. */
export function lettersOf(name: string, role: Role | undefined): string {
  return initials(spokenName(name, role));
}

/** One or two letters for an avatar: «ДС»; a class keeps its number: «7А». */
export function initials(title: string): string {
  const words = title.match(/[\p{L}\p{N}]+/gu) ?? [];
  const first = words[0] ?? '';
  if (/^\d/.test(first)) return first.slice(0, 3).toUpperCase();
  return [...words.slice(0, 2)].map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}

/** One of eight calm hues, the same for one id everywhere. */
export function hueOf(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i += 1) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return HUES[sum % HUES.length] as number;
}

/** Surname order of Russian lists: ё with е, numbers by value. */
export function byName(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

const COLLATOR = new Intl.Collator('ru', { numeric: true, sensitivity: 'base' });
