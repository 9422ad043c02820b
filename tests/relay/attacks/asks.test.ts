/** Cheap questions with dear answers: what one person asks for is counted by what it costs the relay. */
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { feedDoc } from '#shared/school/names.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../../support/device.ts';
import { connect, type TestLine } from '../../support/line.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { paperOf } from '../../support/shared-paper.ts';

let relay: TestRelay;
afterEach(() => relay.end());

const start = async (asksPerSecond: number, asksBurst: number) => {
  relay = await startTestRelay({ rates: { asksPerSecond, asksBurst } });
};
const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R357] questions of many megabytes that wait for their turn close the line, counted over all connections', async () => {
  await start(0.001, 60);
  const [one, other] = [await device('petya'), await device('petya')];
  await one.open('chat/7a');
  // As many as a frame may name, each as long as a name may be.
  const held = Array.from({ length: 250 }, (_, i) => ({ doc: `${i}`.padEnd(250, 'x'), seq: 0 }));
  const big = { kind: 'open' as const, room: 'chat/7a', epoch: '', held, newest: false };
  for (let i = 0; i < 40; i++) one.line.say(big);
  await one.line.settled();
  expect(one.line.closed).toBe(undefined);
  for (let i = 0; i < 40; i++) other.line.say(big);
  expect(await other.line.whenClosed()).toBe(CLOSE.tooMany.code);
  // What a line that is gone asked for is not waited for.
  await one.line.hangUp();
  const third = await connect(relay, relay.sessions.signIn('petya'));
  for (let i = 0; i < 2; i++) third.say(big);
  await answered(third);
  expect(third.closed).toBe(undefined);
});

test('[R357] an open of many documents costs as many asks as it takes to read them', async () => {
  await start(0.001, 40);
  const petya = await device('petya');
  const held = Array.from({ length: 64 }, (_, i) => ({ doc: feedDoc('7a', i + 1), seq: 0 }));
  const open = { kind: 'open' as const, room: 'chat/7a', epoch: '', held, newest: false };
  petya.line.say(open, open, { kind: 'find', chat: '7a', id: 'a.1' });
  await petya.line.next('room');
  await relay.store.seqOf('chat/7a');
  await petya.line.settled();
  expect(petya.line.heard.filter(({ kind }) => kind === 'room' || kind === 'found')).toEqual([]);
});

test('[R357] a hello is answered with all chats, and whoever says it again and again waits like for anything else', async () => {
  await start(0.001, 25);
  for (let i = 0; i < 2; i++) {
    const line = await connect(relay, relay.sessions.signIn('petya'));
    await line.next('welcome');
    await line.hangUp();
  }
  const third = await connect(relay, relay.sessions.signIn('petya'));
  await answered(third);
  expect(third.heard).toEqual([]);
  // What Masha may ask for is hers; one hello of many rooms takes all of it.
  const rooms = Array.from({ length: 1_000 }, (_, i) => ({ room: `chat/x${i}`, epoch: '', seq: 0 }));
  const masha = await connect(relay, relay.sessions.signIn('masha'), { rooms });
  await masha.next('welcome');
  const again = await connect(relay, relay.sessions.signIn('masha'));
  await answered(again);
  expect(again.heard).toEqual([]);
});

test('[R357] hellos that come faster than the rate are all answered, those of many rooms later', async () => {
  await start(500, 20);
  const rooms = Array.from({ length: 1_000 }, (_, i) => ({ room: `chat/x${i}`, epoch: '', seq: 0 }));
  const lines = await Promise.all(
    Array.from({ length: 8 }, () => connect(relay, relay.sessions.signIn('petya'), { rooms })),
  );
  for (const line of lines) expect((await line.next('welcome')).gone).toHaveLength(rooms.length);
});

test('[R357] a stock client that asks again and again who is there is closed', async () => {
  await start(0.001, 100);
  const petya = await device('petya');
  const doc = `paper/${await paperOf(petya)}`;
  const ws = new WebSocket(
    `${relay.origin.replace('http', 'ws')}${STOCK_PATH}/${doc}?token=${relay.sessions.signIn('petya')}`,
  );
  await new Promise((resolve) => ws.once('message', resolve));
  const ended = new Promise((resolve) => ws.once('close', resolve));
  const heard = new Promise((resolve) => ws.on('message', () => resolve('answered')));
  for (let i = 0; i < 20; i++) ws.send(Uint8Array.of(3));
  // Would be answered if those cost nothing.
  ws.send(Uint8Array.of(0, 0, 1, 0));
  expect(await Promise.race([ended, heard])).toBe(CLOSE.tooMany.code);
  ws.terminate();
});

test('[R357] whoever asks again and again who has read a chat is told to come later', async () => {
  await start(0.001, 100);
  const headers = { cookie: `session=${relay.sessions.signIn('anna')}` };
  const ask = async () => (await fetch(`${relay.origin}/api/chats/7a/readers`, { headers })).status;
  for (let i = 0; i < 10; i++) expect(await ask()).toBe(200);
  expect(await ask()).toBe(429);
});

test('[R373] Petya, who may only read, sends what changes nothing: nobody hears of it, and the author of it is answered', async () => {
  await start(1_000, 1_000);
  const [anna, petya] = [await device('anna'), await device('petya')];
  const elena = await AdminDevice.start(relay);
  const quiet = { ...DEFAULT_MATRIX, write: 'staff', react: 'nobody' } as const;
  await petya.open('chat/7a');
  const said = petya.message('7a', 'Ой');
  await petya.send(said);
  const gone = (on: TestDevice) =>
    on.make(feedDoc('7a', 1), (doc) => void doc.getMap('messages').delete(said.id));
  const second = await device('petya');
  await second.open('chat/7a');
  expect(await petya.send(gone(petya))).toMatchObject({ kind: 'ack' });
  expect(await elena.setMatrix('7a', DEFAULT_MATRIX, quiet)).toMatchObject({ kind: 'ack' });
  await anna.open('chat/7a');
  const { size, seq } = { size: await rowsOf('chat/7a'), seq: await relay.store.seqOf('chat/7a') };
  // The other phone did not know, and deletes it too; then an altered app goes on with it.
  const again = gone(second);
  expect(await second.send(again)).toMatchObject({ kind: 'ack' });
  for (let i = 0; i < 20; i++)
    expect(await second.send(second.wrap(feedDoc('7a', 1), again.bytes))).toMatchObject({ kind: 'ack' });
  expect([await rowsOf('chat/7a'), await relay.store.seqOf('chat/7a')]).toEqual([size, seq]);
  expect(await anna.send(anna.message('7a', 'Тихо'))).toMatchObject({ kind: 'ack', seq: seq + 1 });
  await anna.line.settled();
  await petya.line.next('update', ({ lease }) => lease === anna.lease);
  for (const { line } of [anna, petya])
    expect(line.heard.filter(({ kind }) => kind === 'update')).toEqual([]);
});

test('[R357] what a device lacks is merged for it as long as its person has asks left, then it is given the whole', async () => {
  await start(0.001, 100);
  const masha = await device('masha');
  await masha.open('chat/7a');
  for (let i = 0; i < 90; i++)
    expect(await masha.send(masha.message('7a', `${i}`))).toMatchObject({ kind: 'ack' });
  const petya = await device('petya');
  const { epoch } = await petya.open('chat/7a');
  const ask = async (seq: number) => {
    petya.line.say({ kind: 'pull', doc: feedDoc('7a', 1), epoch, seq });
    return (await petya.line.next('patch')).from;
  };
  // Of his hundred the hello took ten and the opening one; each of these takes one, and four or five for its messages.
  for (let seq = 1; seq <= 15; seq++) expect(await ask(seq)).toBe(seq);
  expect(await ask(16)).toBe(0);
  // What is made already, or is short, costs nothing but the question.
  expect(await ask(2)).toBe(2);
  expect(await ask(85)).toBe(85);
});

test('[R373] the number of an intent that changes nothing is known after a restart, and the next one follows it', async () => {
  await start(1_000, 1_000);
  const masha = await device('masha');
  await masha.open('chat/7a');
  const nothing = masha.wrap(feedDoc('7a', 1), Uint8Array.of(0, 0));
  expect(await masha.send(nothing)).toMatchObject({ kind: 'ack', n: 1, seq: 0 });
  relay = await relay.restart();
  const again = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  await again.open('chat/7a');
  expect(await again.send(nothing)).toMatchObject({ kind: 'ack', n: 1, seq: 0 });
  expect(await again.send(again.message('7a', 'Раз'))).toMatchObject({ kind: 'ack', n: 2, seq: 1 });
  const late = { ...again.wrap(feedDoc('7a', 1), Uint8Array.of(0, 0)), n: 9 };
  expect(await again.send(late)).toMatchObject({ code: 'missing-deps' });
});

/** What was sent on it is read, and whatever the relay would look up for an answer is looked up. */
async function answered({ ws }: TestLine): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => ws.once('pong', resolve).ping());
    await relay.store.seqOf('chat/7a');
  }
}

async function rowsOf(room: string): Promise<number> {
  const docs = await relay.store.docs(room);
  const held = await Promise.all(docs.map(({ doc }) => relay.store.load(doc)));
  return held.reduce((sum, { rows }) => sum + rows.length, 0);
}
