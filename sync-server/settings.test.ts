import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { selfSigned } from '../tests/support/certificate.ts';
import { isSecureContext, readSettings } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'parta-settings-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const { cert: CERT, key: KEY } = selfSigned(dir);
const OTHER = selfSigned(dir, 'other.example');
const base = { PARTA_DATA: join(dir, 'data') };

test('[R600] with nothing said the relay serves this computer alone', () => {
  const read = readSettings(base);
  expect(read).toMatchObject({
    ok: true,
    settings: { host: '127.0.0.1', port: 8080, origin: 'http://localhost:8080', warnings: [] },
  });
});

test('[R600] each wrong value is named with an example', () => {
  const wrong: [Record<string, string>, string][] = [
    [{ PARTA_PORT: '80808' }, 'PARTA_PORT'],
    [{ PARTA_PORT: 'http' }, 'PARTA_PORT'],
    [{ PARTA_PORT: '0' }, 'PARTA_PORT'],
    [{ PARTA_PORT: '65536' }, 'PARTA_PORT'],
    [{ PARTA_HOST: 'school' }, 'PARTA_HOST'],
    [{ PARTA_ORIGIN: 'parta.school7.example' }, 'PARTA_ORIGIN'],
    [{ PARTA_ORIGIN: 'http://localhost:8080/app' }, 'PARTA_ORIGIN'],
    [{ PARTA_ORIGIN: 'ftp://school7.example' }, 'PARTA_ORIGIN'],
    [{ PARTA_ORIGIN: 'http://*.school7.example' }, 'PARTA_ORIGIN'],
    [{ PARTA_ORIGIN: 'http://a.example,b.example' }, 'PARTA_ORIGIN'],
    [{ PARTA_ORIGIN: 'https://school7.example' }, 'PARTA_TLS_CERT'],
    [{ PARTA_TLS_CERT: CERT, PARTA_ORIGIN: 'https://school7.example' }, 'PARTA_TLS_KEY'],
    [{ PARTA_TLS_KEY: KEY, PARTA_ORIGIN: 'http://localhost:8080' }, 'PARTA_TLS_CERT'],
    [{ PARTA_TLS_CERT: CERT, PARTA_TLS_KEY: KEY }, 'PARTA_ORIGIN'],
    [{ PARTA_TLS_CERT: CERT, PARTA_TLS_KEY: KEY, PARTA_ORIGIN: 'http://school7.example' }, 'PARTA_ORIGIN'],
    [{ PARTA_TLS_CERT: KEY, PARTA_TLS_KEY: KEY, PARTA_ORIGIN: 'https://school7.example' }, 'PARTA_TLS_CERT'],
    [
      { PARTA_TLS_CERT: join(dir, 'none.pem'), PARTA_TLS_KEY: KEY, PARTA_ORIGIN: 'https://a.example' },
      'PARTA_TLS_CERT',
    ],
    [{ PARTA_TRUSTED_PROXY: 'proxy', PARTA_ORIGIN: 'https://a.example' }, 'PARTA_TRUSTED_PROXY'],
    [{ PARTA_SECRET: 'parta' }, 'PARTA_SECRET'],
    [{ PARTA_SCHOOL: 'x'.repeat(121) }, 'PARTA_SCHOOL'],
    [{ PARTA_DATA: join(CERT, 'data') }, 'PARTA_DATA'],
    [{ PARTA_DATA: '/proc/parta/data' }, 'PARTA_DATA'],
  ];
  for (const [env, variable] of wrong) {
    const read = readSettings({ ...base, ...env });
    expect(read.ok, JSON.stringify(env)).toBe(false);
    const sentence = read.ok ? '' : read.problems.join('\n');
    expect(sentence).toContain(`Example: ${variable}=`);
    expect(sentence.startsWith(variable), sentence).toBe(true);
  }
});

test('[R600] a certificate and a key that https does not work with are named before anything is done', () => {
  const broken = (file: string, name: string) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return written(name, [...lines.slice(0, 2), 'AAAA', ...lines.slice(3)].join('\n'));
  };
  const locked = join(dir, 'locked.key');
  spawnSync('openssl', ['pkey', '-in', KEY, '-aes256', '-passout', 'pass:parta', '-out', locked]);
  const cut = written('cut.pem', '-----BEGIN CERTIFICATE-----\n');
  const pairs: [cert: string, key: string, variable: string, says: string][] = [
    [CERT, OTHER.key, 'PARTA_TLS_KEY', 'not the one of the certificate'],
    [cut, KEY, 'PARTA_TLS_CERT', 'damaged'],
    [broken(CERT, 'broken.pem'), KEY, 'PARTA_TLS_CERT', 'damaged'],
    [CERT, broken(KEY, 'broken.key'), 'PARTA_TLS_KEY', 'damaged'],
    [CERT, locked, 'PARTA_TLS_KEY', 'password'],
  ];
  for (const [PARTA_TLS_CERT, PARTA_TLS_KEY, variable, says] of pairs) {
    const env = { ...base, PARTA_TLS_CERT, PARTA_TLS_KEY, PARTA_ORIGIN: 'https://a.example' };
    const read = readSettings(env);
    const problems = read.ok ? [] : read.problems;
    expect(problems).toEqual([expect.stringContaining(says)]);
    expect(problems[0]).toMatch(new RegExp(`^${variable} .*Example: ${variable}=`));
  }
});

test('[R600] all mistakes are named by one start', () => {
  const read = readSettings({ ...base, PARTA_PORT: 'x', PARTA_HOST: 'y', PARTA_SECRET: 'z' });
  expect(read.ok || read.problems.length).toBe(3);
});

test('[R600] https by certificate opens to everyone, behind a proxy to the proxy', () => {
  const tls = readSettings({
    ...base,
    PARTA_TLS_CERT: CERT,
    PARTA_TLS_KEY: KEY,
    PARTA_ORIGIN: 'https://a.example:8443/',
  });
  expect(tls).toMatchObject({ ok: true, settings: { host: '0.0.0.0', origin: 'https://a.example:8443' } });
  const proxied = readSettings({
    ...base,
    PARTA_TRUSTED_PROXY: '127.0.0.1, ::1',
    PARTA_ORIGIN: 'https://a.example',
  });
  expect(proxied).toMatchObject({
    ok: true,
    settings: { host: '127.0.0.1', trustedProxies: ['127.0.0.1', '::1'] },
  });
});

test('[R600] names of any script and addresses of both kinds are origins', () => {
  const origins = ['http://парта.школа7.рф', 'http://[::1]:8080', 'http://10.0.0.7', 'http://parta-1:8080'];
  for (const PARTA_ORIGIN of origins)
    expect(readSettings({ ...base, PARTA_ORIGIN }).ok, PARTA_ORIGIN).toBe(true);
});

test('[R600] a misspelt variable and an insecure origin are warned of', () => {
  const read = readSettings({ ...base, PARTA_PROT: '1', PARTA_ORIGIN: 'http://192.168.1.5:8080' });
  expect(read.ok && read.settings.warnings.map((warning) => warning.split(' ')[0])).toEqual([
    'PARTA_PROT',
    'http://192.168.1.5:8080',
  ]);
  expect(
    ['https://a.example', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:3'].every(isSecureContext),
  ).toBe(true);
});

function written(name: string, pem: string): string {
  const file = join(dir, name);
  writeFileSync(file, pem);
  return file;
}
