import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { append } from '../log.contract.ts';
import { openSqlite } from './sqlite-store.ts';

const LENGTH_BYTES = 8_000 * 4_096;
const ROOM = 'chat/7a';
const FEED = `${ROOM}/feed/1`;

const folder = mkdtempSync(join(tmpdir(), 'parta-wal-'));
const file = join(folder, 'parta.sqlite');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const length = () => statSync(`${file}-wal`).size;

it('[R300] a relay’s store opens with the length of its WAL, writes over it, and gives it again after an erasure', async () => {
  const log = await openSqlite({ file, isStretched: true });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  const stretched = length();
  expect(stretched).toBeGreaterThanOrEqual(LENGTH_BYTES);
  for (let seq = 1; seq <= 400; seq++) await log.append([append(ROOM, seq)], fence);
  expect(length()).toBe(stretched);

  // As after a power cut: the files as they are, with what the stretching left behind the last commit.
  const after = join(folder, 'after.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${after}${end}`);
  const again = await openSqlite({ file: after });
  expect((await again.load(FEED)).rows.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 400 }, (_, i) => i + 1),
  );
  await again.close();

  await log.compact({ doc: FEED, seq: 400, bytes: Uint8Array.of(0, 0) }, 'erase', fence);
  expect(length()).toBe(0);
  await log.append([append(ROOM, 401)], fence);
  await expect.poll(length, { timeout: 5_000 }).toBeGreaterThanOrEqual(LENGTH_BYTES);
  await log.close();
});

it('[R300] under a load without a pause the WAL is brought into the database and begins anew: it stays short', async () => {
  const busy = join(folder, 'busy.sqlite');
  const log = await openSqlite({ file: busy, isStretched: true });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  const stretched = statSync(`${busy}-wal`).size;
  for (let seq = 1; seq <= 3_000; seq++) {
    const row = append(ROOM, seq);
    row.row.bytes = new Uint8Array(20_000);
    await log.append([row], fence);
  }
  // Some 40 000 pages were written, five times its length.
  expect(statSync(`${busy}-wal`).size).toBeLessThan(2 * stretched);
  await log.close();
});

it('[R307] a disk without room for the length of the WAL takes what it has room for', async () => {
  const small = join(folder, 'small.sqlite');
  const log = await openSqlite({ file: small, pagesMax: 60 });
  const fence = await log.claim();
  await log.room(ROOM, fence);
  expect(await log.append([append(ROOM, 1)], fence)).toEqual([{ ok: true }]);
  // Its checkpoint is done before the stretching fails.
  await expect.poll(() => statSync(small).size, { timeout: 5_000 }).toBeGreaterThan(4_096);
  expect(await log.append([append(ROOM, 2)], fence)).toEqual([{ ok: true }]);
  await log.close();
});
