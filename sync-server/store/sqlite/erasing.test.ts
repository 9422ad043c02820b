import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { append } from '../log.contract.ts';
import { openSqlite } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'parta-erasing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('[R308] while another process reads the database one erasure waits for it, and the others come again later', async () => {
  const file = join(folder, 'parta.sqlite');
  const log = await openSqlite({ file, readerPauseMs: 300 });
  const fence = await log.claim();
  await log.room('chat/7a', fence);
  await log.append([append('chat/7a', 1), append('chat/7a', 2, { doc: 'chat/7a/feed/2' })], fence);
  const backup = new Sqlite(file, { readonly: true });
  backup.exec('begin');
  backup.prepare('select count(*) from log').get();
  await log.append([append('chat/7a', 3)], fence);
  const erase = (doc: string, seq: number) =>
    log.compact({ doc, seq, bytes: Uint8Array.of(0, 0) }, 'erase', fence);
  await expect(erase('chat/7a/feed/1', 3)).rejects.toThrow('another process reads');
  // Each that waited would hold up everybody's acknowledgements: so nothing is done for this one yet.
  await expect(erase('chat/7a/feed/2', 2)).rejects.toThrow('another process reads');
  expect((await log.load('chat/7a/feed/2')).snapshot).toBeUndefined();
  backup.close();
  for (const [doc, seq] of [
    ['chat/7a/feed/1', 3],
    ['chat/7a/feed/2', 2],
  ] as const)
    while (
      !(await erase(doc, seq).then(
        () => true,
        () => false,
      ))
    )
      await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await log.load('chat/7a/feed/2')).snapshot?.seq).toBe(2);
  await log.close();
});
