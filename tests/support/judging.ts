/** Judges one update the way a room does: bytes, then policy, then applying. */
import type * as Y from 'yjs';
import { applyExamined } from '#server/judge/apply.ts';
import { examine } from '#server/judge/examine.ts';
import { readKey, readKeys } from '#server/judge/reading.ts';
import type { DocShape } from '#server/judge/shape.ts';
import type { DiedText, Hand } from '#server/judge/verdict.ts';
import { type JudgedKind, judgeOps } from '#shared/ops/judge-ops.ts';
import type { Op } from '#shared/ops/op.ts';
import type { Effects, PolicyContext } from '#shared/ops/policy.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import type { Place } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';

export type Judged =
  | { ok: true; known: boolean; ops: Op[]; effects: Effects; died: DiedText[]; update: Uint8Array }
  | { ok: false; code: string; says: string };

export interface Sender {
  who: Standing | undefined;
  place: Place;
  hand: Hand;
  owns(lease: number): boolean;
  open?: boolean;
  paperExists?(id: string): boolean;
}

export function contextOf(doc: Y.Doc, sender: Sender): PolicyContext {
  return {
    who: sender.who,
    place: sender.place,
    owns: sender.owns,
    read: (root, key) => readKey(doc, root, key),
    keys: (root) => readKeys(doc, root),
    paperExists: sender.paperExists ?? (() => false),
    open: sender.open ?? true,
  };
}

export function judge(
  doc: Y.Doc,
  kind: JudgedKind,
  bytes: Uint8Array,
  sender: Sender,
  shape: DocShape = SHAPES[kind],
): Judged {
  const examined = examine(doc, shape, bytes, sender.hand);
  if (!examined.ok) return examined;
  const none = { places: [], gone: [], papers: [] };
  if (examined.known) return { ok: true, known: true, ops: [], effects: none, died: [], update: bytes };
  const ruling = judgeOps(kind, examined.ops, contextOf(doc, sender));
  if (!ruling.ok) return { ok: false, code: ruling.code, says: 'policy' };
  const applied = applyExamined(doc, examined);
  if (!applied.ok) throw new Error(`broken: ${applied.says}`);
  const { died, update } = applied;
  return { ok: true, known: false, ops: examined.ops, effects: ruling.effects, died, update };
}
