import { expect, test } from 'vitest';
import { REFUSALS } from '#shared/school/refusals.ts';
import { mends } from './mends.ts';

test('[R483] the device repairs alone exactly what the catalogue says that it does', () => {
  const codes = Object.entries(REFUSALS);
  const marked = codes.filter(([, refusal]) => 'mends' in refusal).map(([code]) => code);
  expect(codes.map(([code]) => code).filter((code) => code !== 'foreign-lease' && mends(code))).toEqual(
    marked,
  );
  expect(mends('foreign-lease')).toBe(true);
});
