/** The secret that signs sessions: made once, readable by the relay's user alone. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the data folder. */
export const SECRET_FILE = 'secret';
/** Fewer could be guessed. */
export const SECRET_CHARS_MIN = 32;

export function isSecret(text: string): boolean {
  return text.trim().length >= SECRET_CHARS_MIN;
}

export function hasSecret(dataDir: string): boolean {
  return existsSync(join(dataDir, SECRET_FILE));
}

/** Reads the secret of a data folder, and makes it on the first start. */
export function secretOf(dataDir: string): string {
  const file = join(dataDir, SECRET_FILE);
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    chmodSync(file, 0o600);
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (!isSecret(secret)) throw new Error(`${file} is damaged: delete it, and everyone signs in anew`);
  return secret;
}
