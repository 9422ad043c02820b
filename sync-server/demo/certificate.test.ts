import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { lanCertificate } from './certificate.ts';

const NOW = Date.UTC(2027, 0, 11);
const DAY_MS = 86_400_000;

test('[R780] the demo’s certificate is for this computer and its addresses, and its key for one user alone', async () => {
  const data = folder();
  const pair = await lanCertificate(data, ['192.168.1.5', '10.0.0.7'], NOW);
  expect(() => createSecureContext(pair)).not.toThrow();
  const certificate = new X509Certificate(pair.cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  for (const address of ['127.0.0.1', '::1', '192.168.1.5', '10.0.0.7'])
    expect(certificate.checkIP(address), address).toBe(address);
  expect(certificate.checkIP('192.168.1.6')).toBeUndefined();
  expect(certificate.ca).toBe(false);
  expect(statSync(join(data, 'lan-key.pem')).mode & 0o777).toBe(0o600);
});

test('[R780] it stays the same from start to start, so that a phone is warned once', async () => {
  const data = folder();
  const first = await lanCertificate(data, ['192.168.1.5', '10.0.0.7'], NOW);
  expect(await lanCertificate(data, ['192.168.1.5'], NOW + 90 * DAY_MS)).toEqual(first);
  expect(readFileSync(join(data, 'lan-cert.pem'))).toEqual(first.cert);
});

test('[R780] a new address, an end that is near, a clock set back and a damaged file each make it anew', async () => {
  const data = folder();
  const addresses = ['192.168.1.5'];
  const first = await lanCertificate(data, addresses, NOW);
  const moved = await lanCertificate(data, ['192.168.1.9'], NOW);
  expect(moved.cert).not.toEqual(first.cert);
  expect(new X509Certificate(moved.cert).checkIP('192.168.1.9')).toBe('192.168.1.9');
  const later = await lanCertificate(data, ['192.168.1.9'], NOW + 390 * DAY_MS);
  expect(later.cert).not.toEqual(moved.cert);
  const earlier = await lanCertificate(data, ['192.168.1.9'], NOW);
  expect(earlier.cert).not.toEqual(later.cert);
  writeFileSync(join(data, 'lan-key.pem'), first.key);
  const mended = await lanCertificate(data, ['192.168.1.9'], NOW);
  expect(() => createSecureContext(mended)).not.toThrow();
  writeFileSync(join(data, 'lan-cert.pem'), 'half a certifica');
  expect(new X509Certificate((await lanCertificate(data, addresses, NOW)).cert).ca).toBe(false);
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-certificate-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
