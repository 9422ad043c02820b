/** Years of talk in one chat, as rows that its people could have left: so that a story need not type them. */
import { Pen, type Written } from '#server/demo/pen.ts';
import type { SqliteStore } from '#server/store/sqlite/sqlite-store.ts';
import { chatRoom } from '#shared/school/names.ts';

export interface History {
  chat: string;
  /** Messages «Запись 1» … «Запись N», everything read. The 20th is pinned; the last answers the 30th. */
  count: number;
  /** As a class writes: of one line to many, with reactions, over days. Else a line each minute. */
  uneven?: boolean;
  /** Title of a paper that Anna shares before all of it. */
  paper?: string;
}

const MINUTE_MS = 60_000;
const UNEVEN_MS = 37 * MINUTE_MS;
const WRITERS = ['anna', 'masha', 'petya'] as const;

export async function writeHistory(store: SqliteStore, history: History, now: number): Promise<void> {
  const { chat, count, uneven = false } = history;
  const leases = new Map<string, number>();
  const fence = await store.claim();
  for (const person of WRITERS) leases.set(person, (await store.grant(person, 1, fence))[0] as number);
  const pen = new Pen(chat, (person) => leases.get(person) as number);
  const written: Written[] = [];
  const plan = { title: history.paper ?? '', edit: 'staff' as const, body: [] };
  if (history.paper) pen.paper(plan, '', { by: 'anna', at: now - (count + 1) * UNEVEN_MS });
  for (let i = 1; i <= count; i++) {
    const by = WRITERS[i % WRITERS.length] as string;
    const stamp = { by, at: now - (count - i + 1) * (uneven ? UNEVEN_MS : MINUTE_MS) };
    const more = uneven ? ' и ещё слово'.repeat((i * 5) % 9) : '';
    written.push(pen.message(`Запись ${i}${more}`, stamp, i === count ? written[29]?.id : undefined));
    if (uneven && i % 3 === 0) pen.react(written[i - 1] as Written, '👍', { by: 'anna', at: stamp.at });
    if (i === 20) pen.pin(written[19] as Written, { by: 'anna', at: stamp.at });
  }
  await store.room(chatRoom(chat), fence);
  await store.append(pen.appends, fence);
  for (const segment of pen.closed) await store.compact(segment, 'drop', fence);
  await store.raise(
    WRITERS.map((person) => ({ chat, person, got: pen.seq, read: pen.seq })),
    fence,
  );
}
