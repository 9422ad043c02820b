import { expect, test } from 'vitest';
import { byName, hueOf, initials, shortName, spokenName } from './names.ts';

test('[R455] staff are spoken to by name and patronymic, pupils and parents by name and surname', () => {
  expect(spokenName('Дмитриева Светлана Владимировна', 'teacher')).toBe('Светлана Владимировна');
  expect(spokenName('Орлова Мария Петровна', 'student')).toBe('Мария Орлова');
  expect(spokenName('Ким Виктор', 'teacher')).toBe('Виктор Ким');
  expect(shortName('Орлова Мария Петровна', 'student')).toBe('Мария');
  expect(shortName('Парта', undefined)).toBe('Парта');
});

test('[R455] an avatar has two letters, a class keeps its number', () => {
  expect(initials('Дмитриева Светлана Владимировна')).toBe('ДС');
  expect(initials('7А: родители')).toBe('7А');
  expect(initials('11б')).toBe('11Б');
  expect(initials('')).toBe('');
});

test('[R455] one id has one hue', () => {
  expect(hueOf('p1')).toBe(hueOf('p1'));
  expect(new Set(Array.from({ length: 60 }, (_, n) => hueOf(`person-${n}`))).size).toBe(8);
});

test('[R456] lists are sorted by surname, ё with е, classes by number', () => {
  expect(['Яшин', 'Ёлкин', 'Жуков', 'Егоров'].sort(byName)).toEqual(['Егоров', 'Ёлкин', 'Жуков', 'Яшин']);
  expect(['10А', '9Б', '9А'].sort(byName)).toEqual(['9А', '9Б', '10А']);
});
