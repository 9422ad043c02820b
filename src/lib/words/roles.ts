/** Roles, duties and groups as small words. */
import { m } from '#lib/paraglide/messages.js';
import type { Unit } from '#shared/registry/shape.ts';
import type { Group, Matrix } from '#shared/school/may.ts';
import { type Duty, dutyIn, type Role, type Standing } from '#shared/school/roles.ts';

const ROLE_WORDS: Readonly<Record<Role, () => string>> = {
  admin: m.role_admin,
  teacher: m.role_teacher,
  staff: m.role_staff,
  student: m.role_student,
  parent: m.role_parent,
};
const DUTY_WORDS: Readonly<Record<Duty, () => string>> = {
  'class-teacher': m.duty_class_teacher,
  teacher: m.role_teacher,
  student: m.role_student,
  parent: m.role_parent,
  member: m.duty_member,
};
const GROUP_WORDS: Readonly<Record<Group, () => string>> = {
  everyone: m.group_everyone,
  staff: m.group_staff,
  leads: m.group_leads,
  admins: m.group_admins,
  nobody: m.group_nobody,
};
const MATRIX_WORDS: Readonly<Record<keyof Matrix, () => string>> = {
  write: m.matrix_write,
  react: m.matrix_react,
  pin: m.matrix_pin,
  moderate: m.matrix_moderate,
  papers: m.matrix_papers,
};

export const roleWord = (role: Role): string => ROLE_WORDS[role]();
export const dutyWord = (duty: Duty): string => DUTY_WORDS[duty]();
/** Whether a class teacher leads in a unit; null is the whole school. */
export function isClass(
  unit: string | null | undefined,
  units: Readonly<Record<string, Unit>> = {},
): boolean {
  return unit != null && units[unit]?.kind === 'class';
}

/** Of a chat; where it belongs to no class nobody is named who is not there. */
export function groupWord(group: Group, ofClass: boolean): string {
  return GROUP_WORDS[group === 'leads' && !ofClass ? 'admins' : group]();
}
export const matrixWord = (key: keyof Matrix): string => MATRIX_WORDS[key]();

/** «классный руководитель» in the unit of the chat, else the role, with the class for a parent: «родитель 5А». */
export function standingWord(
  who: Standing,
  unit: string | null,
  units: Readonly<Record<string, Unit>>,
): string {
  const duty = unit === null ? undefined : dutyIn(who, unit);
  // «участник» of a department says nothing that its list of members does not.
  if (duty && duty !== 'member') return dutyWord(duty);
  if (who.role !== 'parent' && who.role !== 'student') return roleWord(who.role);
  const classes = Object.keys(who.duties).flatMap((id) =>
    isClass(id, units) && dutyIn(who, id) ? [units[id]?.title] : [],
  );
  const role = roleWord(who.role);
  return classes[0] === undefined ? role : m.role_of_class({ role, unit: classes[0] });
}
