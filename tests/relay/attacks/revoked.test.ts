/** Rights that go while the whole school is on the line, while a room is on its way, and while words are in the air. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { TestDevice } from '../../support/device.ts';
import { connect } from '../../support/line.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

const STAFF = Array.from({ length: 160 }, (_, i) => `staff${i}`);

let relay: TestRelay;
beforeEach(async () => {
  const registry = smallRegistry();
  for (const person of STAFF) registry.members[person] = { role: 'staff', duties: {} };
  relay = await startTestRelay({ registry });
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R637] whoever is taken out of a chat stops hearing it before the school is told the news, however many are on the line', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const others = await Promise.all(STAFF.map((person) => connect(relay, relay.sessions.signIn(person))));
  for (const line of others) await line.next('registry');
  // The last to come is the last of whoever is looked at.
  const masha = await device('masha');
  await masha.open('chat/7a');
  expect(await anna.setDuty({ person: 'masha', unit: '7a', from: 'student', to: undefined })).toMatchObject({
    kind: 'ack',
  });
  expect(await masha.line.next('purge')).toMatchObject({ room: 'chat/7a' });
  const told = others.filter(({ heard }) => heard.some(({ kind }) => kind === 'registry'));
  expect(told.length).toBeLessThan(STAFF.length / 2);
  const { json } = await masha.line.next('registry');
  expect(Object.keys(JSON.parse(json).chats)).not.toContain('7a');
  await Promise.all(others.map((line) => line.next('registry')));
});

test('[R350] what is taken away goes at once, however long the store is busy with what others ask for', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const masha = await device('masha');
  await masha.open('chat/7a');
  const answer = busyStore();
  const taken = anna.setDuty({ person: 'masha', unit: '7a', from: 'student', to: undefined });
  expect(await masha.line.next('purge')).toMatchObject({ room: 'chat/7a' });
  expect(await taken).toMatchObject({ kind: 'ack' });
  answer();
  const { json } = await masha.line.next('registry', (frame) => !frame.json.includes('"7a":{"title"'));
  expect(Object.keys(JSON.parse(json).chats)).not.toContain('7a');
});

/** From now on the store answers nobody who wants to read, until the returned function is called. */
function busyStore(): () => void {
  const busy = Promise.withResolvers<void>();
  const store = relay.store as unknown as Record<string, (...words: unknown[]) => Promise<unknown>>;
  for (const name of ['rooms', 'load', 'tail', 'docs', 'places', 'place', 'ids', 'lasts', 'summaries']) {
    const read = store[name];
    store[name] = async (...words) => {
      await busy.promise;
      return read?.(...words);
    };
  }
  return busy.resolve;
}
