/** Who a person is in one school: one role, and a duty in each unit (class, staff room, department). */

export const ROLES = ['admin', 'teacher', 'staff', 'student', 'parent'] as const;
export type Role = (typeof ROLES)[number];

export const DUTIES = ['class-teacher', 'teacher', 'student', 'parent', 'member'] as const;
export type Duty = (typeof DUTIES)[number];

/** A person as the rules see them: from the registry on the relay, from the projection on a device. */
export interface Standing {
  person: string;
  role: Role;
  /** Unit id → duty in it. */
  duties: Readonly<Record<string, Duty>>;
}

export function isStaff(role: Role): boolean {
  return role === 'admin' || role === 'teacher' || role === 'staff';
}

/** The duty that counts: one that the role no longer allows is void, so a demotion needs no clean-up. */
export function dutyIn(who: Standing, unit: string): Duty | undefined {
  const duty = Object.hasOwn(who.duties, unit) ? who.duties[unit] : undefined;
  return duty !== undefined && FITS[duty].includes(who.role) ? duty : undefined;
}

const FITS: Readonly<Record<Duty, readonly Role[]>> = {
  'class-teacher': ['teacher', 'admin'],
  teacher: ['teacher', 'admin'],
  student: ['student'],
  parent: ['parent', 'teacher', 'staff', 'admin'],
  member: ['admin', 'teacher', 'staff'],
};
