import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appVersion, root } from './fingerprint.mjs';

/** Builds the app unless build/ already is what the present sources would build. False when the build failed. */
export function buildWhenStale() {
  if (builtVersion() === appVersion()) return true;
  console.log('Собираем приложение: до минуты… / Building the app: up to a minute…');
  return (
    runNode(['scripts/sync.mjs']) && runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'])
  );
}

function runNode(args) {
  const env = { ...process.env, NODE_ENV: 'production' };
  return (
    spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
  );
}

/** SvelteKit writes the version it built into build/_app/version.json. */
function builtVersion() {
  const file = join(root, 'build', '_app', 'version.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch {
    return undefined;
  }
}
