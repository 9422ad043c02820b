/** What one connection may not cost the relay, whatever it says, how it says it, and whether it listens. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc, parseRoom } from '#shared/school/names.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { decodeMessage, encodeFrame, type Frame, joinFrames } from '#shared/wire/frames.ts';
import { LINE_PATH, PROTOCOL } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { TestLine } from '../support/line.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

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
