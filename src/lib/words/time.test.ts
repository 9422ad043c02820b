import { describe, expect, test } from 'vitest';
import { clock, dayName, isLate, listTime, writtenAt } from './time.ts';

const on = (day: number, hour: number, minute: number, month = 11, year = 2026): number =>
  new Date(year, month - 1, day, hour, minute).getTime();
const now = on(24, 12, 0);

describe('times of messages', () => {
  test('[R450] the clock has 24 hours in both languages', () => {
    expect(clock(on(24, 18, 4), 'ru')).toBe('18:04');
    expect(clock(on(24, 0, 40), 'en')).toBe('00:40');
  });

  test('[R451] days are named from the reader’s day: today, yesterday, then the date with its weekday', () => {
    expect(dayName(on(24, 0, 1), now, 'ru')).toBe('сегодня');
    expect(dayName(on(23, 23, 59), now, 'ru')).toBe('вчера');
    expect(dayName(on(16, 9, 0, 6), now, 'ru')).toBe('16 июня, вторник');
    expect(dayName(on(16, 9, 0, 6, 2024), now, 'ru')).toContain('16 июня 2024');
    expect(dayName(on(23, 9, 0), now, 'en')).toBe('yesterday');
    expect(dayName(on(16, 9, 0, 6), now, 'en')).toBe('Tuesday, 16 June');
  });

  test('[R451] a list row shows the time today, then yesterday, the weekday, the date', () => {
    expect(listTime(on(24, 9, 5), now, 'ru')).toBe('09:05');
    expect(listTime(on(23, 9, 5), now, 'ru')).toBe('вчера');
    expect(listTime(on(20, 9, 5), now, 'ru')).toBe('пт');
    expect(listTime(on(2, 9, 5, 3, 2021), now, 'ru')).toBe('02.03.21');
  });

  test('[R452] Masha’s message of last evening, sent this morning, says when it was written', () => {
    const written = on(23, 18, 40);
    const arrived = on(24, 8, 0);
    expect(isLate(written, arrived)).toBe(true);
    expect(writtenAt(written, now, arrived, 'ru')).toBe('вчера, 18:40');
    expect(writtenAt(on(24, 7, 10), now, arrived, 'ru')).toBe('07:10');
    expect(writtenAt(on(16, 18, 40, 6), now, on(17, 8, 0, 6), 'ru')).toBe('16 июня, 18:40');
  });

  test('[R452] a few seconds on the way are not late, and neither is a clock that runs ahead', () => {
    expect(isLate(now, now + 20_000)).toBe(false);
    expect(isLate(now + 3_600_000, now)).toBe(false);
  });
});
