import { expect, test } from 'vitest';
import { Person } from './people.ts';

const RATES = { intentsPerSecond: 10, intentsBurst: 20, asksPerSecond: 5, asksBurst: 10 };
const NOW = 1_000_000;

const masha = () => new Person('masha', [], RATES, NOW);

test('[R357] an intent of many bytes costs as much as many small ones, and never more than one can have', () => {
  const person = masha();
  expect(person.spend(NOW, 64 * 1024)).toBe(0);
  expect(person.spend(NOW, 64 * 1024)).toBe(0);
  expect(person.spend(NOW, 64 * 1024)).toBe(700);
  expect(person.spend(NOW + 700, 64 * 1024)).toBe(0);
  expect(person.spend(NOW + 10_000, 1024 * 1024)).toBe(0);
  expect(person.spend(NOW + 10_000, 10)).toBe(100);
});

test('[R357] who brings many messages in one intent waits as if they had come one by one', () => {
  const person = masha();
  expect(person.spend(NOW, 100)).toBe(0);
  person.charge(499);
  expect(person.spend(NOW, 100)).toBe(48_100);
});

test('[R357] asks of all connections of a person are counted together', () => {
  const person = masha();
  for (let i = 0; i < 10; i++) expect(person.ask(NOW, 1)).toBe(0);
  expect(person.ask(NOW, 1)).toBe(200);
  expect(person.ask(NOW + 200, 1)).toBe(0);
});

test('[R357] a clock that is set back makes nobody wait', () => {
  const person = masha();
  expect(person.spend(NOW - 3_600_000, 10)).toBe(0);
  expect(person.spend(NOW - 3_600_000, 10)).toBe(0);
});
