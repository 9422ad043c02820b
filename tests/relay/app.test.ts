import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
