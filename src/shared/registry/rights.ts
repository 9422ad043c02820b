/**
 * What may be changed in the school and by whom, beyond `may()`: how far a class teacher goes in their own class. The
 * relay judges changes by it, and the app offers nothing else.
 */
import {
  GROUPS,
  type Group,
  MATRIX_KEYS,
  type Matrix,
  may,
  type Place,
  type Verdict,
} from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import type { Duty, Role, Standing } from '../school/roles.ts';

export interface DutyChange {
  /** Whose duty, and the role that they have in the school. */
  person: string;
  role: Role;
  unit: string;
  /** Undefined: none in the unit. */
  from: Duty | undefined;
  to: Duty | undefined;
}

export interface RightsChange {
  /** The unit that the chat belongs to; null for a chat of the whole school or of people by name. */
  unit: string | null;
  from: Matrix;
  to: Matrix;
}

/** Duties that a class teacher gives and takes, each to those whose role in the school it is. */
export const DUTIES_OF_LEADS = ['student', 'parent'] as const satisfies readonly (Duty & Role)[];

/**
 * Groups between which a class teacher moves a right in the chats of their class. What stands elsewhere was decided by
 * an administrator and stays; moderation is never a pupil's.
 */
const GROUPS_OF_LEADS: Readonly<Record<keyof Matrix, readonly Group[]>> = {
  write: ['everyone', 'staff', 'leads'],
  react: ['everyone', 'staff', 'leads', 'nobody'],
  pin: ['everyone', 'staff', 'leads'],
  moderate: ['staff', 'leads'],
  papers: ['everyone', 'staff', 'leads', 'nobody'],
};

/** Whether a person may give or take a duty. Never throws. */
export function maySetDuty(who: Standing | undefined, { person, role, unit, from, to }: DutyChange): Verdict {
  const verdict = may(who, 'duty.set', { kind: 'unit', unit });
  if (!who || !verdict.ok || who.role === 'admin') return verdict;
  const theirs = (duty: Duty | undefined) => duty === undefined || duty === role;
  const ofAPupilOrParent = (DUTIES_OF_LEADS as readonly Role[]).includes(role);
  return person !== who.person && ofAPupilOrParent && theirs(from) && theirs(to)
    ? verdict
    : no('own-class-only');
}

/** Whether a person may change the rights of a chat from one matrix to the other. Never throws. */
export function maySetMatrix(who: Standing | undefined, { unit, from, to }: RightsChange): Verdict {
  const verdict = maySetHistory(who, unit);
  if (!who || !verdict.ok || who.role === 'admin') return verdict;
  const within = MATRIX_KEYS.every(
    (key) =>
      from[key] === to[key] ||
      (GROUPS_OF_LEADS[key].includes(from[key]) && GROUPS_OF_LEADS[key].includes(to[key])),
  );
  return within ? verdict : no('admins-only');
}

/** Whether a person may set what newcomers of a chat read of what was written before. Never throws. */
export function maySetHistory(who: Standing | undefined, unit: string | null): Verdict {
  const place: Place = unit === null ? { kind: 'org' } : { kind: 'unit', unit };
  return may(who, 'matrix.set', place);
}

/** The groups that a person may give a right to, from where it stands now; empty: not theirs to change. */
export function groupsFor(
  who: Standing | undefined,
  unit: string | null,
  key: keyof Matrix,
  from: Matrix,
): Group[] {
  const groups = GROUPS.filter(
    (group) => maySetMatrix(who, { unit, from, to: { ...from, [key]: group } }).ok,
  );
  return groups.some((group) => group !== from[key]) ? groups : [];
}

const no = (code: RefusalCode): Verdict => ({ ok: false, code });
