/** A certificate of one's own, as a school in a closed network makes it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificate {
  cert: string;
  key: string;
}

/** Writes a self-signed certificate for `host` (and 127.0.0.1, or other names) into a folder; needs openssl. */
export function selfSigned(
  folder: string,
  host = 'localhost',
  days = 90,
  others = 'IP:127.0.0.1',
): Certificate {
  const made = { cert: join(folder, `${host}.pem`), key: join(folder, `${host}.key`) };
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days ${days} -subj /CN=${host}`;
  const { status, stderr, error } = spawnSync(
    'openssl',
    [
      ...words.split(' '),
      '-addext',
      `subjectAltName=DNS:${host},${others}`,
      '-keyout',
      made.key,
      '-out',
      made.cert,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl made no certificate. Install openssl. ${error ?? stderr}`);
  return made;
}
