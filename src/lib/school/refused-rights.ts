/** What someone wanted to change in the school and what stands now, side by side: enough to decide anew. */

import { m } from '#lib/paraglide/messages.js';
import type { Intent, RefusedDraft } from '#lib/replica/types.ts';
import { dutyWord, groupWord, isClass, matrixWord, roleWord } from '#lib/words/roles.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { MATRIX_KEYS, type Matrix } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';

export interface WantedRight {
  /** Whose role, or which right: «Закреплять сообщения». */
  about: string;
  wanted: string;
  /** What counts now; it may be the same by another's hand. */
  present: string;
}

type DutyIntent = Extract<Intent, { act: 'duty.set' }>;
type RoleIntent = Extract<RefusedDraft['intent'], { act: 'role.set' }>;
type HistoryIntent = Extract<RefusedDraft['intent'], { act: 'history.set' }>;
type MatrixIntent = Extract<RefusedDraft['intent'], { act: 'matrix.set' }>;

export function wantedRole({ to }: RoleIntent, name: string, present: Role): WantedRight[] {
  return [{ about: name, wanted: roleWord(to), present: roleWord(present) }];
}

export function wantedDuty(intent: DutyIntent, name: string, present: Duty | undefined): WantedRight[] {
  return [{ about: name, wanted: dutyOrNone(intent.to), present: dutyOrNone(present) }];
}

/** Undefined: none in the unit. */
export function dutyOrNone(duty: Duty | undefined): string {
  return duty === undefined ? m.duty_none() : dutyWord(duty);
}

/** The whole act in the school's words, line by line; undefined for what is no change of the school. */
export function changeOf(intent: Intent, projection: Projection | undefined): string[] | undefined {
  const { people = {}, chats = {}, governed = {}, units = {} } = projection ?? {};
  if (intent.act === 'role.set') {
    const name = people[intent.person]?.name || m.someone();
    return [m.refused_role({ name, from: roleWord(intent.from), to: roleWord(intent.to) })];
  }
  if (intent.act === 'duty.set') {
    const name = people[intent.person]?.name || m.someone();
    const unit = units[intent.unit]?.title ?? intent.unit;
    return [m.refused_duty({ unit, name, from: dutyOrNone(intent.from), to: dutyOrNone(intent.to) })];
  }
  if (intent.act !== 'matrix.set' && intent.act !== 'history.set') return undefined;
  const entry = chats[intent.chat] ?? governed[intent.chat];
  const chat = entry?.title || m.chat_untitled();
  const ofClass = isClass(entry?.unit, units);
  if (intent.act === 'history.set') return [`${chat}: ${historyWord(intent.to)}`];
  return touched(intent).map((key) => {
    const [from, to] = [groupWord(intent.from[key], ofClass), groupWord(intent.to[key], ofClass)];
    return m.refused_matrix({ chat, right: matrixWord(key), from, to });
  });
}

function historyWord(hides: boolean): string {
  return hides ? m.history_hidden() : m.history_open();
}

export function wantedHistory({ to }: HistoryIntent, present: boolean): WantedRight[] {
  return [{ about: m.history_title(), wanted: historyWord(to), present: historyWord(present) }];
}

/** Only the rights that this change was about, not the rest of the matrix. */
export function wantedRights(intent: MatrixIntent, present: Matrix, ofClass: boolean): WantedRight[] {
  return touched(intent).map((key) => ({
    about: matrixWord(key),
    wanted: groupWord(intent.to[key], ofClass),
    present: groupWord(present[key], ofClass),
  }));
}

/** The same change on what stands now: what others changed meanwhile stays. */
export function matrixAgain(intent: MatrixIntent, present: Matrix): Matrix {
  return { ...present, ...Object.fromEntries(touched(intent).map((key) => [key, intent.to[key]])) };
}

function touched({ from, to }: MatrixIntent): (keyof Matrix)[] {
  return MATRIX_KEYS.filter((key) => from[key] !== to[key]);
}
