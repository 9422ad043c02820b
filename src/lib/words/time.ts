/** Times as the school reads them: 24 hours, «вчера», «16 июня, среда». Local time zone; `now` comes from outside. */
export type Language = 'ru' | 'en';

/** A message that waited longer than this on its author's device shows both its times. */
const LATE_AFTER_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** `18:40`. */
export function clock(at: number, language: Language): string {
  return format(language, 'clock', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** The day of a separator: «сегодня», «вчера», «16 июня, среда», «16 июня 2024 г.». */
export function dayName(at: number, now: number, language: Language): string {
  const ago = daysBetween(at, now);
  if (ago === 0 || ago === 1) return relative(language).format(-ago, 'day');
  if (!sameYear(at, now)) return longDate(at, language);
  const weekday = format(language, 'weekday', { weekday: 'long' }).format(at);
  const day = dayAndMonth(at, language);
  return language === 'ru' ? `${day}, ${weekday}` : `${weekday}, ${day}`;
}

/** The time of a list row, short: `18:40`, «вчера», «пн», «16 июн.», `16.06.24`. */
export function listTime(at: number, now: number, language: Language): string {
  const ago = daysBetween(at, now);
  if (ago <= 0) return clock(at, language);
  if (ago === 1) return relative(language).format(-1, 'day');
  if (ago < 7) return format(language, 'weekdayShort', { weekday: 'short' }).format(at);
  if (sameYear(at, now)) return format(language, 'dayShort', { day: 'numeric', month: 'short' }).format(at);
  return format(language, 'dateShort', { day: '2-digit', month: '2-digit', year: '2-digit' }).format(at);
}

/** Whether a message reached the school noticeably later than it was written. */
export function isLate(at: number, arrivedAt: number): boolean {
  return arrivedAt - at > LATE_AFTER_MS;
}

/** When a late message was written, seen from the day it stands under: `18:40`, «вчера, 18:40», «16 июня, 18:40». */
export function writtenAt(at: number, now: number, arrivedAt: number, language: Language): string {
  if (daysBetween(at, arrivedAt) === 0) return clock(at, language);
  const ago = daysBetween(at, now);
  const day =
    ago === 1
      ? relative(language).format(-1, 'day')
      : sameYear(at, now)
        ? dayAndMonth(at, language)
        : longDate(at, language);
  return `${day}, ${clock(at, language)}`;
}

/** Date and time in full, for accessible names and titles. */
export function fullTime(at: number, language: Language): string {
  return `${longDate(at, language).replace(' г.', '')}, ${clock(at, language)}`;
}

/** Whole local days from `at` to `now`: 0 today, 1 yesterday, negative for the future. */
export function daysBetween(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
}

function startOfDay(at: number): number {
  return dayAround(at).begins;
}

/** The local day of a moment, from its first up to the first of the next. */
export function dayAround(at: number): { begins: number; ends: number } {
  const day = new Date(at);
  const [year, month, date] = [day.getFullYear(), day.getMonth(), day.getDate()];
  return {
    begins: new Date(year, month, date).getTime(),
    ends: new Date(year, month, date + 1).getTime(),
  };
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

function dayAndMonth(at: number, language: Language): string {
  return format(language, 'day', { day: 'numeric', month: 'long' }).format(at);
}

function longDate(at: number, language: Language): string {
  return format(language, 'date', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

// Making an Intl formatter costs more than a hundred uses of it.
const formats = new Map<string, Intl.DateTimeFormat>();
const relatives = new Map<Language, Intl.RelativeTimeFormat>();

function format(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}/${name}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', options);
    formats.set(key, found);
  }
  return found;
}

function relative(language: Language): Intl.RelativeTimeFormat {
  let found = relatives.get(language);
  if (!found) {
    found = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    relatives.set(language, found);
  }
  return found;
}
