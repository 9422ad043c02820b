/** The demo for phones: https for the network and http for this computer, on one port. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { lanAddresses } from '#server/demo/addresses.ts';
import { LINE_PATH } from '#shared/wire/protocol.ts';
import { hello, type Running, signIn, startDemo } from '../support/programs.ts';

test('[R782] the demo with --lan gives phones https links of their own, and this computer its http ones', async () => {
  const demo = await startDemo({ args: ['--lan'] });
  const [address] = lanAddresses();
  const phoneOrigin = address ? `https://${address}:${demo.port}` : `https://localhost:${demo.port}`;
  const own = demo.links().filter((link) => link.startsWith(`${demo.origin}/in#`));
  const phones = demo.links().filter((link) => link.startsWith(`${phoneOrigin}/in#`));
  expect([own.length, phones.length]).toEqual([5, address ? 5 : 0]);
  expect(new Set(demo.links().map(tokenOf)).size).toBe(demo.links().length);
  expect(demo.out()).toContain(
    address ? 'The phone warns once about the certificate' : 'no address in a network',
  );

  const line = await hello(demo.origin, await signIn(demo.origin, own[3] ?? ''));
  await line.next('registry');
  await line.hangUp();

  const mashas = phones[3] ?? own[4] ?? '';
  // A password of a kind went over the air: not to a page that was opened without https.
  for (const foreign of [phoneOrigin.replace('https:', 'http:'), 'https://192.0.2.77:8080'].slice(
    address ? 0 : 1,
  ))
    expect((await enter(demo, mashas, foreign)).status, foreign).toBe(403);
  const entered = await enter(demo, mashas, phoneOrigin);
  expect(entered.status).toBe(200);
  expect(entered.cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/i);
  const socket = new WebSocket(`wss://127.0.0.1:${demo.port}${LINE_PATH}`, {
    headers: { cookie: entered.cookie.split(';')[0] ?? '', origin: phoneOrigin },
    ca: certificateOf(demo),
  });
  await once(socket, 'open');
  socket.terminate();
  expect(await demo.stop()).toBe(0);

  const again = await startDemo({ data: demo.data, port: demo.port, args: ['--lan'] });
  expect(certificateOf(again)).toEqual(certificateOf(demo));
  expect(await again.stop()).toBe(0);
}, 120_000);

test('[R782] without --lan nothing is https', async () => {
  const demo = await startDemo();
  expect(demo.links().filter((link) => link.startsWith(`${demo.origin}/in#`))).toHaveLength(5);
  expect(demo.links()).toHaveLength(5);
  const asked = request({ host: '127.0.0.1', port: demo.port, rejectUnauthorized: false });
  const failed = once(asked, 'response').then(
    () => 'answered',
    () => 'failed',
  );
  asked.end();
  expect(await failed).toBe('failed');
}, 120_000);

/** As a browser does that has the certificate: verified, though over the loopback. */
async function enter(demo: Running, link: string, origin: string) {
  const headers = { 'content-type': 'application/json', origin, host: new URL(origin).host };
  const ca = certificateOf(demo);
  const at = { host: '127.0.0.1', port: demo.port, path: '/api/in', method: 'POST', headers, ca };
  const asked = request(at);
  asked.end(JSON.stringify({ token: tokenOf(link) }));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  await json(answer);
  return { status: answer.statusCode, cookie: answer.headers['set-cookie']?.[0] ?? '' };
}

function tokenOf(link: string): string {
  return link.split('#')[1] ?? '';
}

function certificateOf({ data }: Running): Buffer {
  return readFileSync(join(data, 'lan-cert.pem'));
}
