/** The samples of docs/deploy do what they say, in front of a real relay. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { checkLine, checkPublicCertificate } from '#server/keep/doctor/address.ts';
import { selfSigned } from '../support/certificate.ts';
import {
  type FrontDoor,
  findProxy,
  type Place,
  type ProxyName,
  startCaddy,
  startNginx,
} from '../support/proxies.ts';
import { freePort, type ServedSchool, serveSchool } from '../support/served-school.ts';

/** Redemptions of one address within a minute, and one more. */
const TOO_MANY = 121;

const PROXIES: [name: ProxyName, start: (program: string, place: Place) => Promise<FrontDoor>][] = [
  ['nginx', async (program, place) => startNginx(program, place, await freePort())],
  ['caddy', startCaddy],
];

describe.each(PROXIES)('%s', (name, start) => {
  const program = findProxy(name);
  const startProxy = (place: Place) => start(program ?? name, place);

  it.runIf(program)(
    '[R640] passes pages, sign-in and the line over https, and people are told apart by address',
    async () => {
      const { school, origin } = await behind(startProxy);
      expect(await checkLine(origin)).toMatchObject({ level: 'ok' });
      expect(await checkPublicCertificate(origin, Date.now())).toMatchObject([{ level: 'ok' }]);

      const token = (await school.linkFor('masha')).split('#')[1] as string;
      const answer = await redeem(origin, token, '127.0.0.2');
      expect(answer.status).toBe(200);
      expect(answer.cookie).toMatch(/Secure/i);
      const cookie = answer.cookie.split(';')[0] as string;
      const line = new WebSocket(`${origin.replace('https', 'wss')}/line`, {
        origin,
        headers: { cookie },
        rejectUnauthorized: false,
      });
      await new Promise((done, failed) => line.once('open', done).once('error', failed));
      line.terminate();

      // One stranger tries tokens, each time under another made-up address: only that stranger is slowed down.
      let last = 0;
      for (let i = 0; i < TOO_MANY; i++)
        last = (await redeem(origin, 'x'.repeat(43), '127.0.0.3', `10.0.0.${i}`)).status;
      expect(last).toBe(429);
      expect((await redeem(origin, 'x'.repeat(43), '127.0.0.4')).status).toBe(401);
    },
  );
});

async function behind(
  startProxy: (place: Place) => Promise<FrontDoor>,
): Promise<{ school: ServedSchool; origin: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'parta-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const certificate = selfSigned(folder);
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const trustedProxies = ['127.0.0.1', '::1'];
  const school = await serveSchool({ data: join(folder, 'data'), origin, trustedProxies });
  onTestFinished(school.kill);
  const proxy = await startProxy({ folder, port, relayPort: school.port, certificate });
  onTestFinished(proxy.stop);
  return { school, origin };
}

/** Asks as a device that has the given address. */
function redeem(
  origin: string,
  token: string,
  localAddress: string,
  claims?: string,
): Promise<{ status: number; cookie: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: new URL(origin).host,
      origin,
      'content-type': 'application/json',
      ...(claims ? { 'x-forwarded-for': claims } : {}),
    };
    const { port } = new URL(origin);
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      path: '/api/in',
      localAddress,
      headers,
    };
    const asked = request({ ...options, method: 'POST', rejectUnauthorized: false }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, cookie: answer.headers['set-cookie']?.join() ?? '' }),
      );
    });
    asked.on('error', reject);
    asked.end(JSON.stringify({ token }));
  });
}
