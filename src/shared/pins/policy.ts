/** Who may pin what: ids of messages only, each under its own key. */
import { leaseOfId } from '../feed/shape.ts';
import type { Json, Op } from '../ops/op.ts';
import { type ActDone, NO_EFFECTS, type PolicyContext, type Ruling, refuse } from '../ops/policy.ts';
import { hasOnly, isObject, isTime } from '../ops/values.ts';
import { LIMITS } from '../school/limits.ts';
import { may } from '../school/may.ts';

export function pinsPolicy(ops: readonly Op[], ctx: PolicyContext): Ruling {
  const verdict = may(ctx.who, 'pin.set', ctx.place);
  if (!verdict.ok) return verdict;
  const person = ctx.who?.person;
  const acts: ActDone[] = [];
  let added = 0;
  for (const op of ops) {
    if (op.op !== 'map.set' && op.op !== 'map.delete' && op.op !== 'map.blank') return refuse('not-allowed');
    if (op.root !== 'pins') return refuse('not-allowed');
    if (leaseOfId(op.key) === undefined) return refuse('bad-value');
    if (op.op === 'map.delete' ? !op.current : !op.chained) return refuse('stale');
    if (op.op === 'map.set') {
      if (!isPinOf(op.value, person)) return refuse('bad-value');
      if (!op.prior) added++;
    } else if (op.op === 'map.delete') added--;
    acts.push({ act: 'pin.set', target: op.key });
  }
  if (added > 0 && count(ctx) + added > LIMITS.pinsMax) return refuse('too-many-pins');
  return { ok: true, acts, effects: NO_EFFECTS };
}

function isPinOf(value: Json, person: string | undefined): boolean {
  return isObject(value) && hasOnly(value, ['by', 'at']) && value.by === person && isTime(value.at);
}

function count(ctx: PolicyContext): number {
  let size = 0;
  for (const _ of ctx.keys('pins')) size++;
  return size;
}
