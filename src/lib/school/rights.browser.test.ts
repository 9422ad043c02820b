import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSchool, type TestSchool, until } from '#lib/replica/testing.ts';
import { Rights } from './rights.svelte.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R477] Elena comes to the rights before the network does, and may change them once it is there', async () => {
  const first = await school.device('elena');
  await until(first, 'the list is here', () => first.chats().length > 0);
  await first.close();

  await school.cut();
  const elena = await school.device('elena');
  const rights = new Rights(elena);
  await expect.poll(() => rights.state.at).toBe('out-of-reach');

  await school.mend();
  elena.wake();
  await expect.poll(() => rights.state.at, { timeout: 20_000 }).toBe('open');
  expect(rights.role('anna')).toEqual({ role: 'teacher', settled: true });
  rights.close();
});
