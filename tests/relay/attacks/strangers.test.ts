/** Whoever is not known opens connections without end, or asks for files and reads none: the school goes on. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LINE_LIMITS } from '#server/rooms/limits.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { selfSigned } from '../../support/certificate.ts';
import { TestDevice } from '../../support/device.ts';
import { connect, type TestLine } from '../../support/line.ts';
import { startTestRelay, type TestRelayOptions } from '../../support/relay.ts';

const STRANGERS = 20;

async function startRelay(options: TestRelayOptions) {
  const relay = await startTestRelay(options);
  onTestFinished(() => relay.end());
  return relay;
}

function folderOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens connections one after another; `ended` tells which of them the relay hung up on. */
async function crowd(
  port: number,
  count: number,
  says: string,
): Promise<{ ended: Set<number>; all: Socket[] }> {
  const ended = new Set<number>();
  const all: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => ended.add(i));
    await once(socket, 'connect');
    socket.write(says);
    all.push(socket);
  }
  onTestFinished(() => {
    for (const socket of all) socket.destroy();
  });
  return { ended, all };
}

test('[R635] who asks for a file and reads nothing of it is hung up on; who reads slowly gets all of it', async () => {
  const build = join(folderOf('parta-file-'), 'build');
  mkdirSync(join(build, '_app/immutable'), { recursive: true });
  writeFileSync(join(build, 'index.html'), '');
  const size = 24 * 1024 * 1024;
  writeFileSync(join(build, '_app/immutable/big.bin'), Buffer.alloc(size));
  const { port, origin } = await startRelay({ build, patience: { stillMs: 600 } });
  const request = 'GET /_app/immutable/big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const lazy = connectTcp(port, '127.0.0.1');
  const slow = connectTcp(port, '127.0.0.1');
  let got = 0;
  slow.on('data', (data) => {
    got += data.length;
    slow.pause();
    setTimeout(() => slow.resume(), 3);
  });
  lazy.pause();
  for (const socket of [lazy, slow]) socket.on('error', () => undefined).write(request);
  const metrics = async () => (await fetch(`${origin}/metrics`)).text();
  await once(slow, 'close');
  expect(got).toBeGreaterThan(size);
  // One that does not read does not hear that it was closed: the relay knows. The other is the one that asks.
  await expect.poll(metrics, { timeout: 10_000 }).toContain('parta_strangers 1\n');
  lazy.destroy();
});

test('[R636] of a crowd of strangers the longest silent make room; lines and those who ask go on', async () => {
  const relay = await startRelay({ strangersMax: STRANGERS });
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const { ended, all } = await crowd(
    relay.port,
    3 * STRANGERS,
    'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  );
  expect((await fetch(`${relay.origin}/healthz`)).status).toBe(200);
  await expect.poll(() => ended.size).toBeGreaterThanOrEqual(2 * STRANGERS);
  expect(Math.max(...ended)).toBeLessThanOrEqual(2 * STRANGERS + 1);
  expect(await masha.send(masha.message('7a', 'Я ещё здесь'))).toMatchObject({ kind: 'ack' });
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  expect((await petya.open('chat/7a')).head).toBe(1);
  for (const socket of all) socket.destroy();
  // The one that asks for it.
  const metrics = async () => (await fetch(`${relay.origin}/metrics`)).text();
  await expect.poll(metrics).toContain('parta_strangers 1\n');
});

test('[R636] who asked lately stays, whatever was opened since by those who say nothing', async () => {
  const relay = await startRelay({ strangersMax: STRANGERS });
  const asking = connectTcp(relay.port, '127.0.0.1');
  const ask = async () => {
    asking.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const [said] = (await once(asking, 'data')) as [Buffer];
    return said.toString('latin1').slice(0, 12);
  };
  for (let i = 0; i < 5; i++) {
    expect(await ask()).toBe('HTTP/1.1 200');
    await crowd(relay.port, STRANGERS - 1, '');
  }
  expect(await ask()).toBe('HTTP/1.1 200');
  asking.destroy();
});

test('[R636] with https those who never finish a handshake make room too', async () => {
  const { cert, key } = selfSigned(folderOf('parta-tls-'));
  const tls = { cert: readFileSync(cert), key: readFileSync(key) };
  const relay = await startRelay({ strangersMax: STRANGERS, tls, origin: 'https://localhost' });
  const { ended } = await crowd(relay.port, 2 * STRANGERS, '');
  await expect.poll(() => ended.size).toBeGreaterThanOrEqual(STRANGERS);
  const status = await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: relay.port, path: '/healthz', rejectUnauthorized: false };
    get(options, (answer) => resolve(answer.statusCode)).on('error', reject);
  });
  expect(status).toBe(200);
});

test('[R638] who is hung up on again and again and never answers the close holds only so many sockets', async () => {
  const relay = await startRelay({});
  const token = relay.sessions.signIn('masha');
  const lines: TestLine[] = [];
  let refused: number | undefined;
  while (refused === undefined && lines.length < 2 * LINE_LIMITS.socketsPerPersonMax) {
    const line = await connect(relay, token);
    lines.push(line);
    const isIn = await line.next('welcome').catch(() => false);
    if (!isIn) refused = line.closed;
    // What is no frame closes the line; nobody reads that it does.
    line.ws.pause();
    line.raw(Uint8Array.of(99));
  }
  expect(refused).toBe(CLOSE.tooMany.code);
  expect(lines).toHaveLength(LINE_LIMITS.socketsPerPersonMax + 1);
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  expect((await petya.open('chat/7a')).head).toBe(1);
  for (const { ws } of lines) ws.terminate();
  await expect
    .poll(async () => (await connect(relay, token)).next('welcome').catch(() => false))
    .toBeTruthy();
});
