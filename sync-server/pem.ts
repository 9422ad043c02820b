/** A certificate and its key, read and tried before anything else is done: what is wrong with them is half a sentence. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

interface Read<T> {
  pem: Buffer;
  parsed: T;
}

export function readCertificate(file: string): Read<X509Certificate> | string {
  const pem = readPem(file, 'CERTIFICATE');
  if (typeof pem === 'string') return pem;
  try {
    return { pem, parsed: new X509Certificate(pem) };
  } catch {
    return 'the certificate in that file is damaged';
  }
}

export function readKey(file: string): Read<KeyObject> | string {
  const pem = readPem(file, 'PRIVATE KEY');
  if (typeof pem === 'string') return pem;
  if (pem.includes('ENCRYPTED'))
    return `that key has a password, which nobody could type at a start (openssl pkey -in ${file} writes one without)`;
  try {
    return { pem, parsed: createPrivateKey(pem) };
  } catch {
    return 'the private key in that file is damaged';
  }
}

/** What the relay speaks https with; as a string why it cannot, said of the key. */
export function pairOf(
  cert: Read<X509Certificate>,
  key: Read<KeyObject>,
): { cert: Buffer; key: Buffer } | string {
  if (!cert.parsed.checkPrivateKey(key.parsed)) return 'that key is not the one of the certificate';
  const pair = { cert: cert.pem, key: key.pem };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const { reason } = error as { reason?: string };
    return `https does not work with that key and the certificate: ${reason ?? 'they are damaged'}`;
  }
}

function readPem(file: string, word: string): Buffer | string {
  try {
    const pem = readFileSync(file);
    return pem.includes(`${word}-----`) ? pem : `that file holds no ${word.toLowerCase()} in PEM form`;
  } catch {
    return 'that file cannot be read';
  }
}
