/** The connection that commits on the relay's own thread, beside the store's thread and beside other programs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { append } from '../log.contract.ts';
import { openSqlite } from './sqlite-store.ts';

const PROGRAM = fileURLToPath(new URL('./hand.fixture.ts', import.meta.url));
const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;

test('[R300] while another program writes a commit waits for its turn, and is stored in order', async () => {
  const file = join(folder(), 'parta.sqlite');
  const log = await openSqlite({ file });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  await log.append([append(ROOM, 1)], fence);
  const other = new Sqlite(file);
  other.exec('begin immediate');
  const waiting = [2, 3].map((seq) => log.append([append(ROOM, seq)], fence));
  setTimeout(() => {
    other.exec('rollback');
    other.close();
  }, 200);
  expect(await Promise.all(waiting)).toEqual([[{ ok: true }], [{ ok: true }]]);
  expect((await log.load(FEED)).rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await log.close();
});

test('[R300] a commit that is asked for while the store’s thread writes comes after that', async () => {
  const log = await openSqlite({ file: join(folder(), 'parta.sqlite') });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  const told: string[] = [];
  for (let seq = 1; seq <= 20; seq++) await log.append([append(ROOM, seq)], fence);
  const whole = log
    .compact({ doc: FEED, seq: 20, bytes: Uint8Array.of(0, 0) }, 'drop', fence)
    .then(() => told.push('whole'));
  const stored = log.append([append(ROOM, 21)], fence).then(() => told.push('stored'));
  await Promise.all([whole, stored]);
  expect(told).toEqual(['whole', 'stored']);
  expect((await log.load(FEED)).rows.map(({ seq }) => seq)).toEqual([21]);
  await log.close();
});

test('[R300] what was asked for before the close is stored, what comes after is not and says so', async () => {
  const file = join(folder(), 'parta.sqlite');
  const log = await openSqlite({ file });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  const stored = log.append([append(ROOM, 1)], fence);
  const closed = log.close();
  expect(await stored).toEqual([{ ok: true }]);
  await closed;
  await expect(log.append([append(ROOM, 2)], fence)).rejects.toThrow('closed');
  const again = await openSqlite({ file });
  expect((await again.load(FEED)).rows).toHaveLength(1);
  await again.close();
});

/** Bending what the system answers a program needs strace, and the right to use it. */
const canBend = process.platform === 'linux' && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

test.skipIf(!canBend)('[R300] what is read while its commit waits for a slow disk is told after it', () => {
  expect(told('delay_enter=400000')).toEqual(['stored', 'read 1']);
});

test.skipIf(!canBend)(
  '[R300] a disk that fails under a commit ends the store: nothing is told, and the next start reads what there is',
  async () => {
    const file = join(folder(), 'parta.sqlite');
    expect(told('error=EIO', file)).toEqual(['the store is broken', 'nothing is read', 'nobody knows']);
    const again = await openSqlite({ file });
    const fence = await again.claim();
    const { rows } = await again.load(FEED);
    const [next] = await again.append([append(ROOM, rows.length + 1)], fence);
    expect(next).toEqual({ ok: true });
    await again.close();
  },
);

/** What the program says when each wait of a commit for the disk is bent. */
function told(bend: string, file = join(folder(), 'parta.sqlite')): string[] {
  const words = ['-f', '-o', '/dev/null', '-e', `inject=fdatasync:${bend}`, process.execPath, PROGRAM, file];
  const { stdout, stderr } = spawnSync('strace', words, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-hand-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
