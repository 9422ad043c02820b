/** What every adapter of the log port must do with lost texts of papers. */
import { expect, it } from 'vitest';
import { append, type Opened } from './log.contract.ts';
import { LOST_TEXTS_MAX } from './log.ts';

export function lostTextContract(open: () => Promise<Opened>): void {
  erasure(open);
  it('[R251] keeps a lost text with the edit that took it, joined with what goes on from it, until it is dealt with', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    await log.room('paper/x', fence);
    const lost = (clock: number, text: string, person = 'masha', lease = 7) => ({
      ...{
        doc: 'paper/x',
        person,
        lease,
        clock,
        length: text.length,
        text,
        near: 'Утро.',
        at: 1_000 + clock,
      },
    });
    const first = [lost(10, 'Шёл '), lost(3, 'Петя', 'petya', 9)];
    await log.append([append('paper/x', 1, { doc: 'paper/x', lost: first })], fence);
    await log.append([append('paper/x', 2, { doc: 'paper/x', lost: [lost(14, 'снег.')] })], fence);
    await log.append([append('paper/x', 3, { doc: 'paper/x', lost: [lost(30, 'Потом')] })], fence);
    expect(
      await log.append([append('paper/x', 9, { doc: 'paper/x', lost: [lost(50, 'не принято')] })], fence),
    ).toEqual([{ ok: false, why: 'sequence' }]);
    await log.close();
    const again = await reopen();
    const texts = async (person: string, since = 0) =>
      (await again.lost('paper/x', person, since)).map(({ clock, length, text }) => [clock, length, text]);
    expect(await texts('masha')).toEqual([
      [10, 9, 'Шёл снег.'],
      [30, 5, 'Потом'],
    ]);
    await again.took('paper/x', 'petya', 7, 10, 9, fence);
    expect(await texts('masha')).toHaveLength(2);
    await again.took('paper/x', 'masha', 7, 10, 9, fence);
    expect(await texts('masha')).toEqual([[30, 5, 'Потом']]);
    expect(await texts('petya')).toEqual([[3, 4, 'Петя']]);
    expect(await texts('masha', 5_000)).toEqual([]);
    await again.close();
  });

  it('[R251] bounds the lost texts of a person: the oldest go first', async () => {
    const { log } = await open();
    const fence = await log.claim();
    await log.room('paper/x', fence);
    const lost = Array.from({ length: LOST_TEXTS_MAX + 20 }, (_, i) => ({
      ...{ doc: 'paper/x', person: 'masha', lease: 7, clock: i * 10, length: 2, text: 'ой', near: '', at: i },
    }));
    await log.append([append('paper/x', 1, { doc: 'paper/x', lost })], fence);
    const kept = await log.lost('paper/x', 'masha', 0);
    expect(kept.length).toBeLessThanOrEqual(LOST_TEXTS_MAX + 1);
    expect(kept.at(-1)?.at).toBe(LOST_TEXTS_MAX + 19);
    await log.close();
  });
}

function erasure(open: () => Promise<Opened>): void {
  it('[R557] who is erased has no lost texts and no document of their own; what they said and their leases stay', async () => {
    const { log, reopen } = await open();
    const fence = await log.claim();
    for (const room of ['me/masha', 'paper/x', 'chat/7a']) await log.room(room, fence);
    const [lease] = await log.grant('masha', 1, fence);
    const text = { doc: 'paper/x', lease: 7, clock: 1, length: 5, text: 'Уроки', near: '', at: 1 };
    const lost = [
      { ...text, person: 'masha' },
      { ...text, person: 'petya', lease: 9 },
    ];
    await log.append(
      [
        append('me/masha', 1, { doc: 'me/masha' }),
        append('chat/7a', 1),
        append('paper/x', 1, { doc: 'paper/x', lost }),
      ],
      fence,
    );
    await log.erasePerson('masha', 1);
    // Others go on editing what she wrote in a paper.
    const more = [{ ...text, person: 'masha', clock: 90 }];
    await log.append([append('paper/x', 2, { doc: 'paper/x', lost: more })], fence);
    await log.close();
    const again = await reopen();
    expect(await again.lost('paper/x', 'masha', 0)).toEqual([]);
    expect(await again.lost('paper/x', 'petya', 0)).toHaveLength(1);
    expect(await again.load('me/masha')).toEqual({ snapshot: undefined, rows: [] });
    expect(await again.rooms(['me/masha', 'chat/7a'])).toMatchObject([{ room: 'chat/7a', seq: 1 }]);
    expect((await again.load('chat/7a/feed/1')).rows).toHaveLength(1);
    expect(await again.leasesOf('masha')).toEqual([lease]);
    await again.close();
  });
}
