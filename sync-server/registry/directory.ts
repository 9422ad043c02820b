/** Who is in which chat, worked out once per state of the registry. */
import { standingIn } from '#shared/registry/acts.ts';
import type { ChatEntry, Registry } from '#shared/registry/shape.ts';
import { type ChatPlace, isIn } from '#shared/school/may.ts';
import type { Duty, Role, Standing } from '#shared/school/roles.ts';
import type { Join } from './school.ts';

export interface Directory {
  registry: Registry;
  people: ReadonlyMap<string, Standing>;
  places: ReadonlyMap<string, ChatPlace>;
  /** Chat → persons who may read it. */
  members: ReadonlyMap<string, readonly string[]>;
  /** Person → chats that they may read. */
  chats: ReadonlyMap<string, readonly string[]>;
}

export function directoryOf(registry: Registry): Directory {
  const people = new Map<string, Standing>();
  const byUnit = new Map<string, Standing[]>();
  for (const id of Object.keys(registry.members)) {
    const who = standingIn(registry, id) as Standing;
    people.set(id, who);
    for (const unit of Object.keys(who.duties)) listOf(byUnit, unit).push(who);
  }
  const everyone = [...people.values()];
  const places = new Map<string, ChatPlace>();
  const members = new Map<string, string[]>();
  const chats = new Map<string, string[]>();
  for (const [id, entry] of Object.entries(registry.chats)) {
    const place = placeOf(entry);
    places.set(id, place);
    members.set(id, []);
    for (const who of candidates(entry, everyone, byUnit, people)) {
      if (!isIn(who, place)) continue;
      listOf(members, id).push(who.person);
      listOf(chats, who.person).push(id);
    }
  }
  return { registry, people, places, members, chats };
}

/** Who is a member in the second and was not in the first. */
export function joinsBetween(before: Directory, after: Directory): Join[] {
  const joins: Join[] = [];
  for (const [chat, members] of after.members) {
    const were = before.members.get(chat);
    const hidesHistory = after.registry.chats[chat]?.hidesHistory === true;
    const known = were && new Set(were);
    for (const person of members) if (!known?.has(person)) joins.push({ chat, person, hidesHistory });
  }
  return joins;
}

function placeOf(entry: ChatEntry): ChatPlace {
  const audience = Object.keys(entry.audience) as (Duty | Role)[];
  return { kind: 'chat', unit: entry.unit, audience, people: entry.people, matrix: entry.matrix };
}

/** Everyone who could be in the chat: `isIn` decides. */
function candidates(
  entry: ChatEntry,
  everyone: readonly Standing[],
  byUnit: ReadonlyMap<string, readonly Standing[]>,
  people: ReadonlyMap<string, Standing>,
): Iterable<Standing> {
  const wide = entry.unit !== null ? (byUnit.get(entry.unit) ?? []) : everyone;
  const audience = Object.keys(entry.audience).length > 0 ? wide : [];
  const named = Object.keys(entry.people).flatMap((id) => people.get(id) ?? []);
  return new Set([...audience, ...named]);
}

function listOf<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (!list) {
    list = [];
    map.set(key, list);
  }
  return list;
}
