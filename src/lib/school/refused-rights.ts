/** What an administrator wanted and what stands now, side by side: enough to decide anew. */
import type { RefusedDraft } from '#lib/replica/types.ts';
import { groupWord, matrixWord, roleWord } from '#lib/words/roles.ts';
import { MATRIX_KEYS, type Matrix } from '#shared/school/may.ts';
import type { Role } from '#shared/school/roles.ts';

export interface WantedRight {
  /** Whose role, or which right: «Закреплять сообщения». */
  about: string;
  wanted: string;
  /** What counts now; it may be the same by another's hand. */
  present: string;
}

type RoleIntent = Extract<RefusedDraft['intent'], { act: 'role.set' }>;
type MatrixIntent = Extract<RefusedDraft['intent'], { act: 'matrix.set' }>;

export function wantedRole({ to }: RoleIntent, name: string, present: Role): WantedRight[] {
  return [{ about: name, wanted: roleWord(to), present: roleWord(present) }];
}

/** Only the rights that this change was about, not the rest of the matrix. */
export function wantedRights(intent: MatrixIntent, present: Matrix): WantedRight[] {
  return touched(intent).map((key) => ({
    about: matrixWord(key),
    wanted: groupWord(intent.to[key]),
    present: groupWord(present[key]),
  }));
}

/** The same change on what stands now: what others changed meanwhile stays. */
export function matrixAgain(intent: MatrixIntent, present: Matrix): Matrix {
  return { ...present, ...Object.fromEntries(touched(intent).map((key) => [key, intent.to[key]])) };
}

function touched({ from, to }: MatrixIntent): (keyof Matrix)[] {
  return MATRIX_KEYS.filter((key) => from[key] !== to[key]);
}
