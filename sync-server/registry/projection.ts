/** What one person's device may know of the registry, and whom a change concerns. */
import type { RegistryAct } from '#shared/registry/acts.ts';
import type { GovernedChat, PersonCard, Projection, Unit } from '#shared/registry/shape.ts';
import { may } from '#shared/school/may.ts';
import { isStaff, type Standing } from '#shared/school/roles.ts';
import type { Directory } from './directory.ts';

/** The name of a person as lists show it; undefined when their row is gone. */
export type NameOf = (person: string) => string | undefined;

/**
 * Staff see everyone. Pupils and parents see the staff, themselves, and those with whom they share the chat of a
 * unit or a chat by name: a chat of the whole school introduces nobody to anybody.
 */
export function projectionOf(
  directory: Directory,
  seq: number,
  person: string,
  nameOf: NameOf,
): Projection | undefined {
  const who = directory.people.get(person);
  if (!who) return undefined;
  const { registry } = directory;
  const chats: Projection['chats'] = {};
  for (const id of directory.chats.get(person) ?? []) {
    const entry = registry.chats[id];
    if (entry) chats[id] = { ...entry, members: directory.members.get(id)?.length ?? 0 };
  }
  const people: Record<string, PersonCard> = {};
  for (const { person: id, role, duties } of circleOf(directory, who))
    people[id] = { name: nameOf(id) ?? '', role, duties };
  const me = { id: person, role: who.role, duties: { ...who.duties } };
  const units = unitsOf(directory, who);
  const projection = { seq, org: registry.org, me, units, people, chats };
  const governed = governedBy(directory, who, chats);
  return governed ? { ...projection, governed } : projection;
}

/** Persons whose projection a change may alter; undefined: anyone's. */
export function concerned(
  acts: readonly RegistryAct[],
  before: Directory,
  after: Directory,
): Set<string> | undefined {
  const persons = new Set<string>();
  for (const act of acts) {
    if (act.act === 'matrix.set' || act.act === 'history.set') {
      for (const person of after.members.get(act.chat) ?? []) persons.add(person);
      for (const who of after.people.values())
        if (may(who, 'registry.read', { kind: 'org' }).ok) persons.add(who.person);
    } else if (act.act === 'role.set' && isStaff(act.from) === isStaff(act.to)) {
      persons.add(act.person);
      for (const directory of [before, after]) addCompany(persons, directory, act.person);
    } else if (
      act.act === 'duty.set' &&
      !isShownToAll(before, act.person) &&
      !isShownToAll(after, act.person)
    ) {
      persons.add(act.person);
      for (const directory of [before, after]) addCompany(persons, directory, act.person, isOfFew);
    } else return undefined;
  }
  return persons;
}

/**
 * An administrator reads no class's chat, but sets who may what in it; so does a class teacher with the chats of their
 * class. What people talk in by name stays theirs. Undefined: the person governs nothing.
 */
function governedBy(
  directory: Directory,
  who: Standing,
  own: Projection['chats'],
): Record<string, GovernedChat> | undefined {
  if (!may(who, 'registry.read', { kind: 'org' }).ok) return undefined;
  const governed: Record<string, GovernedChat> = {};
  for (const [id, { title, unit, matrix, hidesHistory }] of Object.entries(directory.registry.chats)) {
    if (title === '' || Object.hasOwn(own, id) || !mayGovern(who, unit)) continue;
    const members = directory.members.get(id)?.length ?? 0;
    governed[id] = { title, unit, matrix, members, ...(hidesHistory && { hidesHistory }) };
  }
  return governed;
}

function mayGovern(who: Standing, unit: string | null): boolean {
  return may(who, 'matrix.set', unit === null ? { kind: 'org' } : { kind: 'unit', unit }).ok;
}

/** Those who share a chat with the person, and all staff: they see the person's card or count. */
function addCompany(
  persons: Set<string>,
  directory: Directory,
  person: string,
  counts: (directory: Directory, chat: string) => boolean = () => true,
): void {
  for (const chat of directory.chats.get(person) ?? [])
    if (counts(directory, chat)) for (const other of directory.members.get(chat) ?? []) persons.add(other);
  for (const who of directory.people.values()) if (isStaff(who.role)) persons.add(who.person);
}

/** Everybody sees the cards of staff, their duties included. */
function isShownToAll(directory: Directory, person: string): boolean {
  const who = directory.people.get(person);
  return !who || isStaff(who.role);
}

/** Who is in a chat of the whole school goes by role: it shows nobody's duties. */
function isOfFew(directory: Directory, chat: string): boolean {
  return !isWholeSchool(directory, chat);
}

function* circleOf(directory: Directory, who: Standing): Generator<Standing> {
  if (isStaff(who.role)) {
    yield* directory.people.values();
    return;
  }
  const seen = new Set([who.person]);
  for (const chat of directory.chats.get(who.person) ?? []) {
    if (isWholeSchool(directory, chat)) continue;
    for (const id of directory.members.get(chat) ?? []) seen.add(id);
  }
  for (const other of directory.people.values())
    if (isStaff(other.role) || seen.has(other.person)) yield other;
}

function isWholeSchool(directory: Directory, chat: string): boolean {
  const place = directory.places.get(chat);
  return place?.unit === null && place.audience.length > 0;
}

function unitsOf(directory: Directory, who: Standing): Record<string, Unit> {
  const { units } = directory.registry;
  if (isStaff(who.role)) return { ...units };
  return Object.fromEntries(Object.entries(units).filter(([id]) => Object.hasOwn(who.duties, id)));
}
