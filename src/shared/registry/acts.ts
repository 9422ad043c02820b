/** What a change of the registry does, in the school's words, and whether the person who made it may. */
import { MATRIX_KEYS, type Matrix, may, type OrgPlace, type Verdict } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import type { Duty, Role, Standing } from '../school/roles.ts';
import { maySetDuty, maySetHistory, maySetMatrix } from './rights.ts';
import type { Member, Registry } from './shape.ts';

export type RegistryAct =
  | { act: 'role.set'; person: string; from: Role; to: Role }
  | { act: 'duty.set'; person: string; unit: string; from: Duty | undefined; to: Duty | undefined }
  | { act: 'member.add'; person: string; role: Role }
  | { act: 'member.remove'; person: string; role: Role }
  | { act: 'matrix.set'; chat: string; from: Matrix; to: Matrix }
  | { act: 'history.set'; chat: string; to: boolean }
  | { act: 'chat.set'; chat: string; isNew: boolean }
  | { act: 'chat.remove'; chat: string }
  | { act: 'unit.set'; unit: string; isNew: boolean }
  | { act: 'unit.remove'; unit: string }
  | { act: 'org.set' };

/** An entry that a change touched. */
export type Touched = { table: 'members' | 'units' | 'chats'; id: string } | { table: 'org' };

/** Reads the acts out of two states. `touched` names every entry that may differ; those that do not yield nothing. */
export function actsBetween(before: Registry, after: Registry, touched: readonly Touched[]): RegistryAct[] {
  return touched.flatMap((entry) => {
    if (entry.table === 'org') return same(before.org, after.org) ? [] : [{ act: 'org.set' } as const];
    if (entry.table === 'members') return memberActs(entry.id, before, after);
    return entry.table === 'chats' ? chatActs(entry.id, before, after) : unitActs(entry.id, before, after);
  });
}

/**
 * Whether one change may do all its acts; the first refusal counts. `who` is the author as the registry `before`
 * shows them: a change never gives itself the right to be made.
 */
export function judgeActs(
  who: Standing | undefined,
  acts: readonly RegistryAct[],
  before: Registry,
  after: Registry,
): Verdict {
  if (acts.length === 0) return no('bad-value');
  for (const act of acts) {
    const verdict = judgeAct(who, act, before, after);
    if (!verdict.ok) return verdict;
  }
  return adminsOf(after) > 0 ? { ok: true } : no('last-admin');
}

/** The person as the rules see them; undefined for a stranger. */
export function standingIn(registry: Registry, person: string): Standing | undefined {
  if (!Object.hasOwn(registry.members, person)) return undefined;
  const { role, duties } = registry.members[person] as Member;
  return { person, role, duties };
}

function judgeAct(who: Standing | undefined, act: RegistryAct, before: Registry, after: Registry): Verdict {
  const verdict = mayMake(who, act, before);
  if (!verdict.ok) return verdict;
  switch (act.act) {
    // What people wrote stands in chats, and duties point at units: closing one is its own act, not a deletion.
    case 'chat.remove':
    case 'unit.remove':
      return no('not-allowed');
    case 'org.set':
      return before.org.id === after.org.id ? verdict : no('not-allowed');
    case 'chat.set':
      return knowsUnit(after, after.chats[act.chat]?.unit ?? null) ? verdict : no('unknown-place');
    case 'unit.set':
      return becomesClass(act.unit, before, after) ? fitsPupils(act.unit, after) : verdict;
    case 'member.add':
    case 'duty.set':
      return fitsSchool(act.person, after);
    default:
      return verdict;
  }
}

/** What is given or taken is asked of the registry as it was: a change never gives itself the right to be made. */
function mayMake(who: Standing | undefined, act: RegistryAct, before: Registry): Verdict {
  if (act.act === 'matrix.set')
    return maySetMatrix(who, { ...act, unit: own(before.chats, act.chat)?.unit ?? null });
  if (act.act === 'history.set') return maySetHistory(who, own(before.chats, act.chat)?.unit ?? null);
  const member = act.act === 'duty.set' ? own(before.members, act.person) : undefined;
  if (act.act === 'duty.set' && member) return maySetDuty(who, { ...act, role: member.role });
  return may(who, 'role.set', ORG);
}

function fitsSchool(person: string, after: Registry): Verdict {
  const duties = Object.entries(after.members[person]?.duties ?? {});
  if (!duties.every(([unit]) => knowsUnit(after, unit))) return no('unknown-place');
  const classes = duties.filter(([unit, duty]) => duty === 'student' && after.units[unit]?.kind === 'class');
  return classes.length <= 1 ? { ok: true } : no('not-allowed');
}

/** Whoever learned in a unit that was no class may be of a class already. */
function fitsPupils(unit: string, after: Registry): Verdict {
  const pupils = Object.keys(after.members).filter(
    (person) => own(after.members[person]?.duties ?? {}, unit) === 'student',
  );
  return pupils.every((person) => fitsSchool(person, after).ok) ? { ok: true } : no('not-allowed');
}

function becomesClass(unit: string, before: Registry, after: Registry): boolean {
  return after.units[unit]?.kind === 'class' && own(before.units, unit)?.kind !== 'class';
}

function memberActs(person: string, before: Registry, after: Registry): RegistryAct[] {
  const was = own(before.members, person);
  const is = own(after.members, person);
  if (!was) return is ? [{ act: 'member.add', person, role: is.role }] : [];
  if (!is) return [{ act: 'member.remove', person, role: was.role }];
  const acts: RegistryAct[] = [];
  if (was.role !== is.role) acts.push({ act: 'role.set', person, from: was.role, to: is.role });
  for (const unit of new Set([...Object.keys(was.duties), ...Object.keys(is.duties)])) {
    const from = own(was.duties, unit);
    const to = own(is.duties, unit);
    if (from !== to) acts.push({ act: 'duty.set', person, unit, from, to });
  }
  return acts;
}

function chatActs(chat: string, before: Registry, after: Registry): RegistryAct[] {
  const was = own(before.chats, chat);
  const is = own(after.chats, chat);
  if (!is) return was ? [{ act: 'chat.remove', chat }] : [];
  if (!was) return [{ act: 'chat.set', chat, isNew: true }];
  const acts: RegistryAct[] = [];
  if (MATRIX_KEYS.some((key) => was.matrix[key] !== is.matrix[key]))
    acts.push({ act: 'matrix.set', chat, from: was.matrix, to: is.matrix });
  if (was.hidesHistory !== is.hidesHistory)
    acts.push({ act: 'history.set', chat, to: is.hidesHistory === true });
  const rest = [
    was.title === is.title,
    was.unit === is.unit,
    same(was.audience, is.audience),
    same(was.people, is.people),
  ];
  if (rest.includes(false)) acts.push({ act: 'chat.set', chat, isNew: false });
  return acts;
}

function unitActs(unit: string, before: Registry, after: Registry): RegistryAct[] {
  const was = own(before.units, unit);
  const is = own(after.units, unit);
  if (!is) return was ? [{ act: 'unit.remove', unit }] : [];
  return was && same(was, is) ? [] : [{ act: 'unit.set', unit, isNew: !was }];
}

function adminsOf(registry: Registry): number {
  let count = 0;
  for (const id in registry.members) if (registry.members[id]?.role === 'admin') count++;
  return count;
}

const ORG: OrgPlace = { kind: 'org' };
const no = (code: RefusalCode): Verdict => ({ ok: false, code });
const knowsUnit = (registry: Registry, unit: string | null): boolean =>
  unit === null || Object.hasOwn(registry.units, unit);

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Equality of two flat records. */
function same(a: object, b: object): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && Reflect.get(a, key) === Reflect.get(b, key));
}
