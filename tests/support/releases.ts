/** Builds releases of the app beside the sources, so that a story can update from one to another. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = [
  'src',
  'static',
  'messages',
  'project.inlang',
  'scripts',
  'package.json',
  'package-lock.json',
  'svelte.config.js',
  'tsconfig.json',
  'vite.config.ts',
];

export interface Release {
  version: string;
  /** The folder that a relay serves. */
  folder: string;
  remove(): void;
}

/** Builds the present sources as a release of the given version; `edit` may change the copied sources first. */
export function buildRelease(version: string, edit?: (sources: string) => void): Release {
  const folder = mkdtempSync(join(tmpdir(), 'parta-release-'));
  for (const name of SOURCES) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  edit?.(folder);
  const env = { ...process.env, NODE_ENV: 'production', PARTA_VERSION: version };
  for (const args of [
    [join(folder, 'scripts/sync.mjs')],
    [join(folder, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`release ${version} was not built:\n${stderr}`);
  }
  if (!existsSync(join(folder, 'build', 'service-worker.js')))
    throw new Error('the release has no service worker');
  return {
    version,
    folder: join(folder, 'build'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
