/** What a person keeps for themself: nobody else's business, and small. */
import type { Json, Op } from '../ops/op.ts';
import { type ActDone, NO_EFFECTS, type PolicyContext, type Ruling, refuse } from '../ops/policy.ts';
import { LIMITS } from '../school/limits.ts';
import { may } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { ME_ROOTS } from './shape.ts';

/** Bounds of a person's own settings; drafts are as long as messages. */
export const ME_LIMITS = { keysMax: 3_000, keyCharsMax: 64, settingCharsMax: 1_024 } as const;

const KEY = /^[A-Za-z0-9_.:/-]+$/;

export function mePolicy(ops: readonly Op[], ctx: PolicyContext): Ruling {
  const verdict = may(ctx.who, 'me.write', ctx.place);
  if (!verdict.ok) return verdict;
  const acts: ActDone[] = [];
  const added = new Map<string, number>();
  let clears = false;
  for (const op of ops) {
    if (op.op !== 'map.set' && op.op !== 'map.delete' && op.op !== 'map.blank') return refuse('not-allowed');
    if (!(ME_ROOTS as readonly string[]).includes(op.root)) return refuse('not-allowed');
    if (op.key.length > ME_LIMITS.keyCharsMax || !KEY.test(op.key)) return refuse('bad-value');
    if (op.op === 'map.delete' ? !op.current : !op.chained) return refuse('stale');
    if (op.op === 'map.set') {
      const code = valueFault(op.root, op.value);
      if (code) return refuse(code);
      if (!op.prior) added.set(op.root, (added.get(op.root) ?? 0) + 1);
      clears ||= op.prior !== undefined;
    } else if (op.op === 'map.delete') {
      clears = true;
      added.set(op.root, (added.get(op.root) ?? 0) - 1);
    }
    acts.push({ act: 'me.write', target: op.key });
  }
  for (const [root, more] of added)
    if (more > 0 && count(ctx, root) + more > ME_LIMITS.keysMax) return refuse('too-many');
  return { ok: true, acts, effects: clears ? { ...NO_EFFECTS, clears } : NO_EFFECTS };
}

function valueFault(root: string, value: Json): RefusalCode | undefined {
  if (root === 'settings')
    return JSON.stringify(value).length > ME_LIMITS.settingCharsMax ? 'too-long' : undefined;
  if (typeof value !== 'string') return 'bad-value';
  return value.length > LIMITS.messageCharsMax ? 'too-long' : undefined;
}

function count(ctx: PolicyContext, root: string): number {
  let size = 0;
  for (const _ of ctx.keys(root)) size++;
  return size;
}
