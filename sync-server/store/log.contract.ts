/** What every adapter of the log and marks ports must do, as one suite. An adapter's test calls it with a way to open its store. */
import { expect, it } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import { SHORT_DIGEST_BYTES, shortDigest } from '#shared/wire/digest.ts';
import type { Append, Log } from './log.ts';
import type { Marks } from './marks.ts';

export interface Opened {
  log: Log & Marks;
  /** A second opening of the same store, as after a restart, or by another relay. */
  reopen(): Promise<Log & Marks>;
}

export function append(
  room: string,
  seq: number,
  change: Partial<Append> & { doc?: string; lease?: number } = {},
): Append {
  const { doc = `${room}/feed/1`, lease = 7, ...rest } = change;
  const row = {
    room,
    seq,
    doc,
    lease,
    n: seq,
    person: 'masha',
    at: 1_000 + seq,
    bytes: Uint8Array.of(seq, 2, 3),
  };
  return { row, digest: seq * 10, replaces: 0, places: [], gone: [], head: undefined, papers: [], ...rest };
}

export function logContract(open: () => Promise<Opened>): void {
  it('[R300] keeps what it acknowledged over a restart, in order', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    const { epoch } = await log.room('chat/7a', fence);
    expect(await log.append([append('chat/7a', 1), append('chat/7a', 2)], fence)).toEqual([
      { ok: true },
      { ok: true },
    ]);
    await log.close();
    const again = await reopen();
    expect(await again.room('chat/7a', fence)).toEqual({
      room: 'chat/7a',
      epoch,
      seq: 2,
      since: 0,
      backed: 0,
      head: 1,
    });
    const { snapshot, rows } = await again.load('chat/7a/feed/1');
    expect(snapshot).toBeUndefined();
    expect(rows.map((row) => [row.seq, row.n, [...row.bytes]])).toEqual([
      [1, 1, [1, 2, 3]],
      [2, 2, [2, 2, 3]],
    ]);
    await again.close();
  });

  it('[R384] keeps from where on members read a chat, and opens that segment, over a restart', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    await log.append([append('chat/7a', 1), append('chat/7a', 2)], fence);
    await log.begin('chat/7a', 2, ['lena', 'kolya'], fence);
    await log.begin('chat/7a', 1, ['kolya'], fence);
    await expect(log.begin('chat/7a', 3, ['lena'], fence - 1)).rejects.toThrow('fenced');
    await log.close();
    const again = await reopen();
    expect((await again.room('chat/7a', fence)).head).toBe(2);
    expect(await again.firsts()).toEqual([{ room: 'chat/7a', person: 'lena', segment: 2, seq: 2 }]);
    await again.erasePerson('lena', 1);
    expect(await again.firsts()).toEqual([]);
    await again.close();
  });

  it('[R301] appends a room only on its expected sequence and leaves other rooms of the batch stored', async () => {
    const { log } = await open();
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    await log.room('chat/7b', fence);
    const results = await log.append(
      [append('chat/7a', 5), append('chat/7b', 1), append('chat/7a', 6)],
      fence,
    );
    expect(results).toEqual([{ ok: false, why: 'sequence' }, { ok: true }, { ok: false, why: 'sequence' }]);
    expect((await log.room('chat/7a', fence)).seq).toBe(0);
    expect((await log.room('chat/7b', fence)).seq).toBe(1);
    await log.close();
  });

  outdated(open);
  leasesAndCompaction(open);
  restored(open);
  foldedRows(open);
  digestsOfOlder(open);
}

function outdated(open: () => Promise<Opened>): void {
  it('[R302] an owner whose claim is older stores nothing, whatever it asks for', async () => {
    const { log, reopen } = await open();
    const old = await log.claim();
    await log.room(ROOM, old);
    const [lease] = (await log.grant('masha', 1, old)) as [number];
    const text = { doc: DOC, person: 'masha', lease, clock: 1, length: 5, text: 'Уроки', near: '', at: 1 };
    const first = [append(ROOM, 1, { lease, lost: [text] }), append(ROOM, 2, { lease, clears: true })];
    expect(await log.append(first, old)).toEqual([{ ok: true }, { ok: true }]);
    await log.compact({ doc: DOC, seq: 1, bytes: Uint8Array.of(9) }, 'keep', old);
    await log.raise([{ chat: '7a', person: 'masha', got: 1, read: 1 }], old);
    const before = await all(log);
    const next = await reopen();
    await next.claim();

    expect(await log.append([append(ROOM, 3)], old)).toEqual([{ ok: false, why: 'fenced' }]);
    const whole = { seq: 1, at: 1, person: 'masha', bytes: Uint8Array.of(9) };
    const shown = { doc: DOC, seq: 2, bytes: Uint8Array.of(9) };
    const last = { lease, person: 'masha', n: 3, digest: 1, closed: false, seq: 2, at: 1 };
    const writes: [what: string, write: () => Promise<unknown>][] = [
      ['room', () => log.room('chat/new', old)],
      ['closeLease', () => log.closeLease(ROOM, lease, 'masha', old)],
      ['noteNumber', () => log.noteNumber(ROOM, last, 8, old)],
      ...(['drop', 'keep', 'erase'] as const).map(
        (rows) =>
          [`compact ${rows}`, () => log.compact(shown, rows, old)] as [string, () => Promise<unknown>],
      ),
      ['wipe', () => log.wipe([shown], old)],
      ['fold', () => log.fold(DOC, { to: 1, add: [whole], drop: [] }, old)],
      ['begin', () => log.begin(ROOM, 2, ['lena'], old)],
      ['took', () => log.took(ROOM, 'masha', lease, 1, 5, old)],
      ['grant', () => log.grant('masha', 1, old)],
      ['raise', () => log.raise([{ chat: '7a', person: 'masha', got: 2, read: 2 }], old)],
    ];
    for (const [what, write] of writes) await expect(write(), what).rejects.toThrow('fenced');
    // What is there may be read on.
    expect(await log.room(ROOM, old)).toMatchObject({ seq: 2 });
    expect(await all(log)).toEqual(before);
    expect(await all(next)).toEqual(before);
    await log.close();
    await next.close();
  });
}

const ROOM = 'chat/7a';
const DOC = 'chat/7a/feed/1';

async function all(log: Log & Marks): Promise<unknown> {
  return {
    rooms: await log.rooms([ROOM, 'chat/new']),
    held: await log.load(DOC),
    moments: await log.moments(DOC),
    lasts: await log.lasts(ROOM),
    due: await log.due(),
    firsts: await log.firsts(),
    lost: await log.lost(ROOM, 'masha', 0),
    leases: await log.leasesOf('masha'),
    marks: await log.marksOf('7a'),
  };
}

function leasesAndCompaction(open: () => Promise<Opened>): void {
  it('[R303] keeps the last number of a lease and closes the one it replaces for good', async () => {
    const { log } = await open();
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    await log.append([append('chat/7a', 1), append('chat/7a', 2, { lease: 8, replaces: 7 })], fence);
    await log.closeLease('chat/7a', 9, 'masha', fence);
    const last = { lease: 10, person: 'masha', n: 1, digest: 40, closed: false, seq: 0, at: 0 };
    await log.noteNumber('chat/7a', last, 8, fence);
    const lasts = await log.lasts('chat/7a');
    expect(lasts.map(({ lease, n, digest, closed }) => [lease, n, digest, closed])).toEqual([
      [7, 1, 10, true],
      [8, 2, 20, true],
      [9, 0, 0, true],
      [10, 1, 40, false],
    ]);
    expect((await log.room('chat/7a', fence)).seq).toBe(2);
    await log.close();
  });

  it('[R370] tells the moments of a document and its rows up to one, also behind a snapshot, as long as none was dropped', async () => {
    const { log } = await open();
    const fence = await log.claim();
    const room = 'paper/plan';
    await log.room(room, fence);
    await log.append([append(room, 1, { doc: room }), append(room, 2, { doc: room })], fence);
    await log.compact({ doc: room, seq: 2, bytes: Uint8Array.of(9) }, 'keep', fence);
    await log.append([append(room, 3, { doc: room })], fence);
    expect((await log.moments(room)).map(({ seq, person }) => [seq, person])).toEqual([
      [3, 'masha'],
      [2, 'masha'],
      [1, 'masha'],
    ]);
    expect(await log.history(room, 2)).toMatchObject({ base: undefined, rows: [{ seq: 1 }, { seq: 2 }] });
    await log.compact({ doc: room, seq: 3, bytes: Uint8Array.of(9) }, 'drop', fence);
    expect(await log.history(room, 3)).toEqual({ base: undefined, rows: [] });
    await log.close();
  });

  it('[R304] compaction drops rows behind the snapshot and says so to who asks for them', async () => {
    const { log } = await open();
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    await log.append(
      [1, 2, 3].map((seq) => append('chat/7a', seq)),
      fence,
    );
    await log.compact({ doc: 'chat/7a/feed/1', seq: 2, bytes: Uint8Array.of(9) }, 'drop', fence);
    const { snapshot, rows } = await log.load('chat/7a/feed/1');
    expect([snapshot?.seq, [...(snapshot?.bytes ?? [])], rows.map((row) => row.seq)]).toEqual([2, [9], [3]]);
    expect(await log.tail('chat/7a/feed/1', 1)).toBeUndefined();
    expect((await log.tail('chat/7a/feed/1', 2))?.map((row) => row.seq)).toEqual([3]);
    await log.close();
  });

  it('[R305] never grants a lease twice, keeps them below 2^48, and a store started afresh uses another range', async () => {
    const { log } = await open();
    const fence = await log.claim();
    const first = await log.grant('masha', 3, fence);
    const second = await log.grant('petya', 2, fence);
    await log.startAfresh();
    const third = await log.grant('masha', 1, fence);
    const all = [...first, ...second, ...third];
    expect(new Set(all).size).toBe(6);
    for (const lease of all) expect(lease > 0 && lease < 2 ** 48).toBe(true);
    expect(Math.floor((third[0] as number) / 2 ** 24)).not.toBe(Math.floor((first[0] as number) / 2 ** 24));
    expect((await log.leasesOf('masha')).toSorted()).toEqual([...first, ...third].toSorted());
    await log.close();
  });
}

function restored(open: () => Promise<Opened>): void {
  it('[R627] a restored room has a new epoch and remembers the least that a restore brought back', async () => {
    const { log } = await open();
    const fence = await log.claim();
    const first = await log.room('chat/7a', fence);
    await log.append([append('chat/7a', 1), append('chat/7a', 2)], fence);
    await log.startAfresh();
    const second = await log.room('chat/7a', fence);
    expect(second).toMatchObject({ seq: 2, since: 2 });
    expect(second.epoch).not.toBe(first.epoch);
    await log.append([append('chat/7a', 3)], fence);
    await log.startAfresh();
    expect(await log.room('chat/7a', fence)).toMatchObject({ seq: 3, since: 2 });
    expect(await log.room('chat/new', fence)).toMatchObject({ since: 0 });
    await log.close();
  });
}

function foldedRows(open: () => Promise<Opened>): void {
  it('[R371] puts whole versions in the place of rows that the snapshot shows, once, and reads on from them', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    const room = 'paper/plan';
    const whole = (seq: number) => ({ seq, at: 1_000 + seq, person: 'masha', bytes: Uint8Array.of(seq, 9) });
    await log.room(room, fence);
    await log.append(
      [1, 2, 3, 4, 5].map((seq) => append(room, seq, { doc: room })),
      fence,
    );
    await log.compact({ doc: room, seq: 3, bytes: Uint8Array.of(9) }, 'keep', fence);
    expect(await log.past(room)).toMatchObject({ shown: 3, rows: 5, bytes: 15, wholes: [] });
    await expect(log.fold(room, { to: 4, add: [whole(4)], drop: [] }, fence)).rejects.toThrow();
    await expect(log.fold(room, { to: 3, add: [whole(3)], drop: [] }, fence - 1)).rejects.toThrow();
    expect(await log.history(room, 2)).toMatchObject({ base: undefined, rows: [{ seq: 1 }, { seq: 2 }] });

    await log.fold(room, { to: 2, add: [whole(1), whole(2)], drop: [] }, fence);
    await log.fold(room, { to: 3, add: [whole(3)], drop: [1] }, fence);
    await log.close();
    const again = await reopen();
    expect((await again.moments(room)).map(({ seq, whole: is }) => [seq, is])).toEqual([
      [5, false],
      [4, false],
      [3, true],
      [2, true],
    ]);
    expect(await again.past(room)).toMatchObject({ shown: 3, rows: 2, oldest: [{ seq: 4 }, { seq: 5 }] });
    expect(await again.history(room, 5)).toMatchObject({ base: { seq: 3 }, rows: [{ seq: 4 }, { seq: 5 }] });
    expect(await again.history(room, 3)).toMatchObject({ base: { seq: 3 }, rows: [] });
    expect(await again.history(room, 2)).toMatchObject({
      base: { seq: 2, bytes: Uint8Array.of(2, 9) },
      rows: [],
    });
    expect(await again.history(room, 1)).toEqual({ base: undefined, rows: [] });
    expect((await again.load(room)).rows.map(({ seq }) => seq)).toEqual([4, 5]);
    await again.close();
  });
}

function digestsOfOlder(open: () => Promise<Opened>): void {
  it('[R313] keeps short digests of as many intents of a lease as may be in the air, over a restart', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    await log.room('chat/7a', fence);
    const digestOf = (seq: number) => (seq * 2_654_435_761) % 2 ** 32;
    const count = LIMITS.inFlightMax + 44;
    const batch = Array.from({ length: count }, (_, i) =>
      append('chat/7a', i + 1, { digest: digestOf(i + 1) }),
    );
    await log.append(batch, fence);
    await log.closeLease('chat/7a', 7, 'masha', fence);
    await log.close();
    const again = await reopen();
    const [last] = await again.lasts('chat/7a');
    const sums = Buffer.from(last?.sums ?? []);
    expect(last).toMatchObject({ n: count, digest: digestOf(count), closed: true });
    expect(sums).toHaveLength(LIMITS.inFlightMax * SHORT_DIGEST_BYTES);
    for (let i = 0; i < LIMITS.inFlightMax; i++)
      expect(sums.readUIntBE(i * SHORT_DIGEST_BYTES, SHORT_DIGEST_BYTES)).toBe(shortDigest(digestOf(i + 45)));
    await again.close();
  });
}
