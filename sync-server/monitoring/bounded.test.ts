import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bounded, LOG_BOUND } from './bounded.ts';
import { createLog } from './log.ts';

const lines: string[] = [];
const said = () => lines.map((line) => JSON.parse(line));
beforeEach(() => {
  lines.length = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test('[R365] of a flood so many lines are written, then one with how many more there were', () => {
  const log = bounded(createLog((line) => lines.push(line)));
  for (let i = 0; i < 1_000; i++) log.info('closed', { code: 'malformed', on: 'line' });
  expect(lines).toHaveLength(LOG_BOUND.lines);
  log.info('closed', { code: 'tooBig', on: 'line' });
  log.error('closed', { code: 'malformed' });
  expect(lines).toHaveLength(LOG_BOUND.lines + 2);
  vi.advanceTimersByTime(LOG_BOUND.windowMs);
  expect(lines).toHaveLength(LOG_BOUND.lines + 3);
  expect(said().at(-1)).toMatchObject({
    level: 'info',
    event: 'closed',
    code: 'malformed',
    more: 1_000 - LOG_BOUND.lines,
  });
  log.info('closed', { code: 'malformed' });
  expect(lines).toHaveLength(LOG_BOUND.lines + 4);
  vi.advanceTimersByTime(LOG_BOUND.windowMs);
  expect(lines).toHaveLength(LOG_BOUND.lines + 4);
});
