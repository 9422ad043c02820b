import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { reactionKey } from '#shared/feed/shape.ts';
import { TestDevice } from '../support/device.ts';
import { AdminDevice } from '../support/registry.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
let masha: TestDevice;
let anna: TestDevice;
beforeEach(async () => {
  relay = await startTestRelay();
  masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await masha.open('chat/7a');
  await anna.open('chat/7a');
});
afterEach(() => relay.end());

test('[R311] a resend is acknowledged again and lands once, even after the relay was restarted', async () => {
  const push = masha.message('7a', 'Здравствуйте!');
  const first = await masha.send(push);
  expect(await masha.send(push)).toEqual(first);
  relay = await relay.restart();
  const again = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  await again.open('chat/7a');
  expect(await again.send(push)).toEqual(first);
  expect(again.texts('7a')).toEqual(['Здравствуйте!']);
  expect(await relay.store.seqOf('chat/7a')).toBe(1);
});

test('[R311] what Masha sent before she was expelled is acknowledged again, whatever her role is now', async () => {
  const push = masha.message('7a', 'Я сделала');
  await masha.send(push);
  const elena = await AdminDevice.start(relay);
  expect(await elena.setRole('masha', 'student', 'parent')).toMatchObject({ kind: 'ack' });
  expect(await masha.send(push)).toMatchObject({ kind: 'ack', n: 1 });
  expect(await masha.send(masha.message('7a', 'И ещё'))).toMatchObject({
    kind: 'refuse',
    code: 'not-a-member',
  });
});

test('[R312] a number above the next is missing-deps and leaves the lease open', async () => {
  const one = masha.message('7a', 'Раз');
  const two = masha.message('7a', 'Два');
  expect(await masha.send(two)).toMatchObject({ kind: 'refuse', code: 'missing-deps', n: 2 });
  expect(await masha.send(one)).toMatchObject({ kind: 'ack', n: 1 });
  expect(await masha.send(two)).toMatchObject({ kind: 'ack', n: 2 });
});

test('[R312] no device writes without a number', async () => {
  const said = masha.message('7a', 'Без номера');
  expect(await masha.send({ ...said, n: 0 })).toMatchObject({ kind: 'refuse', code: 'malformed' });
  expect(await masha.send(said)).toMatchObject({ kind: 'ack', n: 1, seq: 1 });
});

test('[R313] another intent under a known number is never acknowledged: a cloned phone must burn the lease', async () => {
  await masha.send(masha.message('7a', 'С телефона'));
  const clone = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  clone.epochs.set('chat/7a', masha.epochs.get('chat/7a') as string);
  const answer = await clone.send(clone.message('7a', 'С копии телефона'));
  expect(answer).toMatchObject({ kind: 'refuse', code: 'superseded' });
});

test('[R314] after a refusal the lease is closed on every connection, and a fresh one names it and goes on', async () => {
  const other = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  await other.open('chat/7a');
  const refused = masha.make('chat/7a/pins', (doc) => doc.getMap('pins').set('x.1', { by: 'masha', at: 1 }));
  masha.line.say(refused, masha.message('7a', 'Вслед за отказом'));
  expect(await masha.line.next('refuse')).toMatchObject({ n: 1, code: 'only-some-may-pin' });
  expect(await masha.line.next('refuse')).toMatchObject({ n: 2, code: 'superseded' });
  expect(await other.send(other.message('7a', 'Из другой вкладки'))).toMatchObject({ code: 'superseded' });

  const fresh = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await fresh.open('chat/7a');
  const replaces = { lease: masha.lease, n: 0 };
  expect(await fresh.send({ ...fresh.message('7a', 'Ещё раз'), replaces })).toMatchObject({
    kind: 'ack',
    n: 1,
  });
});

test('[R314] what follows a refused update waits nowhere, also when all of it comes again at each reconnect (#14)', async () => {
  const first = masha.message('7a', 'Раз');
  const forged = masha.make('chat/7a/feed/1', (doc) =>
    doc.getMap('messages').set('1.1', { by: 'anna', at: 1, text: 'Два' }),
  );
  const later = [masha.message('7a', 'Три'), masha.message('7a', 'Четыре')];
  masha.line.say(first, forged, ...later);
  expect(await masha.line.next('ack')).toMatchObject({ n: 1 });
  expect(await masha.line.next('refuse')).toMatchObject({ n: 2, code: 'not-yours' });
  for (const { n } of later) expect(await masha.line.next('refuse')).toMatchObject({ n, code: 'superseded' });
  for (let i = 0; i < 2; i++) {
    const back = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
    await back.open('chat/7a');
    for (const push of [forged, ...later])
      expect(await back.send(push)).toMatchObject({ kind: 'refuse', code: 'superseded' });
    expect(back.texts('7a')).toEqual(['Раз']);
  }
  const { rows } = await relay.store.load('chat/7a/feed/1');
  const stock = new Y.Doc();
  for (const { bytes } of rows) Y.applyUpdate(stock, bytes);
  expect([rows.length, stock.store.pendingStructs, stock.store.pendingDs]).toEqual([1, null, null]);
});

test('[R315] a fresh lease whose predecessor said more than the device knows is stale', async () => {
  await masha.send(masha.message('7a', 'Дошло, а подтверждение потерялось'));
  const fresh = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await fresh.open('chat/7a');
  const push = { ...fresh.message('7a', 'Дошло ли?'), replaces: { lease: masha.lease, n: 0 } };
  expect(await fresh.send(push)).toMatchObject({ kind: 'refuse', code: 'stale' });
});

test('[R315] only the first intent of a lease replaces another: a later one closes none', async () => {
  const fresh = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await fresh.open('chat/7a');
  await fresh.send(fresh.message('7a', 'Раз'));
  const push = { ...fresh.message('7a', 'Два'), replaces: { lease: masha.lease, n: 0 } };
  expect(await fresh.send(push)).toMatchObject({ kind: 'ack', n: 2 });
  expect(await masha.send(masha.message('7a', 'Из другой вкладки'))).toMatchObject({ kind: 'ack' });
});

test('[R315] the lease that a fresh one replaced is closed for good', async () => {
  await masha.send(masha.message('7a', 'Раз'));
  const fresh = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await fresh.open('chat/7a');
  const push = { ...fresh.message('7a', 'Два'), replaces: { lease: masha.lease, n: 1 } };
  expect(await fresh.send(push)).toMatchObject({ kind: 'ack' });
  expect(await masha.send(masha.message('7a', 'Из замершей вкладки'))).toMatchObject({ code: 'superseded' });
});

test('[R561] who opens a room is told of their own leases, and of nobody else’s', async () => {
  await masha.send(masha.message('7a', 'Раз'));
  await anna.send(anna.message('7a', 'Два'));
  const leasesOf = async (of: TestDevice) => (await of.open('chat/7a')).lasts.map(({ lease }) => lease);
  expect(await leasesOf(masha)).toEqual([masha.lease]);
  expect(await leasesOf(anna)).toEqual([anna.lease]);
});

test('[R316] a lease of another person is refused and stays open for its owner', async () => {
  const forged = { ...anna.message('7a', 'Уроков завтра нет'), lease: masha.lease };
  expect(await anna.send(forged)).toMatchObject({ kind: 'refuse', code: 'foreign-lease' });
  const question = masha.message('7a', 'Кто дежурит?');
  expect(await masha.send(question)).toMatchObject({ kind: 'ack' });
  // Bytes that say nothing in Masha's name, only under her lease: they would use her number up.
  const under = await TestDevice.start(relay, relay.sessions.signIn('anna'), masha.lease);
  await under.open('chat/7a');
  const thumb = under.make('chat/7a/feed/1', (doc) =>
    doc.getMap('reactions').set(reactionKey(question.id, 'anna'), '👍'),
  );
  expect(await under.send(thumb)).toMatchObject({ kind: 'refuse', code: 'foreign-lease' });
  const replacing = { ...anna.message('7a', 'Чужая замена'), n: 1, replaces: { lease: masha.lease, n: 0 } };
  expect(await anna.send(replacing)).toMatchObject({ kind: 'refuse', code: 'foreign-lease' });
  expect(await masha.send(masha.message('7a', 'Я тут'))).toMatchObject({ kind: 'ack' });
});

test('[R317] an intent of another epoch is refused and nothing of it is taken', async () => {
  const push = { ...masha.message('7a', 'Из прошлого'), epoch: 'другая' };
  expect(await masha.send(push)).toMatchObject({ kind: 'refuse', code: 'wrong-epoch' });
  expect(await relay.store.seqOf('chat/7a')).toBe(0);
});

test('[R318] a full segment closes: the next message goes to the one that is open now', async () => {
  const many = masha.make('chat/7a/feed/1', (doc) => {
    for (let i = 0; i < 499; i++)
      doc
        .getMap('messages')
        .set(`${masha.lease.toString(36)}.z${i.toString(36)}`, { by: 'masha', at: 1, text: `${i}` });
  });
  expect(await masha.send(many)).toMatchObject({ kind: 'ack' });
  expect(await masha.send(masha.message('7a', 'Пятисотое'))).toMatchObject({ kind: 'ack' });
  expect(await masha.line.next('head')).toMatchObject({ room: 'chat/7a', head: 2 });
  const late = await anna.send(anna.message('7a', 'Не успела'));
  expect(late).toMatchObject({ kind: 'refuse', code: 'segment-closed' });
  const fresh = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  expect((await fresh.open('chat/7a')).head).toBe(2);
  const again = { ...fresh.message('7a', 'Не успела'), replaces: { lease: anna.lease, n: 0 } };
  expect(await fresh.send(again)).toMatchObject({ kind: 'ack' });
});
