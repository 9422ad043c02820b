/** The demo's own certificate for phones of the same network: made once, kept in its data folder, made anew when it is due. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
/** Every new one is warned of again on every phone; Apple's devices take none that lasts longer than 825 days. */
const DAYS = 397;
const DAYS_LEFT_MIN = 14;
/** A phone's clock may be behind. */
const BEFORE_MS = DAY_MS;
const OWN_NAMES = ['localhost', '127.0.0.1', '::1'];
const KEY = { name: 'ECDSA', namedCurve: 'P-256' };

export interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** A certificate for this computer and these IP addresses of it that still lasts a while at `now` (ms since 1970). */
export async function lanCertificate(
  dataDir: string,
  addresses: readonly string[],
  now: number,
): Promise<Pair> {
  const names = [...OWN_NAMES, ...addresses];
  const files = { cert: join(dataDir, 'lan-cert.pem'), key: join(dataDir, 'lan-key.pem') };
  const kept = readPair(files);
  if (kept && serves(kept, names, now)) return kept;
  const made = await make(names, now);
  writeFileSync(files.key, made.key, { mode: 0o600 });
  writeFileSync(files.cert, made.cert, { mode: 0o600 });
  return made;
}

function readPair(files: { cert: string; key: string }): Pair | undefined {
  try {
    return { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  } catch {
    return undefined;
  }
}

/** Also no for a pair that is damaged, or half written by a start that was cut off. */
function serves({ cert, key }: Pair, names: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const lasts =
      Date.parse(certificate.validFrom) <= now &&
      Date.parse(certificate.validTo) - now >= DAYS_LEFT_MIN * DAY_MS;
    const isFor = (name: string) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name));
    return lasts && names.every(isFor) && certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function make(names: readonly string[], now: number): Promise<Pair> {
  // Only who serves phones waits for these; the polyfill has to stand before the library.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Parta demo',
    notBefore: new Date(now - BEFORE_MS),
    notAfter: new Date(now + DAYS * DAY_MS),
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: Buffer.from(certificate.toString('pem')), key: pemOf(key) };
}

function pemOf(key: Buffer): Buffer {
  const der = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return Buffer.from(der.export({ format: 'pem', type: 'pkcs8' }));
}
