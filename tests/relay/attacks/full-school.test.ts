/** Anna Petrovna gives a pupil his class and takes it again, all night: the registry remembers each time. */
import { randomBytes } from 'node:crypto';
import * as Automerge from '@automerge/automerge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay({ rates: { intentsPerSecond: 100_000, intentsBurst: 100_000 } });
});
afterEach(() => relay.end());

test('[R514] a class teacher fills the registry only so far: an administrator can still stop her, and both hear why', async () => {
  const now = relay.school.save().length;
  // A change is told by some hundred bytes and saved in a few.
  relay = await relay.restart({ registryBytes: { others: now + 200, admins: now + 1_000 } });
  const anna = await AdminDevice.start(relay, 'anna');
  const has = { person: 'petya', unit: '7a', from: 'student', to: undefined } as const;
  const hasNot = { ...has, from: undefined, to: 'student' } as const;
  const toAndFro = [() => anna.setDuty(has), () => anna.setDuty(hasNot)];
  expect(await untilRefused(toAndFro)).toBe('school-is-full');
  expect(relay.school.save().length).toBeLessThanOrEqual(now + 200);
  const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
  expect(metrics).toContain(`parta_registry_bytes ${relay.school.save().length}\n`);
  const elena = await AdminDevice.start(relay);
  const leads = { person: 'anna', unit: '7a', from: 'class-teacher', to: undefined } as const;
  expect(await elena.setDuty(leads)).toMatchObject({ kind: 'ack' });
  const rename = () =>
    elena.change((draft) => {
      const { news } = (draft as { chats: Record<string, { title: unknown }> }).chats;
      if (news) news.title = new Automerge.ImmutableString(randomBytes(40).toString('hex'));
    });
  expect(await untilRefused([rename])).toBe('school-is-full');
  expect(relay.school.save().length).toBeLessThanOrEqual(now + 1_000);
  relay = await relay.restart();
  expect(relay.school.standing('anna')?.duties).toEqual({ '7b': 'teacher' });
});

type Act = () => ReturnType<AdminDevice['setRole']>;

/** Does one thing after another, again and again, until it is refused; says with which code. */
async function untilRefused(acts: Act[]): Promise<string> {
  for (let i = 0; i < 500; i++) {
    const answer = await (acts[i % acts.length] as Act)();
    if (answer.kind === 'refuse') return answer.code;
  }
  return 'never refused';
}
