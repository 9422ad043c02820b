import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { append, logContract } from '../log.contract.ts';
import { lostTextContract } from '../lost.contract.ts';
import { openSqlite } from './sqlite-store.ts';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'parta-store-'));
  folders.push(made);
  return made;
}
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

describe('the SQLite store', () => {
  const open = async () => {
    const file = join(folder(), 'parta.sqlite');
    return { log: await openSqlite({ file }), reopen: () => openSqlite({ file }) };
  };
  logContract(open);
  lostTextContract(open);

  it('[R306] a torn row closes its own document and no other', async () => {
    const file = join(folder(), 'parta.sqlite');
    const log = await openSqlite({ file });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    await log.append([append('chat/7a', 1), append('chat/7a', 2, { doc: 'chat/7a/pins' })], fence);
    await log.close();
    const raw = new Sqlite(file);
    raw.prepare('update log set bytes = ? where seq = 1').run(Buffer.from([1, 2, 4]));
    raw.close();
    const again = await openSqlite({ file });
    await expect(again.load('chat/7a/feed/1')).rejects.toThrow('corrupt row 1');
    expect((await again.load('chat/7a/pins')).rows).toHaveLength(1);
    await again.close();
  });

  it('[R307] a full disk stores nothing of a batch, says so, and takes it once there is room', async () => {
    const file = join(folder(), 'parta.sqlite');
    const log = await openSqlite({ file, pagesMax: 60 });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const big = append('chat/7a', 1);
    big.row.bytes = new Uint8Array(1_000_000);
    expect(await log.append([big], fence)).toEqual([{ ok: false, why: 'disk' }]);
    expect((await log.room('chat/7a', fence)).seq).toBe(0);
    expect(await log.append([append('chat/7a', 1)], fence)).toEqual([{ ok: true }]);
    await log.close();
  });

  it('[R307] a document that came with a batch that the disk refused is listed once it is stored', async () => {
    const log = await openSqlite({ file: join(folder(), 'parta.sqlite'), pagesMax: 60 });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const big = append('chat/7a', 2);
    big.row.bytes = new Uint8Array(1_000_000);
    const refused = { ok: false, why: 'disk' };
    expect(await log.append([append('chat/7a', 1), big], fence)).toEqual([refused, refused]);
    expect(await log.append([append('chat/7a', 1)], fence)).toEqual([{ ok: true }]);
    expect(await log.docs('chat/7a')).toEqual([{ doc: 'chat/7a/feed/1', seq: 1 }]);
    await log.close();
  });

  it('[R300] a quiet moment brings what was written from the WAL into the database', async () => {
    const file = join(folder(), 'parta.sqlite');
    const log = await openSqlite({ file });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const said = append('chat/7a', 1);
    const words = Buffer.from('Завтра контрольная');
    said.row.bytes = words;
    await log.append([said], fence);
    expect(readFileSync(file).includes(words)).toBe(false);
    await expect.poll(() => readFileSync(file).includes(words)).toBe(true);
    await log.close();
  });

  it('[R305] when a range of leases is used up the next one is fresh: none is granted twice', async () => {
    const file = join(folder(), 'parta.sqlite');
    const log = await openSqlite({ file });
    const fence = await log.claim();
    const before = await log.grant('masha', 8, fence);
    await log.close();
    const raw = new Sqlite(file);
    raw.prepare("update meta set value = ? where key = 'leases'").run(2 ** 24 - 9);
    raw.close();
    const again = await openSqlite({ file });
    const own = await again.claim();
    const [last, next] = [await again.grant('anna', 8, own), await again.grant('petya', 8, own)];
    const ranges = (leases: number[]) => [...new Set(leases.map((lease) => Math.floor(lease / 2 ** 24)))];
    expect(ranges(last)).toEqual(ranges(before));
    expect(ranges(next)).not.toEqual(ranges(before));
    expect(next.map((lease) => lease % 2 ** 24)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Math.max(...next)).toBeLessThan(2 ** 48);
    await again.close();
  });

  it('[R308] what is erased is nowhere in the files of the store', async () => {
    const made = folder();
    const log = await openSqlite({ file: join(made, 'parta.sqlite') });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const secret = append('chat/7a', 1, {
      places: [
        {
          doc: 'chat/7a/feed/1',
          id: '7.1',
          kind: 'message',
          of: '',
          seq: 1,
          at: 1,
          by: 'masha',
          text: 'сердце красавицы',
        },
      ],
    });
    secret.row.bytes = new TextEncoder().encode('склонно к измене');
    await log.append([secret], fence);
    expect(holds(made, 'сердце красавицы') && holds(made, 'склонно к измене')).toBe(true);
    await log.append([append('chat/7a', 2, { gone: ['7.1'] })], fence);
    await log.compact({ doc: 'chat/7a/feed/1', seq: 2, bytes: Uint8Array.of(0) }, 'erase', fence);
    expect(holds(made, 'сердце красавицы') || holds(made, 'склонно к измене')).toBe(false);
    await log.close();
  });

  it('[R308] what several documents cleared is wiped in one go, and a delete that came since stays due', async () => {
    const made = folder();
    const log = await openSqlite({ file: join(made, 'parta.sqlite') });
    const fence = await log.claim();
    const own = (person: string, seq: number, text: string) => {
      const said = append(`me/${person}`, seq, { doc: `me/${person}`, clears: seq > 1 });
      said.row.bytes = new TextEncoder().encode(text);
      return said;
    };
    for (const person of ['masha', 'anna']) {
      await log.room(`me/${person}`, fence);
      await log.append([own(person, 1, `тайна ${person}`), own(person, 2, 'ничего')], fence);
    }
    expect((await log.due()).toSorted()).toEqual(['me/anna', 'me/masha']);
    for (const doc of ['me/masha', 'me/anna'])
      await log.compact({ doc, seq: 2, bytes: Uint8Array.of(0) }, 'drop', fence);
    await log.append([own('anna', 3, 'потом')], fence);
    const shown = [
      { doc: 'me/masha', seq: 2 },
      { doc: 'me/anna', seq: 2 },
    ];
    await log.wipe(shown, fence);
    expect(holds(made, 'тайна')).toBe(false);
    expect(await log.due()).toEqual(['me/anna']);
    await log.close();
  });

  it('[R309] marks only rise, and a summary counts the unread of others', async () => {
    const log = await openSqlite({ file: join(folder(), 'parta.sqlite') });
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const place = (seq: number, by: string) =>
      ({
        doc: 'chat/7a/feed/1',
        id: `7.${seq}`,
        kind: 'message',
        of: '',
        seq,
        at: seq,
        by,
        text: `текст ${seq}`,
      }) as const;
    await log.append(
      [1, 2, 3].map((seq) => append('chat/7a', seq, { places: [place(seq, seq === 2 ? 'anna' : 'masha')] })),
      fence,
    );
    await log.raise([{ chat: '7a', person: 'anna', got: 3, read: 1 }], fence);
    await log.raise([{ chat: '7a', person: 'anna', got: 2, read: 0 }], fence);
    expect(await log.marksOf('7a')).toEqual([{ chat: '7a', person: 'anna', got: 3, read: 1 }]);
    const [summary] = await log.summaries([{ chat: '7a', person: 'anna' }]);
    expect(summary).toMatchObject({ seq: 3, read: 1, unread: 1, last: { id: '7.3', text: 'текст 3' } });
    await log.close();
  });
});

function holds(made: string, text: string): boolean {
  return readdirSync(made).some((name) => readFileSync(join(made, name)).includes(text));
}
