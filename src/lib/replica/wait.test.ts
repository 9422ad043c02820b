import { expect, test } from 'vitest';
import { coalesced } from './wait.ts';

test('[R401] a list that could not be read once is read again when it is asked for next', async () => {
  let asked = 0;
  const read = coalesced(async () => {
    if (++asked === 1) throw new Error('the connection to the database was lost');
  });
  await expect(read()).rejects.toThrow('lost');
  await read();
  expect(asked).toBe(2);
});

test('[R401] calls before a reading begins are one, those that come while it runs are one more', async () => {
  const ends: (() => void)[] = [];
  const read = coalesced(() => new Promise((end) => ends.push(end)));
  const first = [read(), read()];
  await Promise.resolve();
  await Promise.resolve();
  const second = [read(), read()];
  ends[0]?.();
  await Promise.all(first);
  await Promise.resolve();
  ends[1]?.();
  await Promise.all(second);
  expect(ends).toHaveLength(2);
});
