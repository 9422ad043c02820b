// Writes what the sources need but git does not hold: the compiled messages and SvelteKit's types.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprint, root } from './fingerprint.mjs';

const COMPILED = join(root, 'src', 'lib', 'paraglide');
// Beside what it tells of: a copy of the sources that shares node_modules must not speak for these.
const STAMP = join(COMPILED, '.stamp');

export const messageOptions = {
  project: './project.inlang',
  outdir: './src/lib/paraglide',
  // Russian for everyone who did not choose: the browser's language says little about a school's.
  strategy: ['localStorage', 'baseLocale'],
  outputStructure: 'message-modules',
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  emitReadme: false,
};

/** Compiles messages/*.json when they changed since the last time. */
export async function syncMessages() {
  const now = fingerprint(['messages', 'project.inlang/settings.json', 'scripts/sync.mjs']);
  if (existsSync(join(COMPILED, 'messages.js')) && stamped() === now) return;
  const { compile } = await import('@inlang/paraglide-js');
  await compile({ ...messageOptions, project: join(root, 'project.inlang'), outdir: COMPILED });
  writeFileSync(STAMP, now);
}

function stamped() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
}

function syncKit() {
  const bin = join(root, 'node_modules', '@sveltejs', 'kit', 'svelte-kit.js');
  const { status } = spawnSync(process.execPath, [bin, 'sync'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // A production install leaves the build tools out and needs none of this. Not asked by SvelteKit: a package of the
  // relay names it as a peer, so it is there all the same.
  const installed = existsSync(join(root, 'node_modules', '@inlang', 'paraglide-js'));
  if (installed || !process.argv.includes('--if-installed')) {
    await syncMessages();
    syncKit();
  }
}
