import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { append } from '../store/log.contract.ts';
import type { AppendResult, Log } from '../store/log.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Appends } from './appends.ts';
import { FAN_OUT } from './limits.ts';

const ROOM = 'chat/7a';

describe('what a room hands to the log', () => {
  let folder: string;
  let store: SqliteStore;
  let fence: number;
  /** How many appends each call of the store carried. */
  let calls: number[];
  let appends: Appends;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parta-appends-'));
    store = await openSqlite({ file: join(folder, 'parta.sqlite') });
    fence = await store.claim();
    await store.room(ROOM, fence);
    calls = [];
    const counted: Pick<Log, 'append'> = {
      append(batch, by) {
        calls.push(batch.length);
        return store.append(batch, by);
      },
    };
    appends = new Appends(counted, fence);
    // A machine that is busy for longer than a window would begin another one.
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = (seq: number, watchers: number) =>
    new Promise<AppendResult>((resolve, reject) => appends.add(append(ROOM, seq), watchers, resolve, reject));
  const say = (seqs: number[], watchers: number) => {
    const said = Promise.all(seqs.map((seq) => add(seq, watchers)));
    vi.advanceTimersByTime(FAN_OUT.windowMs);
    return said;
  };

  test('[R367] in a crowd the first goes at once, and what comes within the window is one commit in order', async () => {
    const results = await say([1, 2, 3, 4], FAN_OUT.crowd);
    expect(results).toEqual([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
    expect(calls).toEqual([1, 3]);
    expect((await store.load(`${ROOM}/feed/1`)).rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test('[R367] a few never wait for one another', async () => {
    await say([1, 2, 3], FAN_OUT.crowd - 1);
    expect(calls).toEqual([1, 1, 1]);
  });

  test('[R367] a flood does not wait for the window', async () => {
    const flood = Array.from({ length: FAN_OUT.heldMax + 1 }, (_, i) => i + 1);
    await say(flood, FAN_OUT.crowd);
    expect(calls).toEqual([1, FAN_OUT.heldMax]);
  });

  test('[R301] one that is out of sequence is answered alone, and those behind it with it', async () => {
    const results = await say([1, 2, 4, 5], FAN_OUT.crowd);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false]);
    expect((await store.room(ROOM, fence)).seq).toBe(2);
  });

  test('[R367] a store that fails is a failure for all who wait', async () => {
    await store.close();
    const failing = [1, 2, 3].map((seq) => add(seq, FAN_OUT.crowd));
    vi.advanceTimersByTime(FAN_OUT.windowMs);
    const results = await Promise.allSettled(failing);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  });
});
