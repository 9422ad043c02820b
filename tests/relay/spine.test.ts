import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

test('[R310] Masha writes, Anna Petrovna reads it live, and both find it after a restart of the relay', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await masha.open('chat/7a');
  await anna.open('chat/7a');
  const ack = await masha.send(masha.message('7a', 'Анна Петровна, я заболела'));
  expect(ack).toMatchObject({ kind: 'ack', room: 'chat/7a', n: 1, seq: 1 });
  const update = await anna.line.next('update');
  expect(update).toMatchObject({ doc: 'chat/7a/feed/1', seq: 1, lease: masha.lease, n: 1 });
  expect(masha.line.heard.some((frame) => frame.kind === 'update')).toBe(false);
  relay = await relay.restart();
  const again = await TestDevice.start(relay, relay.sessions.signIn('anna'), anna.lease);
  await again.open('chat/7a');
  expect(again.texts('7a')).toEqual(['Анна Петровна, я заболела']);
});
