import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE } from '#shared/wire/close.ts';
import { encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import { LINE_PATH, STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { connect, TestLine } from '../support/line.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay({ helloTimeoutMs: 300 });
});
afterEach(() => relay.end());

const cookie = (person: string) => ({ cookie: `session=${relay.sessions.signIn(person)}` });

test('[R330] a page of another site is refused on WebSocket and on HTTP', async () => {
  const line = new TestLine(relay.origin, { ...cookie('masha'), origin: 'https://evil.example' });
  expect(await line.whenClosed()).toBe(CLOSE.foreignOrigin.code);
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn('masha')}`;
  const stock = (origin: string) =>
    new WebSocket(relay.origin.replace('http', 'ws') + path, { headers: { origin } });
  const [code] = (await once(stock('https://evil.example'), 'close')) as [number];
  expect(code).toBe(CLOSE.foreignOrigin.code);
  const own = stock(relay.origin);
  await once(own, 'message');
  own.terminate();
  const headers = { ...cookie('masha'), origin: 'https://evil.example' };
  const leases = await fetch(`${relay.origin}/api/leases`, { method: 'POST', headers });
  expect(leases.status).toBe(403);
});

test('[R331] [R553] without a session, with an expired one, and after sign-out the line closes, and no other', async () => {
  const stranger = new TestLine(relay.origin, { origin: relay.origin });
  expect(await stranger.whenClosed()).toBe(CLOSE.signedOut.code);
  const expired = relay.sessions.signIn('masha', Date.now() - 1);
  const late = new TestLine(relay.origin, { cookie: `session=${expired}`, origin: relay.origin });
  expect(await late.whenClosed()).toBe(CLOSE.signedOut.code);
  const token = relay.sessions.signIn('masha');
  const line = await connect(relay, token);
  await line.next('welcome');
  const other = await connect(relay, relay.sessions.signIn('masha'));
  await other.next('welcome');
  relay.sessions.end(token);
  expect(await line.whenClosed()).toBe(CLOSE.signedOut.code);
  await other.settled();
});

test('[R331] of two whose sessions expire each is closed at their own moment, whoever came first', async () => {
  const anna = await connect(relay, relay.sessions.signIn('anna', Date.now() + 1_500));
  await anna.next('welcome');
  const masha = await connect(relay, relay.sessions.signIn('masha', Date.now() + 300));
  await masha.next('welcome');
  expect(await masha.whenClosed()).toBe(CLOSE.signedOut.code);
  expect(anna.closed).toBeUndefined();
  expect(await anna.whenClosed()).toBe(CLOSE.signedOut.code);
});

test('[R331] a session that lasts longer than a timer can is waited for in steps, not asked about all the time', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error) => warnings.push(name);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  const line = await connect(relay, relay.sessions.signIn('masha', Date.now() + 60 * DAY_MS));
  await line.next('welcome');
  await line.settled();
  expect(warnings).toEqual([]);
});

test('[R331] a line closes at the moment its session expires', async () => {
  const line = await connect(relay, relay.sessions.signIn('masha', Date.now() + 200));
  expect(await line.whenClosed()).toBe(CLOSE.signedOut.code);
});

test('[R332] a connection that says no hello is closed, and one that says something else first', async () => {
  const silent = new TestLine(relay.origin, { ...cookie('masha'), origin: relay.origin });
  expect(await silent.whenClosed()).toBe(CLOSE.helloTimeout.code);
  const rude = new TestLine(relay.origin, { ...cookie('masha'), origin: relay.origin });
  await rude.whenOpen();
  rude.say({ kind: 'find', chat: '7a', id: '1.1' });
  expect(await rude.whenClosed()).toBe(CLOSE.malformed.code);
});

test('[R333] a protocol that is not spoken here closes with its own code', async () => {
  const old = await connect(relay, relay.sessions.signIn('masha'), { protocol: 99 });
  expect(await old.whenClosed()).toBe(CLOSE.oldProtocol.code);
});

const BROKEN: Record<string, Uint8Array | string> = {
  'an empty message': new Uint8Array(0),
  'an unknown kind': Uint8Array.of(63),
  'a kind that only the relay says': encodeFrame({ kind: 'purge', room: 'chat/7a' }),
  'a frame cut short': encodeFrame({ kind: 'find', chat: '7a', id: '1.1' }).slice(0, -1),
  'trailing bytes': Buffer.concat([encodeFrame({ kind: 'ping' }), Uint8Array.of(0)]),
  'a count beyond the frame': Uint8Array.of(3, 1, 97, 0, 255, 255, 255, 127),
  'a length beyond the frame': Uint8Array.of(8, 255, 255, 3, 97),
  'an integer out of range': Uint8Array.of(2, ...new Array(9).fill(255), 127),
  'an envelope in an envelope': Uint8Array.of(0, 3, 0, 1, 10),
  'an envelope with a length beyond it': Uint8Array.of(0, 255, 255, 3, 10),
  'an envelope of too many frames': joinFrames(new Array(600).fill(encodeFrame({ kind: 'ping' }))),
  'a second hello': encodeFrame({ kind: 'hello', protocol: 1, app: 'x', rooms: [], registry: 0 }),
  'text instead of bytes': 'hello',
};
for (const [what, bytes] of Object.entries(BROKEN)) {
  test(`[R334] ${what} closes its connection and disturbs nobody`, async () => {
    const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
    const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
    await anna.open('chat/7a');
    petya.line.raw(bytes);
    expect(await petya.line.whenClosed()).toBe(CLOSE.malformed.code);
    expect(await anna.send(anna.message('7a', 'Урок продолжается'))).toMatchObject({ kind: 'ack', seq: 1 });
  });
}

test('[R334] a message over the limit is cut off by the socket itself', async () => {
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  petya.line.raw(new Uint8Array(5 * 1024 * 1024));
  expect(await petya.line.whenClosed()).toBe(1009);
});

test('[R335] a room that does not exist, or is not readable, is answered the same way: purge', async () => {
  const dima = await TestDevice.start(relay, relay.sessions.signIn('dima'));
  for (const room of [
    'chat/7a',
    'chat/nowhere',
    'me/masha',
    'paper/none',
    'org/main',
    'org/other',
    '../etc',
    'chat/a/b',
  ])
    dima.line.say({ kind: 'open', room, epoch: '', held: [], newest: true });
  for (let i = 0; i < 8; i++) await dima.line.next('purge');
  await dima.line.settled();
  expect(dima.line.heard.filter(({ kind }) => kind === 'room' || kind === 'patch')).toEqual([]);
  expect(await relay.store.rooms(['chat/nowhere', 'paper/none', 'org/other'])).toEqual([]);
});

test('[R336] a stranger’s socket costs next to nothing: what it sends is not kept', async () => {
  const upgrade =
    `GET ${LINE_PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: ${relay.origin}\r\n` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  const gone: string[] = [];
  const stranger = async (name: string) => {
    const socket = connectTcp(relay.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('close', () => gone.push(name));
    socket.write(upgrade);
    await once(socket, 'data');
    return socket;
  };
  // Both are turned away, the silent one first: only a message that is not even begun to be kept ends the other before it.
  const silent = await stranger('silent');
  // So much later that what both are given in any case ends for the other one first.
  for (const since = performance.now(); performance.now() - since < 200; )
    await fetch(`${relay.origin}/healthz`);
  const loud = await stranger('loud');
  const announced = Buffer.from('82ff0000000000100000' + '00000000', 'hex');
  loud.write(announced);
  await Promise.all([silent, loud].map((socket) => once(socket, 'close')));
  expect(gone).toEqual(['loud', 'silent']);
});

test('[R337] hello answers which cached rooms changed and which are gone, and never creates one', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const { epoch } = await anna.open('chat/7a');
  await anna.send(anna.message('7a', 'Новость'));
  const rooms = [
    { room: 'chat/7a', epoch, seq: 0 },
    { room: 'chat/7b', epoch: 'x', seq: 0 },
    { room: 'chat/staff', epoch: 'x', seq: 4 },
  ];
  const masha = await connect(relay, relay.sessions.signIn('masha'), { rooms });
  const welcome = await masha.next('welcome');
  expect(welcome).toMatchObject({ person: 'masha', changed: ['chat/7a'], gone: ['chat/7b', 'chat/staff'] });
  const head = await masha.next('chat-head');
  expect(head).toMatchObject({ chat: '7a', seq: 1, unread: 1, last: { by: 'anna', text: 'Новость' } });
  const registry = JSON.parse((await masha.next('registry')).json);
  expect(Object.keys(registry.chats)).toContain('7a');
  expect(Object.keys(registry.chats)).not.toContain('staff');
});

test('[R338] http answers: health, metrics without names, readers for staff alone, 404 for what is not there', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await anna.open('chat/7a');
  await anna.send(anna.message('7a', 'Секретное слово'));
  const health = await fetch(`${relay.origin}/healthz`);
  expect([health.status, await health.json()]).toEqual([200, { ok: true, storage: 'ok' }]);
  const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
  expect(metrics).toMatch(/parta_connections 1\n/);
  expect(metrics).toMatch(/parta_ack_seconds_count 1\n/);
  expect(metrics).toMatch(/parta_log_bytes [1-9]/);
  expect(metrics).toMatch(/parta_registry_bytes [1-9]/);
  const helped = metrics.match(/^# HELP \S+/gm)?.map((line) => line.split(' ')[2]);
  expect(metrics.match(/^# TYPE \S+/gm)?.map((line) => line.split(' ')[2])).toEqual(helped);
  const olga = await TestDevice.start(relay, relay.sessions.signIn('olga'));
  await olga.open('chat/olga.masha');
  // Lines that could hold a name: a refusal in a direct chat, and one who is none of its two and asks for it.
  await olga.send(olga.make('chat/olga.masha/feed/1', (doc) => doc.getMap('messages').set('x', 'Секретное')));
  await fetch(`${relay.origin}/api/chats/olga.masha/readers`, { headers: cookie('anna') });
  const said = relay.logged.map((line) => JSON.parse(line).event);
  expect(said).toEqual(expect.arrayContaining(['refused', 'request-refused']));
  for (const text of [metrics, ...relay.logged]) expect(text).not.toMatch(/anna|olga|masha|Секретное/);
  const readers = (who: string) => fetch(`${relay.origin}/api/chats/7a/readers`, { headers: cookie(who) });
  expect((await readers('anna')).status).toBe(200);
  expect((await readers('masha')).status).toBe(403);
  expect((await readers('dima')).status).toBe(403);
  expect((await fetch(`${relay.origin}/api/none`)).status).toBe(404);
  expect(health.headers.get('content-security-policy')).toContain('frame-ancestors');
});
