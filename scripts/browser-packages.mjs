// Packages that the app's sources and their browser tests import: Vite has to know them all before the first test. One
// that it meets in the middle of a run reloads the page under the test that is running.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './fingerprint.mjs';

const SOURCES = ['src/lib/**/*.{ts,svelte}', 'src/shared/**/*.ts'];
const RUN_ELSEWHERE = /(?<!\.browser)\.test\.ts$/;
const IMPORT =
  /^(?:import|export)\s(?!type\b)[^;']*?from\s'([^']+)'|^import\s'([^']+)'|\bimport\('([^']+)'\)/gm;
/** Own modules, Vite's own words, and what the plugins bring along. */
const NO_PACKAGE = /^[.#$]|^node:|^(?:svelte|vitest)(?:\/|$)|\?|\.css$|^@fontsource/;

export function browserPackages() {
  const files = globSync(SOURCES, { cwd: root }).filter((file) => !RUN_ELSEWHERE.test(file));
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(
      ([, from, whole, lazily]) => from ?? whole ?? lazily ?? '',
    ),
  );
  return [...new Set(named)].filter((name) => name !== '' && !NO_PACKAGE.test(name)).sort();
}
