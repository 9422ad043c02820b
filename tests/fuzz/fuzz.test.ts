import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('[R240] 20 000 mutations of honest updates change nothing that their sender may not change', {
  timeout: 120_000,
}, () => {
  const report = fuzz(20_260_901, 20_000);
  expect(report.findings).toEqual([]);
  // A fuzzer whose every update is refused proves nothing.
  expect(report.accepted).toBeGreaterThan(1_000);
  expect(report.registry.accepted).toBeGreaterThan(50);
});
