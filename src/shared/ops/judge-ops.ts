import { feedPolicy } from '../feed/policy.ts';
import { mePolicy } from '../me/policy.ts';
import { paperPolicy } from '../papers/policy.ts';
import { pinsPolicy } from '../pins/policy.ts';
import type { Op } from './op.ts';
import type { PolicyContext, Ruling } from './policy.ts';

/** Documents whose updates are judged by ops. */
export type JudgedKind = 'feed' | 'pins' | 'paper' | 'me';

const POLICIES: Readonly<Record<JudgedKind, (ops: readonly Op[], ctx: PolicyContext) => Ruling>> = {
  feed: feedPolicy,
  pins: pinsPolicy,
  paper: paperPolicy,
  me: mePolicy,
};

/** Judges all ops of one update by the policy of its kind of document: one bad act refuses the whole. Never throws. */
export function judgeOps(kind: JudgedKind, ops: readonly Op[], ctx: PolicyContext): Ruling {
  return POLICIES[kind](ops, ctx);
}
