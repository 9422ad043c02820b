import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PEERS = ['yws', 'hocuspocus'];
const PINNED_EXACTLY = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];

/** Installs the peers that are not there yet, each into its own folder, under the Node that runs the bench. */
export async function installPeers(): Promise<void> {
  for (const name of PEERS) {
    const folder = fileURLToPath(new URL(`../peers/${name}/`, import.meta.url));
    if (existsSync(`${folder}node_modules`)) continue;
    console.log(`installing ${name} …`);
    await promisify(execFile)('npm', PINNED_EXACTLY, { cwd: folder });
  }
}
