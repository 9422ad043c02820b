/** Bad input of every kind is one line of the log, which names nobody. */
import { once } from 'node:events';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { openAccounts } from '#server/accounts/accounts.ts';
import { accountRoutes } from '#server/accounts/routes.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { CLOSE, mayComeBack } from '#shared/wire/close.ts';
import { LINE_PATH, STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { connect, TestLine } from '../support/line.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay({ helloTimeoutMs: 300 });
});
afterEach(() => relay.end());

const EVIL = 'https://evil.example';
const NAMES = /masha|olga|anna|petya|секрет|evil/i;

/** Lines of bad input since the last look. */
function lines(): Record<string, unknown>[] {
  const found = relay.logged.splice(0);
  for (const line of found) expect(line).not.toMatch(NAMES);
  return found.map((line) => JSON.parse(line)).filter(({ event }) => event !== 'listening');
}

const masha = () => connect(relay, relay.sessions.signIn('masha'));
const cookie = () => `session=${relay.sessions.signIn('masha')}`;
const open = (path: string, headers = {}) => {
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path, { headers });
  ws.on('error', () => undefined);
  return ws;
};
const closed = async (ws: WebSocket) => ((await once(ws, 'close')) as [number])[0];
const stockPath = (doc: string) => `${STOCK_PATH}/${doc}?token=${relay.sessions.signIn('masha')}`;

const SAID: [what: string, code: keyof typeof CLOSE, on: string, does: () => Promise<number>][] = [
  ['a frame that does not decode', 'malformed', 'line', () => sends(Uint8Array.of(63))],
  ['text instead of bytes', 'malformed', 'door', () => sends('секрет')],
  ['a frame over the limit', 'tooBig', 'door', () => sends(new Uint8Array(LIMITS.frameBytesMax + 1))],
  [
    'an old protocol',
    'oldProtocol',
    'line',
    async () => (await connect(relay, relay.sessions.signIn('masha'), { protocol: 99 })).whenClosed(),
  ],
  ['no hello', 'helloTimeout', 'line', () => new TestLine(relay.origin, { cookie: cookie() }).whenClosed()],
  ['no session', 'signedOut', 'door', () => closed(open(LINE_PATH))],
  [
    'a foreign origin',
    'foreignOrigin',
    'door',
    () => closed(open(LINE_PATH, { cookie: cookie(), origin: EVIL })),
  ],
  [
    'a stock token of nobody',
    'signedOut',
    'door',
    () => closed(open(`${STOCK_PATH}/chat/7a/feed/1?token=секрет`)),
  ],
  [
    'a stock document that is none',
    'unknownDocument',
    'door',
    () => closed(open(stockPath('chat/olga.anna/feed/1'))),
  ],
  ['a stock frame that does not decode', 'malformed', 'stock', () => sendsStock(Uint8Array.of(9, 9))],
  ['a refused stock write', 'refused', 'stock', writesStock],
];
for (const [what, why, on, does] of SAID)
  test(`[R365] ${what} is one line of the log`, async () => {
    expect(await does()).toBe(CLOSE[why].code);
    await vi.waitFor(() => expect(relay.logged.some((line) => line.includes('"closed"'))).toBe(true));
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', event: 'closed', code: why, on })]);
  });

test('[R365] a refused push, a request of a foreign origin and one that is too big are one line each', async () => {
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  await petya.open('chat/7a');
  await petya.send(
    petya.make('chat/7a/pins', (doc) => doc.getMap('pins').set('x.1', { by: 'petya', at: 1 })),
  );
  expect(lines()).toEqual([expect.objectContaining({ event: 'refused' })]);
  const ask = (headers: Record<string, string>, body = '{}') =>
    fetch(`${relay.origin}/api/leases`, { method: 'POST', headers, body });
  await ask({ cookie: cookie(), origin: EVIL });
  expect(lines()).toEqual([expect.objectContaining({ event: 'request-refused', code: 'foreign-origin' })]);
  await ask({ cookie: cookie() }, 'x'.repeat(2_000));
  expect(lines()).toEqual([expect.objectContaining({ event: 'request-refused', code: 'http-413' })]);
  await fetch(`${relay.origin}/api/chats/olga.masha/readers`, { headers: { cookie: cookie() } });
  expect(lines()).toEqual([expect.objectContaining({ event: 'request-refused', code: 'http-403' })]);
});

type Said = Parameters<TestLine['say']>[0];
const UNKNOWN = 'unknown-place';
const ANSWERED: [what: string, code: string, kind: 'purge' | 'refuse', say: (petya: TestDevice) => Said][] = [
  ['a room that is none', UNKNOWN, 'purge', () => opened('chat/olga.nobody')],
  ['a room of others', UNKNOWN, 'purge', () => opened('chat/olga.masha')],
  ['a document that is none', UNKNOWN, 'refuse', () => pulled('chat/7a/feed/7')],
  ['a document of a room that is none', UNKNOWN, 'purge', () => pulled('chat/olga.nobody/pins')],
  ['a name that is none', UNKNOWN, 'purge', () => pulled('секрет')],
  ['a message looked for in a chat of others', UNKNOWN, 'purge', () => found('olga.masha')],
  ['a push to a chat that is none', UNKNOWN, 'refuse', (petya) => petya.message('olga.nobody', 'секрет')],
  [
    'a push to a segment that is none',
    UNKNOWN,
    'refuse',
    (petya) => ({ ...petya.message('7a', 'секрет'), doc: 'chat/7a/feed/7' }),
  ],
  [
    'a foreign lease',
    'foreign-lease',
    'refuse',
    (petya) => ({ ...petya.message('7a', 'секрет'), lease: petya.lease + 1 }),
  ],
  [
    'a wrong epoch',
    'wrong-epoch',
    'refuse',
    (petya) => ({ ...petya.message('7a', 'секрет'), epoch: 'olga' }),
  ],
];
for (const [what, code, kind, say] of ANSWERED)
  test(`[R365] ${what} is one line of the log and a count, and its line goes on`, async () => {
    const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
    await petya.open('chat/7a');
    petya.line.say(say(petya));
    await petya.line.next(kind);
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', event: 'refused', code })]);
    const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
    expect(metrics).toContain(`parta_refusals_total{code="${code}"} 1\n`);
    const next = await petya.withFreshLease();
    await next.open('chat/7a');
    expect(await next.send(next.message('7a', 'Дальше'))).toMatchObject({ kind: 'ack', seq: 1 });
  });

test('[R336] a body over the limit is answered 413, whoever sends it, and is no error of the relay', async () => {
  const accounts = await openAccounts({
    ...{ dataDir: relay.dataDir, origin: relay.origin, secret: 's'.repeat(32) },
    knows: () => true,
  });
  relay = await relay.restart({ routes: [accountRoutes({ accounts, origins: new Set() }) as never] });
  onTestFinished(() => accounts.close());
  for (const path of ['/api/leases', '/api/in']) {
    const answer = await fetch(relay.origin + path, { method: 'POST', body: 'x'.repeat(2_000) });
    expect([answer.status, await answer.json()], path).toEqual([413, { code: 'too-long' }]);
  }
  expect(lines().map(({ level }) => level)).toEqual(['info', 'info']);
});

test('[R334] a frame far over the limit is cut off by the socket itself, counted, and its device stays away', async () => {
  const line = await masha();
  await line.next('welcome');
  line.raw(new Uint8Array(LIMITS.frameBytesMax + 1024 * 1024));
  const code = await line.whenClosed();
  expect([code, mayComeBack(code)]).toEqual([1009, false]);
  expect(lines()).toEqual([expect.objectContaining({ event: 'closed', code: 'tooBig', on: 'door' })]);
  const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
  expect(metrics).toContain('parta_closed_total{why="tooBig"} 1\n');
});

test('[R341] a torn document is a line of the log and a count, whoever opens it and however, without its name', async () => {
  const olga = await TestDevice.start(relay, relay.sessions.signIn('olga'));
  await olga.open('chat/olga.masha');
  expect(await olga.send(olga.message('olga.masha', 'Секрет'))).toMatchObject({ kind: 'ack' });
  await relay.close();
  const raw = new Sqlite(join(relay.dataDir, 'parta.sqlite'));
  raw.prepare(`update log set bytes = zeroblob(8) where doc = 'chat/olga.masha/feed/1'`).run();
  raw.close();
  relay = await startTestRelay({ dataDir: relay.dataDir, sessions: relay.sessions });
  const torn = { level: 'warn', event: 'document-unreadable', room: 'chat', says: expect.any(String) };
  const line = await masha();
  line.say({ kind: 'open', room: 'chat/olga.masha', epoch: '', held: [], newest: true });
  expect(await line.next('refuse')).toMatchObject({ code: 'unreadable' });
  expect(lines()).toEqual([expect.objectContaining(torn)]);
  line.say({ kind: 'pull', doc: 'chat/olga.masha/feed/1', epoch: '', seq: 0 });
  await line.next('refuse');
  expect(lines()).toEqual([expect.objectContaining(torn)]);
  const again = await TestDevice.start(relay, relay.sessions.signIn('olga'));
  await again.open('chat/olga.masha');
  lines();
  expect(await again.send(again.message('olga.masha', 'Секрет'))).toMatchObject({ code: 'try-later' });
  expect(lines()).toEqual([expect.objectContaining(torn)]);
  expect(await closed(open(stockPath('chat/olga.masha/feed/1')))).toBe(CLOSE.tryLater.code);
  expect(lines()).toEqual([
    expect.objectContaining(torn),
    expect.objectContaining({ event: 'closed', code: 'tryLater' }),
  ]);
  const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
  expect(metrics).toContain('parta_trouble_total{event="document-unreadable"} 5\n');
});

const opened = (room: string): Said => ({ kind: 'open', room, epoch: '', held: [], newest: true });
const pulled = (doc: string): Said => ({ kind: 'pull', doc, epoch: '', seq: 0 });
const found = (chat: string): Said => ({ kind: 'find', chat, id: 'x.1' });

async function sends(bytes: Uint8Array | string): Promise<number> {
  const line = await masha();
  await line.next('welcome');
  line.raw(bytes);
  return line.whenClosed();
}

async function sendsStock(bytes: Uint8Array): Promise<number> {
  const ws = open(stockPath('chat/7a/feed/1'));
  await once(ws, 'message');
  ws.send(bytes);
  return closed(ws);
}

function writesStock(): Promise<number> {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(
    `${relay.origin.replace('http', 'ws')}${STOCK_PATH}`,
    'chat/7a/feed/1',
    doc,
    {
      WebSocketPolyfill: WebSocket as never,
      params: { token: relay.sessions.signIn('masha') },
      disableBc: true,
    },
  );
  provider.on('sync', () => doc.getMap('messages').set('x.1', { by: 'masha', at: 1, text: 'секрет' }));
  onTestFinished(() => provider.destroy());
  return new Promise((resolve) => {
    provider.on('connection-close', (event) => resolve(event?.code ?? 0));
  });
}
