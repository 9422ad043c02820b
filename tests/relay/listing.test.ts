/** The list of papers, as anybody may ask for it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idOf } from '#shared/feed/shape.ts';
import { TestDevice } from '../support/device.ts';
import { AdminDevice } from '../support/registry.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { paperOf } from '../support/shared-paper.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

function ask(cookie: string): Promise<Response> {
  return fetch(`${relay.origin}/api/papers`, { headers: { cookie } });
}

async function listedTo(person: string): Promise<{ id: string; title: string }[]> {
  const answer = await ask(`session=${relay.sessions.signIn(person)}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { papers: { id: string; title: string }[] }).papers;
}

test('[R372] who reads a chat is told of its papers, with their last title and when they were shared; nobody else', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const before = Date.now();
  const paper = await paperOf(anna);
  const entry = { by: 'anna', title: 'План экскурсии', edit: 'staff' };
  await anna.send(anna.make('chat/7a/feed/1', (doc) => doc.getMap('papers').set(paper, entry)));
  const expected = [{ id: paper, chat: '7a', by: 'anna', title: 'План экскурсии', edit: 'staff' }];
  expect(await listedTo('masha')).toMatchObject(expected);
  const [{ at }] = (await listedTo('masha')) as unknown as [{ at: number }];
  expect(at).toBeGreaterThanOrEqual(before);
  expect(await listedTo('dima')).toEqual([]);
  relay = await relay.restart();
  expect(await listedTo('masha')).toMatchObject([{ ...expected[0], at }]);
});

test('[R372] the newest stand first', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const first = await paperOf(anna);
  const second = idOf(anna.lease, 951);
  await anna.send(
    anna.make('chat/7a/feed/1', (doc) => {
      doc.getMap('papers').set(second, { by: 'anna', title: 'Второй', edit: 'owner' });
      doc.getMap('messages').set(idOf(anna.lease, 950), { by: 'anna', at: 1, text: '', paper: second });
    }),
  );
  expect((await listedTo('masha')).map(({ id }) => id)).toEqual([second, first]);
});

test('[R372] who is taken out of the class is told of its papers no more, and a stranger of none', async () => {
  await paperOf(await TestDevice.start(relay, relay.sessions.signIn('anna')));
  expect(await listedTo('petya')).toHaveLength(1);
  const elena = await AdminDevice.start(relay);
  expect(await elena.setDuty({ person: 'petya', unit: '7a', from: 'student', to: undefined })).toMatchObject({
    kind: 'ack',
  });
  expect(await listedTo('petya')).toEqual([]);
  const refused = await ask('session=nobody.1');
  expect([refused.status, await refused.json()]).toEqual([401, { code: 'signed-out' }]);
});

test('[R372] whoever asks again and again is told to come later', async () => {
  const cookie = `session=${relay.sessions.signIn('masha')}`;
  let last = 200;
  for (let i = 0; i < 1_000 && last === 200; i++) last = (await ask(cookie)).status;
  expect(last).toBe(429);
});
