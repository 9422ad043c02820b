/** A disk of few megabytes, for what happens when it is full. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

/** A container's root often may not, a developer never. */
export const mayMount =
  process.platform === 'linux' && spawnSync('unshare', ['--mount', 'true']).status === 0;

/** An empty folder on a disk of its own, which goes away with its test. */
export function smallDisk(megabytes: number): string {
  const place = mkdtempSync(join(tmpdir(), 'parta-disk-'));
  const disk = join(place, 'disk');
  mkdirSync(disk);
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]).status).toBe(0);
  onTestFinished(() => {
    spawnSync('umount', [disk]);
    rmSync(place, { recursive: true, force: true });
  });
  return disk;
}
