/** What one connection may not cost the relay, whatever it says, how it says it, and whether it listens. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openSmallSchool, smallRegistry } from '#server/registry/school.fixture.ts';
import type { ChatEntry } from '#shared/registry/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc, parseRoom } from '#shared/school/names.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { LINE_PATH, PROTOCOL } from '#shared/wire/protocol.ts';
import { TestDevice } from '../../support/device.ts';
import { connect, TestLine } from '../../support/line.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

const HELLO: Frame = { kind: 'hello', protocol: PROTOCOL, app: 'test', rooms: [], registry: 0 };

test('[R334] a name that is longer than any name is no frame', () => {
  const slashes = '/'.repeat(1_000_000);
  const frames: Frame[] = [
    { kind: 'mark', chat: slashes, got: 1, read: 1 },
    { kind: 'find', chat: '7a', id: slashes },
    { kind: 'open', room: slashes, epoch: '', held: [], newest: true },
    { kind: 'open', room: 'chat/7a', epoch: '', held: [{ doc: slashes, seq: 0 }], newest: true },
    { kind: 'pull', doc: slashes, epoch: '', seq: 0 },
    { kind: 'took', doc: slashes, lease: 1, clock: 1, length: 1 },
    { ...HELLO, rooms: [{ room: slashes, epoch: '', seq: 0 }] },
  ];
  for (const frame of frames) expect(decodeMessage(encodeFrame(frame)).ok, frame.kind).toBe(false);
  expect([parseRoom(`chat/${slashes}`), parseDoc(`chat/${slashes}`)]).toEqual([undefined, undefined]);
});

test('[R334] an open that holds more documents than any device does is no frame', () => {
  const held = Array.from({ length: 10_000 }, () => ({ doc: '', seq: 0 }));
  const open: Frame = { kind: 'open', room: 'chat/7a', epoch: '', held, newest: true };
  expect(decodeMessage(encodeFrame(open)).ok).toBe(false);
  const most = held.slice(0, LIMITS.docsPerOpenMax);
  expect(decodeMessage(encodeFrame({ ...open, held: most })).ok).toBe(true);
});

test('[R332] what comes between a hello and its answer is little, or the line closes', async () => {
  const cookie = `session=${relay.sessions.signIn('petya')}`;
  const line = new TestLine(relay.origin, { cookie, origin: relay.origin });
  await line.whenOpen();
  const busy = Array.from({ length: 100 }, () => relay.store.probe());
  line.say(HELLO);
  line.say({ kind: 'aware', doc: 'paper/x', bytes: new Uint8Array(3 * 1024 * 1024) });
  expect(await line.whenClosed()).toBe(CLOSE.tooBig.code);
  await Promise.all(busy);
});

test('[R336] pings whose answers nobody reads fill no memory: the connection ends', async () => {
  const socket = await rawLine('petya');
  socket.pause();
  const closed = ended(socket);
  socket.write(Buffer.alloc(6 * 50_000, Uint8Array.of(0x89, 0x80, 0, 0, 0, 0)));
  socket.on('end', () => socket.destroy());
  setImmediate(() => socket.resume());
  await closed;
  await stillThere();
});

test('[R336] a message in a hundred thousand pieces is not put together', async () => {
  const socket = await rawLine('petya');
  const closed = ended(socket);
  const piece = (opcode: number) => Uint8Array.of(opcode, 0x81, 0, 0, 0, 0, 1);
  socket.write(piece(0x02));
  socket.write(Buffer.alloc(7 * 100_000, piece(0x00)));
  socket.resume();
  await closed;
  await stillThere();
});

for (const [what, bytes] of [
  ['compressed though nobody agreed to it', [0xc2, 0x81, 0, 0, 0, 0, 1]],
  ['not masked', [0x82, 0x01, 10]],
  ['longer than 2^53', [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
  ['of an opcode that does not exist', [0x83, 0x80, 0, 0, 0, 0]],
  ['a continuation of nothing', [0x80, 0x81, 0, 0, 0, 0, 1]],
] as const)
  test(`[R334] a frame that is ${what} ends its connection alone`, async () => {
    const socket = await rawLine('petya', 'Sec-WebSocket-Extensions: permessage-deflate\r\n');
    const closed = ended(socket);
    socket.write(Uint8Array.from(bytes));
    socket.resume();
    await closed;
    await stillThere();
  });

test('[R310] a message that comes byte by byte, and many in one packet, are what they are', async () => {
  const socket = await rawLine('masha');
  const heard: Buffer[] = [];
  socket.on('data', (data) => heard.push(data));
  const frames = [HELLO, { kind: 'lease-ask', count: 1 }, { kind: 'ping' }] as const;
  for (const byte of masked(encodeFrame(frames[0]))) {
    socket.write(Uint8Array.of(byte));
    await new Promise(setImmediate);
  }
  socket.write(Buffer.concat([masked(encodeFrame(frames[1])), masked(joinFrames([encodeFrame(frames[2])]))]));
  while (!Buffer.concat(heard).includes(Buffer.from(encodeFrame({ kind: 'pong' }))))
    await once(socket, 'data');
  socket.destroy();
  await stillThere();
});

test('[R337] a hello of thousands of rooms that are none makes none, and one of more than may be is closed', async () => {
  const rooms = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ room: `chat/x${i}`, epoch: 'e', seq: 1 }));
  const token = relay.sessions.signIn('petya');
  const line = await connect(relay, token, { rooms: rooms(LIMITS.roomsPerConnectionMax) });
  expect((await line.next('welcome')).gone).toHaveLength(LIMITS.roomsPerConnectionMax);
  expect(await relay.store.rooms(['chat/x0', 'chat/x1999'])).toEqual([]);
  const more = await connect(relay, token, { rooms: rooms(LIMITS.roomsPerConnectionMax + 1) });
  expect(await more.whenClosed()).toBe(CLOSE.tooMany.code);
});

test('[R337] a connection has to do with so many rooms: those it knows open, one more closes it', async () => {
  const registry = smallRegistry();
  const direct = registry.chats['olga.masha'] as ChatEntry;
  for (let i = openSmallSchool().chatsOf('olga').length; i < LIMITS.roomsPerConnectionMax; i++)
    registry.chats[`d${i}`] = direct;
  const other = await startTestRelay({ registry });
  onTestFinished(() => other.end());
  const olga = await TestDevice.start(other, other.sessions.signIn('olga'));
  expect(other.school.chatsOf('olga')).toHaveLength(LIMITS.roomsPerConnectionMax);
  await olga.open('chat/olga.masha');
  olga.line.say({ kind: 'open', room: 'me/olga', epoch: '', held: [], newest: true });
  expect(await olga.line.whenClosed()).toBe(CLOSE.tooMany.code);
});

test('[R334] the largest numbers that a frame can say change nothing and harm nobody', async () => {
  const most = Number.MAX_SAFE_INTEGER;
  const masha = await device('masha');
  const { epoch } = await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Раз'));
  const doc = 'chat/7a/feed/1';
  const push = { ...masha.message('7a', 'Два'), n: most };
  expect(await masha.send(push)).toMatchObject({ code: 'missing-deps' });
  expect(await masha.send({ ...push, lease: most })).toMatchObject({ code: 'foreign-lease' });
  const fresh = await masha.withFreshLease();
  const chained = { ...fresh.wrap(doc, push.bytes), epoch, replaces: { lease: most, n: most } };
  expect(await masha.send(chained)).toMatchObject({ code: 'foreign-lease' });
  masha.line.say({ kind: 'mark', chat: '7a', got: most, read: most });
  masha.line.say({ kind: 'took', doc: 'paper/x', lease: most, clock: most, length: most });
  masha.line.say({ kind: 'open', room: 'chat/7a', epoch, held: [{ doc, seq: most }], newest: true });
  expect(await masha.line.next('patch', (patch) => patch.doc === doc)).toMatchObject({ from: 0, seq: 1 });
  masha.line.say({ kind: 'pull', doc, epoch, seq: most });
  expect(await masha.line.next('patch')).toMatchObject({ from: 0, seq: 1 });
  masha.line.say({ kind: 'lease-ask', count: most });
  expect((await masha.line.next('lease-grant')).leases).toHaveLength(LIMITS.leasesPerGrantMax);
  const again = await connect(relay, relay.sessions.signIn('masha'), {
    rooms: [{ room: 'chat/7a', epoch, seq: most }],
    registry: most,
  });
  expect(await again.next('welcome')).toMatchObject({ changed: ['chat/7a'] });
  await again.next('registry');
  while ((await relay.store.marksOf('7a')).length === 0) await masha.line.settled();
  expect(await relay.store.marksOf('7a')).toMatchObject([{ person: 'masha', got: 1, read: 1 }]);
});

test('[R354] a mark for a chat that one may not read is nobody’s', async () => {
  const petya = await device('petya');
  for (const chat of ['staff', '7b', 'olga.masha', 'none', '../7a', ''])
    petya.line.say({ kind: 'mark', chat, got: 5, read: 5 });
  petya.line.say({ kind: 'mark', chat: '7a', got: 0, read: 0 });
  await petya.line.settled();
  for (const chat of ['staff', '7b', 'olga.masha', 'none', '../7a', ''])
    expect(await relay.store.marksOf(chat)).toEqual([]);
});

async function stillThere(): Promise<void> {
  const anna = await device('anna');
  await anna.line.settled();
}

/** A line without a library: its socket, after the upgrade. */
async function rawLine(person: string, more = ''): Promise<Socket> {
  const socket = connectTcp(Number(new URL(relay.origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET ${LINE_PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}` +
      `Cookie: session=${relay.sessions.signIn(person)}\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).not.toMatch(/permessage-deflate/i);
  return socket;
}

/** Resolves when the socket is gone, however it went. */
function ended(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

/** A binary frame of a client; the mask is zero. */
function masked(message: Uint8Array): Buffer {
  expect(message.length).toBeLessThan(126);
  return Buffer.concat([Uint8Array.of(0x82, 0x80 | message.length, 0, 0, 0, 0), message]);
}
