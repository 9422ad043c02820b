import { expect, test } from 'vitest';
import type { Moment } from '../store/log.ts';
import { sittings } from './versions.ts';

const wrote = (seq: number, at: number, person = 'anna'): Moment => ({
  seq,
  at,
  person,
  deletes: false,
  bytes: 40,
  whole: false,
});
const deleted = (seq: number, at: number, person = 'anna'): Moment => ({
  ...wrote(seq, at, person),
  deletes: true,
});
const MINUTE = 60_000;

test('[R370] a sitting ends when another writes or after ten minutes', () => {
  const moments = [
    wrote(4, 30 * MINUTE),
    wrote(3, 12 * MINUTE),
    wrote(2, 11 * MINUTE, 'masha'),
    wrote(1, 10 * MINUTE),
  ];
  expect(sittings(moments).map(({ seq, person, since }) => [seq, person, since / MINUTE])).toEqual([
    [4, 'anna', 30],
    [3, 'anna', 12],
    [2, 'masha', 11],
    [1, 'anna', 10],
  ]);
});

test('[R370] within a sitting it can be read how the paper was at each pause and before what was deleted, pasted or brought back', () => {
  const moments = [
    { ...wrote(7, 9_600), bytes: 4_000 },
    wrote(6, 9_400),
    deleted(5, 9_200),
    deleted(4, 9_000),
    wrote(3, 8_800),
    wrote(2, 8_500),
    wrote(1, 1_000),
  ];
  expect(sittings(moments)).toEqual([
    {
      ...{ seq: 7, at: 9_600, person: 'anna', since: 1_000 },
      steps: [
        { seq: 7, at: 9_600 },
        { seq: 6, at: 9_400 },
        { seq: 3, at: 8_800 },
        { seq: 1, at: 1_000 },
      ],
    },
  ]);
});
