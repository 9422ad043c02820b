/** What a stranger, a closed door and an odd request may not do to everybody else. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE } from '#shared/wire/close.ts';
import { LINE_PATH, STOCK_PATH } from '#shared/wire/protocol.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

for (const target of ['//', 'http://[', '*', '/y/%zz?token=x', `${LINE_PATH}?%`])
  test(`[R334] an upgrade of the address ${target} ends its own socket and nothing else`, async () => {
    await rawRequest(
      `GET ${target} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect((await fetch(`${relay.origin}/healthz`)).status).toBe(200);
  });

for (const head of [
  'TRACE / HTTP/1.1\r\nHost: x\r\n',
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n',
  'GET http://[ HTTP/1.1\r\nHost: x\r\n',
  'GET / HTTP/1.1\r\nHost: [\r\n',
  'GET /%00 HTTP/1.1\r\nHost: x\r\n',
  'GET /%c0%ae%c0%ae/ HTTP/1.1\r\nHost: x\r\n',
  'POST /api/in HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n',
  'POST /api/leases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n',
  'GET /api/session HTTP/1.1\r\nHost: x\r\nCookie: session=%ff%00; session=[object Object]\r\n',
])
  test(`[R334] ${JSON.stringify(head.split('\r\n')[0])} disturbs nobody`, async () => {
    const said = await rawRequest(`${head}Connection: close\r\n\r\nzz`);
    expect(said).not.toMatch(/node_modules|at file:/);
    expect((await fetch(`${relay.origin}/healthz`)).status).toBe(200);
  });

test('[R363] a token that no header could carry is a token of nobody', async () => {
  for (const token of ['%0A', '%00', '%D1%8F', '%'])
    expect(await codeOf(`${STOCK_PATH}/chat/7a/feed/1?token=${token}`)).toBe(CLOSE.signedOut.code);
});

test('[R336] what is sent after the door was shown is not kept', async () => {
  const socket = connectTcp(Number(new URL(relay.origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  // A client that never answers the close, and goes on.
  socket.write(
    `GET ${STOCK_PATH}/chat/none?token=${relay.sessions.signIn('petya')} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n` +
      'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await once(socket, 'data');
  const megabyte = Buffer.concat([
    Buffer.from('82ff000000000010000000000000', 'hex'),
    Buffer.alloc(1024 * 1024),
  ]);
  const before = keptBytes();
  for (let i = 0; i < 100 && !socket.destroyed; i++)
    await new Promise((resolve) => socket.write(megabyte, resolve));
  const grown = keptBytes() - before;
  socket.destroy();
  expect(grown).toBeLessThan(60 * 1024 * 1024);
});

test('[R332] a request for leases of any shape is answered, never broken', async () => {
  const headers = { cookie: `session=${relay.sessions.signIn('masha')}`, 'content-type': 'application/json' };
  for (const body of [
    'null',
    '[]',
    '"x"',
    '{"count":-1}',
    '{"count":1e300}',
    '{"__proto__":{"count":5}}',
    '{',
  ]) {
    const answer = await fetch(`${relay.origin}/api/leases`, { method: 'POST', headers, body });
    expect([200, 429]).toContain(answer.status);
  }
});

/** Everything the relay answers to bytes written to its port, until it hangs up or falls silent. */
async function rawRequest(bytes: string): Promise<string> {
  const socket = connectTcp(Number(new URL(relay.origin).port), '127.0.0.1');
  let said = '';
  socket.on('data', (data) => {
    said += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.setTimeout(1_500, () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  return said;
}

function codeOf(path: string): Promise<number> {
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path);
  ws.on('error', () => undefined);
  return new Promise((resolve) => {
    ws.on('close', resolve);
  });
}

/** Without garbage: what was read and let go may lie around for a while, what is kept stays. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}
