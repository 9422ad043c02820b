/** That an answer waits for the disk: asked of the connection itself, and counted where the system lets one look. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { makeDurable } from './durable.ts';
import { openSqlite } from './sqlite-store.ts';

const WRITER = fileURLToPath(new URL('./durable.fixture.ts', import.meta.url));
const WRITES = 20;

test('[R300] a database waits for the disk at each commit, and one that cannot is not taken', async () => {
  const db = new Sqlite(join(folder(), 'a.sqlite'));
  db.pragma('synchronous = OFF');
  makeDurable(db);
  expect(db.pragma('synchronous', { simple: true })).toBe(2);
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  db.close();
  // In memory there is no log that is written ahead, as on some disks of a network.
  await expect(openSqlite({ file: ':memory:' })).rejects.toThrow('cannot be kept safely');
});

/** Counting what a program asks of the system needs strace, and the right to use it. */
const canLook = process.platform === 'linux' && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

test.skipIf(!canLook).each(['rooms', 'people', 'accounts'])(
  '[R300] each write of %s is one more wait for the disk, counted from outside',
  (kind) => {
    const none = waitsOf(kind, 0);
    const some = waitsOf(kind, WRITES);
    expect(some - none).toBeGreaterThanOrEqual(WRITES);
  },
);

/** How often a program that writes so many times waits for the disk. */
function waitsOf(kind: string, writes: number): number {
  const dir = folder();
  const trace = join(dir, 'trace');
  const words = [
    '-f',
    '-e',
    'trace=fsync,fdatasync',
    '-o',
    trace,
    process.execPath,
    WRITER,
    kind,
    String(writes),
  ];
  const { status, stderr } = spawnSync('strace', [...words, dir], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return readFileSync(trace, 'utf8').match(/f(?:data)?sync\(/g)?.length ?? 0;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-durable-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
