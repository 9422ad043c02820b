// One hash of everything the built app is made of. It is the app's version, so that two builds of the same
// sources are the same release on every machine (with or without git), and an edited file is a new release.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const SOURCES = [
  'messages',
  'package-lock.json',
  'project.inlang/settings.json',
  'src',
  'static',
  'svelte.config.js',
  'vite.config.ts',
];
const GENERATED = join('src', 'lib', 'paraglide');

/** The version of the app that the present sources build: 12 hex digits, or PARTA_VERSION when it is set. */
export function appVersion() {
  return process.env.PARTA_VERSION || fingerprint(SOURCES).slice(0, 12);
}

/** SHA-256 (hex) over the names and bytes of these files and folders; tests beside the code do not count. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      hash.update(relative(root, file).split(sep).join('/'));
      hash.update('\0');
      hash.update(readFileSync(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return isTest(path) ? [] : [path];
  if (path === join(root, GENERATED)) return [];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

function isTest(path) {
  return path.endsWith('.test.ts');
}
