import { expect, test } from 'vitest';
import { matcher } from './fold.ts';

test('[R453] search finds Semyonov by е and by ё, in any case', () => {
  expect(matcher('семенов')('Семёнов Пётр Ильич')).toBe(true);
  expect(matcher('ПЁТР')('Семенов Петр Ильич')).toBe(true);
  expect(matcher('иванов')('Семёнов Пётр Ильич')).toBe(false);
});

test('[R453] search takes a Latin «7A» for a Cyrillic «7А»', () => {
  expect(matcher('7A')('7А: класс')).toBe(true);
  expect(matcher('7а')('7A')).toBe(true);
  expect(matcher('7б')('7А: класс')).toBe(false);
});

test('[R453] search understands a forgotten keyboard layout', () => {
  expect(matcher('vfif')('Орлова Маша')).toBe(true);
  expect(matcher('зфкеф')('Parta')).toBe(true);
});

test('[R453] every word of the query must occur, in any order', () => {
  expect(matcher('маша орлова')('Орлова Маша')).toBe(true);
  expect(matcher('маша петрова')('Орлова Маша')).toBe(false);
});
