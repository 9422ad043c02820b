/**
 * Whether plain JSON is an entry of a registry: exactly the keys of shape.ts, known words, bounded texts and
 * counts. Readers answer undefined for anything else and never throw.
 */

import { LIMITS } from '../school/limits.ts';
import { GROUPS, MATRIX_KEYS, type Matrix } from '../school/may.ts';
import { DUTIES, type Duty, ROLES, type Role } from '../school/roles.ts';
import { type ChatEntry, type Member, REGISTRY_SCHEMA, type Registry, type Unit } from './shape.ts';

export const REGISTRY_LIMITS = {
  members: 20_000,
  units: 1_000,
  chats: 40_000,
  dutiesPerMember: 64,
  peoplePerChat: 2_000,
} as const;

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;
const CONTROL = /\p{Cc}/u;
const UNIT_KINDS: readonly string[] = ['class', 'staff-room', 'department'] satisfies Unit['kind'][];
const AUDIENCE: ReadonlySet<string> = new Set([...DUTIES, ...ROLES]);

const CHAT_KEYS = ['title', 'unit', 'audience', 'people', 'matrix'] as const;

type Plain = Readonly<Record<string, unknown>>;

/** An id of a person, unit or chat. Names that JavaScript objects inherit are none. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && !(value in Object.prototype);
}

export function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}

export function isDuty(value: unknown): value is Duty {
  return (DUTIES as readonly unknown[]).includes(value);
}

/** A person's entry. A pupil belongs to one class at most. */
export function readMember(value: unknown): Member | undefined {
  if (!hasExactly(value, ['role', 'duties']) || !isRole(value.role) || !isPlain(value.duties))
    return undefined;
  const duties = Object.entries(value.duties);
  if (duties.length > REGISTRY_LIMITS.dutiesPerMember) return undefined;
  if (!duties.every(([unit, duty]) => isId(unit) && isDuty(duty))) return undefined;
  return { role: value.role, duties: value.duties as Record<string, Duty> };
}

export function readUnit(value: unknown): Unit | undefined {
  if (!hasExactly(value, ['kind', 'title']) || !UNIT_KINDS.includes(value.kind as string)) return undefined;
  return isTitle(value.title) ? { kind: value.kind as Unit['kind'], title: value.title } : undefined;
}

export function readChat(value: unknown): ChatEntry | undefined {
  const hides = isPlain(value) && Object.hasOwn(value, 'hidesHistory');
  if (!hasExactly(value, hides ? [...CHAT_KEYS, 'hidesHistory'] : CHAT_KEYS)) return undefined;
  if (hides && value.hidesHistory !== true) return undefined;
  const { title, unit, audience, people } = value;
  const matrix = readMatrix(value.matrix);
  if (!matrix || (title !== '' && !isTitle(title)) || (unit !== null && !isId(unit))) return undefined;
  if (!isSet(audience, (key) => AUDIENCE.has(key), AUDIENCE.size)) return undefined;
  if (!isSet(people, isId, REGISTRY_LIMITS.peoplePerChat)) return undefined;
  const entry = { title, unit, audience, people, matrix };
  return hides ? { ...entry, hidesHistory: true } : entry;
}

export function readMatrix(value: unknown): Matrix | undefined {
  if (!hasExactly(value, MATRIX_KEYS)) return undefined;
  return MATRIX_KEYS.every((key) => (GROUPS as readonly unknown[]).includes(value[key]))
    ? (value as unknown as Matrix)
    : undefined;
}

export function readOrg(value: unknown): Registry['org'] | undefined {
  if (!hasExactly(value, ['id', 'title']) || !isId(value.id) || !isTitle(value.title)) return undefined;
  return { id: value.id, title: value.title };
}

/** The whole registry, for one that comes from elsewhere (a seed, an import). */
export function readRegistry(value: unknown): Registry | undefined {
  if (!hasExactly(value, ['schema', 'org', 'units', 'members', 'chats']) || value.schema !== REGISTRY_SCHEMA)
    return undefined;
  const { units, members, chats } = value;
  if (!readOrg(value.org)) return undefined;
  const whole =
    isTable(units, readUnit, REGISTRY_LIMITS.units) &&
    isTable(members, readMember, REGISTRY_LIMITS.members) &&
    isTable(chats, readChat, REGISTRY_LIMITS.chats);
  return whole ? (value as unknown as Registry) : undefined;
}

function isTable(value: unknown, read: (entry: unknown) => unknown, max: number): value is Plain {
  if (!isPlain(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= max && entries.every(([id, entry]) => isId(id) && read(entry) !== undefined);
}

function isSet(value: unknown, key: (key: string) => boolean, max: number): value is Record<string, true> {
  if (!isPlain(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= max && entries.every(([name, flag]) => flag === true && key(name));
}

function isTitle(value: unknown): value is string {
  if (typeof value !== 'string' || value.trim() === '' || CONTROL.test(value)) return false;
  return value.length <= LIMITS.titleCharsMax;
}

function hasExactly(value: unknown, keys: readonly string[]): value is Plain {
  return (
    isPlain(value) &&
    Object.keys(value).length === keys.length &&
    keys.every((key) => Object.hasOwn(value, key))
  );
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
