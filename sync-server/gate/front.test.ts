import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get as getPlainly, type IncomingMessage, Agent as PlainAgent, type Server } from 'node:http';
import { get as getSafely, Agent as SafeAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectSafely } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { lanCertificate } from '../demo/certificate.ts';
import { Front, PATIENCE } from './front.ts';

test('[R781] one port answers http and https, and goes on with a connection that it knows', async () => {
  const { port } = await listening();
  const ways = [
    { get: getPlainly, agent: new PlainAgent({ keepAlive: true, maxSockets: 1 }), says: 'http' },
    { get: getSafely, agent: new SafeAgent({ keepAlive: true, maxSockets: 1 }), says: 'https' },
  ];
  for (const { get, agent, says } of ways) {
    onTestFinished(() => agent.destroy());
    const ask = async () => {
      const asked = get({ host: '127.0.0.1', port, agent, rejectUnauthorized: false });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return [await text(answer), asked.reusedSocket];
    };
    expect(await ask()).toEqual([says, false]);
    expect(await ask()).toEqual([says, true]);
  }
});

test('[R781] a first byte that comes alone, and the rest later, is enough', async () => {
  const { port, front } = await listening();
  const handedOver = once(front.servers[0] as Server, 'connection');
  const slow = dial(port);
  slow.write('G');
  await handedOver;
  slow.write('ET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await text(slow)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*http/);
});

test('[R781] who says nothing, or stops half way in either tongue, is hung up on', async () => {
  const patience = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  const { port } = await listening(patience);
  const silent = dial(port);
  const half = dial(port);
  half.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const safe = connectSafely({ port, host: '127.0.0.1', rejectUnauthorized: false });
  safe.on('error', () => undefined);
  await once(safe, 'secureConnect');
  safe.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  expect(await text(silent)).toBe('');
  expect(await text(half)).toMatch(/^HTTP\/1\.1 408/);
  expect(await text(safe)).toMatch(/^HTTP\/1\.1 408/);
});

test('[R781] what is neither gets an answer and no more; the next ones are served', async () => {
  const { port } = await listening();
  const noise = dial(port);
  noise.write(Buffer.from([0, 1, 2, 3]));
  expect(await text(noise)).toMatch(/^HTTP\/1\.1 400/);
  const halfHello = dial(port);
  halfHello.end(Buffer.from([0x16, 3, 1, 0]));
  await text(halfHello).catch(() => undefined);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('http');
});

test('[R781] at the end those who said nothing hold nobody up', async () => {
  const { port, front, taken } = await listening();
  const silent = dial(port);
  await taken(1);
  await front.close();
  expect(await text(silent)).toBe('');
});

async function listening(patience = PATIENCE) {
  const data = mkdtempSync(join(tmpdir(), 'parta-front-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const tls = await lanCertificate(data, [], Date.now());
  const front = new Front({ tls, alsoPlain: true, patience }, ({ socket }, answer) => {
    answer.end('encrypted' in socket ? 'https' : 'http');
  });
  let taken = 0;
  front.door.on('connection', () => taken++);
  const port = await front.listen(0, '127.0.0.1');
  onTestFinished(() => front.close());
  return { port, front, taken: (n: number) => expect.poll(() => taken).toBe(n) };
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}
