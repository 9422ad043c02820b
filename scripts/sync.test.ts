import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

test('[R606] an install without the build tools succeeds, though a package of the relay brings SvelteKit along', () => {
  const root = mkdtempSync(join(tmpdir(), 'parta-install-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync(fileURLToPath(new URL('.', import.meta.url)), join(root, 'scripts'), { recursive: true });
  const kit = join(root, 'node_modules', '@sveltejs', 'kit');
  mkdirSync(kit, { recursive: true });
  writeFileSync(join(kit, 'svelte-kit.js'), '');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/sync.mjs', '--if-installed'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(existsSync(join(root, 'src'))).toBe(false);
});
