/**
 * What must hold of any change of the registry, told from its JSON before and after alone. Of what it tests it asks
 * nothing but `may()`; how far a class teacher goes it knows by itself.
 */
import type { Registry } from '#shared/registry/shape.ts';
import { MATRIX_KEYS, may } from '#shared/school/may.ts';
import { dutyIn, type Standing } from '#shared/school/roles.ts';

const OF_LEADS: Readonly<Record<string, readonly string[]>> = {
  write: ['everyone', 'staff', 'leads'],
  react: ['everyone', 'staff', 'leads', 'nobody'],
  pin: ['everyone', 'staff', 'leads'],
  moderate: ['staff', 'leads'],
  papers: ['everyone', 'staff', 'leads', 'nobody'],
};

/** What is wrong with it; undefined when the person could make it. */
export function wrong(before: Registry, after: Registry, person: string): string | undefined {
  if (same(before, after)) return 'changes nothing';
  if (before.org.id !== after.org.id || before.schema !== after.schema) return 'another school';
  for (const table of ['chats', 'units'] as const)
    for (const id of Object.keys(before[table])) if (!after[table][id]) return `${table} are fewer`;
  if (!Object.values(after.members).some(({ role }) => role === 'admin')) return 'no administrator is left';
  return wrongMembers(before, after) ?? wrongAuthor(before, after, person);
}

function wrongMembers(before: Registry, after: Registry): string | undefined {
  for (const [id, { duties }] of Object.entries(after.members)) {
    if (same(before.members[id]?.duties, duties)) continue;
    const units = Object.keys(duties);
    if (units.some((unit) => !Object.hasOwn(after.units, unit))) return 'a duty in no unit';
    const classes = units.filter((unit) => duties[unit] === 'student' && after.units[unit]?.kind === 'class');
    if (classes.length > 1) return 'a pupil of two classes';
  }
  return undefined;
}

function wrongAuthor(before: Registry, after: Registry, person: string): string | undefined {
  const member = before.members[person];
  const who: Standing | undefined = member && { person, ...member };
  if (may(who, 'role.set', { kind: 'org' }).ok) return undefined;
  // From here on: not an administrator. Only what belongs to a class of their own may differ.
  const leads = (unit: string | null) =>
    who !== undefined && unit !== null && dutyIn(who, unit) === 'class-teacher';
  if (!same(before.org, after.org) || !same(before.units, after.units))
    return 'the school, by no administrator';
  for (const id of keysOf(before.members, after.members)) {
    const [was, is] = [before.members[id], after.members[id]];
    if (same(was, is)) continue;
    if (!was || !is || was.role !== is.role) return 'who is what, by no administrator';
    if (id === person) return 'one’s own duties';
    for (const unit of keysOf(was.duties, is.duties)) {
      const [from, to] = [was.duties[unit], is.duties[unit]];
      if (from === to) continue;
      if (!leads(unit)) return 'a duty in another’s class';
      if (![from, to].every((duty) => duty === undefined || duty === was.role))
        return 'a duty of another role';
      if (was.role !== 'student' && was.role !== 'parent') return 'a duty of staff';
    }
  }
  return wrongChats(before, after, leads);
}

function wrongChats(
  before: Registry,
  after: Registry,
  leads: (unit: string | null) => boolean,
): string | undefined {
  for (const id of keysOf(before.chats, after.chats)) {
    const [was, is] = [before.chats[id], after.chats[id]];
    if (same(was, is)) continue;
    if (!was || !is || !leads(was.unit)) return 'a chat of others';
    const { matrix: from, hidesHistory: _hid, ...rest } = was;
    const { matrix: to, hidesHistory: _hides, ...now } = is;
    if (!same(rest, now)) return 'who is in a chat, by no administrator';
    for (const key of MATRIX_KEYS)
      if (from[key] !== to[key] && ![from[key], to[key]].every((group) => OF_LEADS[key]?.includes(group)))
        return 'a right that is not theirs to move';
  }
  return undefined;
}

function keysOf(...tables: object[]): Set<string> {
  return new Set(tables.flatMap((table) => Object.keys(table)));
}

/** Equality of plain JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)));
}
