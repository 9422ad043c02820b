/** Fills an empty data folder with the demo school: as rows of the log that real people could have left there. */
import { randomBytes } from 'node:crypto';
import type { People } from '../accounts/people.ts';
import { directoryOf } from '../registry/directory.ts';
import { foundSchool } from '../registry/founding.ts';
import type { Append, SnapshotRow } from '../store/log.ts';
import type { MarkRow } from '../store/marks.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Pen } from './pen.ts';
import { plansOf } from './plans.ts';
import { Chance } from './random.ts';
import { type Cast, makeSchool } from './school.ts';
import { type Plan, talk } from './talk.ts';

const SEED = 1029;
/** Of the mark that tells the people of one founding from those of another. */
const MARK_BYTES = 4;
/** Chats whose talk is stored together. */
const CHATS_AT_ONCE = 8;

export interface Seeded {
  cast: Cast;
  people: number;
  chats: number;
  messages: number;
}

/** `now`: ms since 1970; the talk ends shortly before it. The rest depends on the seed alone, but for people's ids. */
export async function seed(store: SqliteStore, people: People, now: number): Promise<Seeded> {
  const chance = new Chance(SEED);
  const school = makeSchool(chance, `.${randomBytes(MARK_BYTES).toString('hex')}`);
  people.put(school.people);
  const founded = now - 5 * 365 * 86_400_000;
  await foundSchool(store, school.registry, founded);
  const directory = directoryOf(school.registry);
  const plans = plansOf(directory, school, now, chance);
  const fence = await store.claim();
  const leaseOf = await grantLeases(store, plans, fence);
  const ids = new Map<number, number>();
  let messages = 0;
  for (let i = 0; i < plans.length; i += CHATS_AT_ONCE) {
    const pens = plans.slice(i, i + CHATS_AT_ONCE).map((plan) => {
      const pen = new Pen(plan.chat, leaseOf, ids);
      talk(pen, plan, chance);
      return pen;
    });
    await storeAll(store, pens, fence);
    for (const { appends } of pens)
      messages += appends.filter(({ places }) => places.some(({ kind }) => kind === 'message')).length;
    await store.raise(
      pens.flatMap((pen) => marksOf(pen, directory.members.get(pen.chat) ?? [], school.cast, chance)),
      fence,
    );
  }
  return { cast: school.cast, people: school.people.length, chats: plans.length, messages };
}

async function grantLeases(
  store: SqliteStore,
  plans: readonly Plan[],
  fence: number,
): Promise<(person: string) => number> {
  const authors = [...new Set(plans.flatMap(({ leads, others }) => [...leads, ...others]))];
  const grants = await Promise.all(
    authors.map(async (person) => [person, await store.grant(person, 1, fence)] as const),
  );
  const leases = new Map(grants.map(([person, [lease]]) => [person, lease]));
  return (person) => {
    const lease = leases.get(person);
    if (lease === undefined) throw new Error(`${person} has no lease`);
    return lease;
  };
}

async function storeAll(store: SqliteStore, pens: readonly Pen[], fence: number): Promise<void> {
  const appends: Append[] = pens.flatMap((pen) => pen.appends);
  const closed: SnapshotRow[] = pens.flatMap((pen) => pen.closed);
  for (const room of new Set(appends.map(({ row }) => row.room))) await store.room(room, fence);
  const results = await store.append(appends, fence);
  const failed = results.find((result) => !result.ok);
  if (failed) throw new Error(`the demo could not be stored: ${failed.ok ? '' : failed.why}`);
  for (const snapshot of closed) await store.compact(snapshot, 'drop', fence);
}

/** The five have read almost everything; of the others some have. Whoever wrote last has read what came before. */
function marksOf(pen: Pen, members: readonly string[], cast: Cast, chance: Chance): MarkRow[] {
  const five = new Set(Object.values(cast));
  const rows: MarkRow[] = [];
  const { lastAuthor } = pen;
  for (const person of members) {
    const drawn = five.has(person) ? (chance.is(0.6) ? 0 : chance.int(1, 9)) : chance.int(0, 60);
    if (!five.has(person) && !chance.is(0.15)) continue;
    const read = person === lastAuthor ? pen.seq : Math.max(0, pen.seq - drawn);
    rows.push({ chat: pen.chat, person, got: five.has(person) ? pen.seq : read, read });
  }
  return rows;
}
