import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
const build = mkdtempSync(join(tmpdir(), 'parta-build-'));
afterEach(async () => {
  await relay.end();
  rmSync(build, { recursive: true, force: true });
});

test('[R339] the app: shell for every address, chunks for ever, and a missing chunk or route is a 404, never the shell', async () => {
  mkdirSync(join(build, '_app/immutable'), { recursive: true });
  writeFileSync(join(build, 'index.html'), '<!doctype html><title>Парта</title>');
  writeFileSync(join(build, '_app/immutable/a.js'), 'let plain');
  writeFileSync(join(build, '_app/immutable/a.js.gz'), gzipSync('let packed'));
  relay = await startTestRelay({ build });
  const get = (path: string) => fetch(relay.origin + path);
  for (const path of ['/', '/chat/7a', '/in']) {
    const shell = await get(path);
    expect([shell.status, shell.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(await shell.text()).toContain('Парта');
    expect(shell.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  }
  const chunk = await get('/_app/immutable/a.js');
  expect(chunk.headers.get('cache-control')).toContain('immutable');
  expect(await chunk.text()).toBe('let packed');
  expect((await get('/_app/immutable/old.js')).status).toBe(404);
  expect((await get('/_app/immutable/old.js')).headers.get('cache-control') ?? '').not.toContain('immutable');
  expect((await get('/api/none')).status).toBe(404);
  expect((await get('/..%2f..%2fetc%2fpasswd')).status).not.toBe(500);
});

test('[R784] an http page learns where the school is reached over https: under its own name, by the public one, or nowhere', async () => {
  const safeOf = async (host: string) => {
    const asked = get({ host: '127.0.0.1', port: relay.port, path: '/api/address', headers: { host } });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return ((await json(answer)) as { safe: unknown }).safe;
  };
  const otherOrigins = ['https://192.168.1.5:8080', 'https://10.0.0.7:8080'];
  relay = await startTestRelay({ origin: 'http://localhost:8080', otherOrigins });
  expect(await safeOf('10.0.0.7:8080')).toBe('https://10.0.0.7:8080');
  expect(await safeOf('evil.example')).toBe('https://192.168.1.5:8080');
  await relay.end();
  relay = await startTestRelay({ origin: 'https://parta.school7.example' });
  expect(await safeOf('192.168.1.5:8080')).toBe('https://parta.school7.example');
  await relay.end();
  relay = await startTestRelay();
  expect(await safeOf('192.168.1.5:8080')).toBe(null);
});
