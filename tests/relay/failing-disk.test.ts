/** A disk that fails while the relay writes: nobody knows what it holds, so the relay ends and reads it anew. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, runProgram, startMain } from '../support/programs.ts';
import { freePort } from '../support/served-school.ts';

/** Bending what the system answers a program needs strace, and the right to use it. */
const canBend = process.platform === 'linux' && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

test.skipIf(!canBend)(
  '[R607] the disk fails under the first words of a school: the relay ends with an error, and starts when the disk is well',
  async () => {
    const data = join(newFolder(), 'data');
    const env = { PARTA_DATA: data, PARTA_PORT: String(await freePort()) };
    const bend = ['strace', '-f', '-o', '/dev/null', '-e', 'inject=fdatasync:error=EIO:when=1'];
    const { status, stdout, stderr } = runProgram(['sync-server/main.ts'], env, { under: bend });
    expect(status).toBe(1);
    expect(stderr).toContain('The disk failed while Parta was writing.');
    expect(stdout + stderr).toMatch(/"event":"store-broken".*EIO/);
    const again = await startMain({ data });
    expect(again.out()).toContain('The first administrator signs in once');
  },
);
