import type { Op } from './op.ts';
import type { PolicyContext, Ruling } from './policy.ts';

/** Documents whose updates are judged by ops. */
export type JudgedKind = 'feed' | 'pins' | 'paper' | 'me';

/** Judges all ops of one update by the policy of its kind of document: one bad act refuses the whole. Never throws. */
export function judgeOps(_kind: JudgedKind, _ops: readonly Op[], _ctx: PolicyContext): Ruling {
  throw new Error('not written yet');
}
