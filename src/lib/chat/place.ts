import type { ChatEntry } from '#shared/registry/shape.ts';
import type { ChatPlace } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';

/** A chat of the projection as the rules ask for it. */
export function placeOf(entry: ChatEntry): ChatPlace {
  return {
    kind: 'chat',
    unit: entry.unit,
    audience: Object.keys(entry.audience) as (Duty | Role)[],
    people: entry.people,
    matrix: entry.matrix,
  };
}
