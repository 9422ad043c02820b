/** Odd requests over plain sockets: paths that climb, messages with two lengths, hosts and origins that lie. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { PATIENCE } from '#server/gate/front.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { LINE_PATH, STOCK_PATH } from '#shared/wire/protocol.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

let relay: TestRelay;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-climb-'));
  mkdirSync(join(folder, 'build/_app'), { recursive: true });
  writeFileSync(join(folder, 'build/index.html'), '<!doctype html><title>Парта</title>');
  for (const name of ['secret', 'secret.br', 'secret.gz', 'parta.sqlite'])
    writeFileSync(join(folder, name), 'the secret');
  relay = await startTestRelay({ build: join(folder, 'build') });
});
afterAll(async () => {
  await relay.end();
  rmSync(folder, { recursive: true, force: true });
});

const DOTS = ['..', '%2e%2e', '%2E.', '..%00', '..%c0%af', '%252e%252e', '....', '.%2e'];
const SLASHES = ['/', '%2f', '\\', '%5c', '%252f', '//'];

test('[R339] no spelling of a climbing path leaves the folder of the app', async () => {
  const paths = DOTS.flatMap((dots) =>
    SLASHES.flatMap((slash) => [
      `/${dots}${slash}secret`,
      `/_app${slash}${dots}${slash}${dots}${slash}secret`,
      `/_app/${dots}${slash}${dots}${slash}parta.sqlite`,
    ]),
  );
  paths.push(
    '/index.html/../../secret',
    '/./../secret',
    `${folder}/secret`,
    `/${folder}/secret`,
    'file:///etc/passwd',
  );
  const requests = paths.map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\n\r\n`,
  );
  const answers = await Promise.all(
    requests.map((request) => raw(request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))),
  );
  for (const [i, answer] of answers.entries()) {
    expect(answer, paths[i]).not.toContain('the secret');
    expect(answer, paths[i]).not.toMatch(/root:|HTTP\/1.1 500/);
  }
});

test('[R334] a request whose end two programs would see in two places is refused, and nothing behind it is answered', async () => {
  const behind = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  const heads = [
    'Content-Length: 4\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 4',
    'Content-Length: 4\r\nContent-Length: 40',
    'Content-Length: +4',
    'Content-Length: 4, 4',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding : chunked',
    'Content-Length: 0x4',
    'X: a\nTransfer-Encoding: chunked',
    'X: a\rContent-Length: 50',
  ];
  for (const head of heads) {
    const said = await raw(
      `POST /api/leases HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n0\r\n\r\n${behind}${behind}`,
    );
    expect(said, head).not.toContain('"storage"');
    expect(said, head).toMatch(/^HTTP\/1.1 400/);
  }
});

test('[R552] no spelling of a foreign origin, and no host that lies, is the school’s own', async () => {
  const port = new URL(relay.origin).port;
  const token = relay.sessions.signIn('masha');
  const origins = [
    'null',
    'http://127.0.0.1',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example/http://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}, http://evil.example`,
    `http://localhost:${port}`,
    `HTTP://127.0.0.1:${port}/`,
    ' ',
    'file://',
  ];
  for (const origin of origins) {
    const headers = `Host: evil.example\r\nX-Forwarded-Host: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nCookie: session=${token}\r\n`;
    const said = await raw(
      `POST /api/leases HTTP/1.1\r\n${headers}Content-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    if (origin.trim() !== '') expect(said, origin).toMatch(/^HTTP\/1.1 403/);
    for (const path of [LINE_PATH, `${STOCK_PATH}/chat/7a/feed/1?token=${token}`]) {
      if (origin.trim() === '') continue;
      const ws = new WebSocket(relay.origin.replace('http', 'ws') + path, {
        headers: { cookie: `session=${token}`, origin },
      });
      const [code] = (await once(ws, 'close')) as [number];
      expect(code, `${origin} ${path}`).toBe(CLOSE.foreignOrigin.code);
    }
  }
});

test('[R338] metrics are for this computer alone: who comes through a proxy, or from elsewhere, finds none', async () => {
  const ask = (more: string) => raw(`GET /metrics HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`);
  expect(await ask('')).toContain('parta_connections');
  for (const header of ['X-Forwarded-For: 127.0.0.1', 'x-forwarded-for: ', 'Forwarded: for=127.0.0.1'])
    expect(await ask(`${header}\r\n`), header).toMatch(/^HTTP\/1.1 404/);
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  if (!own) return;
  const lan = await startTestRelay({ host: '0.0.0.0' });
  expect((await fetch(`http://${own.address}:${lan.port}/metrics`)).status).toBe(404);
  expect((await fetch(`http://${own.address}:${lan.port}/healthz`)).status).toBe(200);
  await lan.end();
});

test('[R335] no spelling of a document’s name opens another one', async () => {
  const token = relay.sessions.signIn('masha');
  const names = [
    'chat/7a/feed/01',
    'chat/7a/feed/1/',
    'chat/7a/feed/١',
    'chat/7a/feed/1%00',
    'chat/7a%2Ffeed%2F1%2F..',
    'chat/７a/feed/1',
    'chat/7а/feed/1',
    'chat/../org/main/registry',
    'org/main/registry',
    'me/anna',
    'me/%6dasha%2f..%2fanna',
    'chat/staff/feed/1',
    'chat/7a/feed/1e0',
    'chat/7a/feed/999999',
    'paper/x/margin',
    `chat/${'a'.repeat(5_000)}/feed/1`,
    'chat/__proto__/pins',
    'chat/constructor/feed/1',
  ];
  for (const name of names) {
    const ws = new WebSocket(`${relay.origin.replace('http', 'ws')}${STOCK_PATH}/${name}?token=${token}`);
    ws.on('error', () => undefined);
    const [code] = (await once(ws, 'close')) as [number];
    expect(code, name).toBe(CLOSE.unknownDocument.code);
  }
});

test('[R336] who sends half a request and waits gets no answer, holds nobody up, and is hung up on', async () => {
  const patience = { headersTimeout: 1_000, requestTimeout: 3_000, connectionsCheckingInterval: 100 };
  const hasty = await startTestRelay({ patience });
  onTestFinished(() => hasty.end());
  const cookie = `Cookie: session=${hasty.sessions.signIn('masha')}\r\n`;
  // Half a body first: it may take longer, though it came before.
  const halves = {
    body: `POST /api/leases HTTP/1.1\r\nHost: x\r\n${cookie}Content-Length: 12\r\n\r\n{`,
    head: 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  };
  const ended: string[] = [];
  const all = Object.entries(halves).flatMap(([half, bytes]) =>
    Array.from({ length: 25 }, async () => {
      const said = await answersTo(hasty.port, bytes);
      ended.push(`${half}: ${said.slice(0, 12)}`);
    }),
  );
  expect((await fetch(`${hasty.origin}/healthz`)).status).toBe(200);
  expect(ended).toEqual([]);
  await Promise.all(all);
  expect(ended.slice(0, 25)).toEqual(new Array(25).fill('head: HTTP/1.1 408'));
  expect(ended.slice(25)).toEqual(new Array(25).fill('body: HTTP/1.1 408'));
  // What the relay allows when nobody says otherwise; none at all is written as 0.
  for (const bound of [
    PATIENCE.headersTimeout,
    PATIENCE.requestTimeout,
    PATIENCE.connectionsCheckingInterval,
  ]) {
    expect(bound).toBeGreaterThan(0);
    expect(bound).toBeLessThanOrEqual(30_000);
  }
});

/** What is answered to bytes until the other side hangs up. */
async function answersTo(port: number, bytes: string): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1');
  let said = '';
  socket.on('data', (data) => {
    said += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return said;
}

/** What the relay answers to bytes, until it hangs up or falls silent. */
async function raw(bytes: string): Promise<string> {
  const socket = connectTcp(Number(new URL(relay.origin).port), '127.0.0.1');
  let said = '';
  socket.on('data', (data) => {
    said += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.setTimeout(1_000, () => socket.destroy());
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return said;
}
