/**
 * Who may do what in a segment of a chat. Messages are written once; edits, reactions and papers stand beside them
 * under keys that name their owner. An act counts only on the present state (`stale` otherwise).
 */
import type { Op, Prior } from '../ops/op.ts';
import { type PolicyContext, type Ruling, refuse } from '../ops/policy.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { Draft } from './draft.ts';
import { isEmoji } from './emoji.ts';
import { leaseOfId, splitKey } from './shape.ts';
import { authorOf, editFault, messageFault, type PaperFields, paperFault } from './values.ts';

type MapOp = Extract<Op, { root: string; key: string }>;
type SetOp = Extract<Op, { op: 'map.set' }>;

export function feedPolicy(ops: readonly Op[], ctx: PolicyContext): Ruling {
  const draft = new Draft(ctx);
  for (const op of ops) {
    if (op.op !== 'map.set' && op.op !== 'map.delete' && op.op !== 'map.blank') return refuse('not-allowed');
    const code = ruleOn(op, draft);
    if (code) return refuse(code);
  }
  const code = draft.unfinished();
  return code ? refuse(code) : { ok: true, acts: draft.acts, effects: draft.effects() };
}

function ruleOn(op: MapOp, draft: Draft): RefusalCode | undefined {
  switch (op.root) {
    case 'messages':
      return onMessage(op, draft);
    case 'edits':
      return onEdit(op, draft);
    case 'reactions':
      return onReaction(op, draft);
    case 'papers':
      return onPaper(op, draft);
    default:
      return 'not-allowed';
  }
}

function onMessage(op: MapOp, draft: Draft): RefusalCode | undefined {
  if (op.op === 'map.delete') {
    const isOwn = authorOf(op.prior.value) === draft.person;
    return (
      draft.may(isOwn ? 'message.delete' : 'message.moderate', op.key) ??
      (op.current ? draft.dropMessage(op.key) : 'stale')
    );
  }
  const code = draft.may('message.create', op.key) ?? ownId(op.key, draft);
  if (code) return code;
  if (!draft.open) return 'segment-closed';
  if (op.op === 'map.blank') return op.chained ? undefined : 'stale';
  return onceOnly(op) ?? messageFault(op.value, draft.person) ?? draft.addMessage(op.key, op.value);
}

function onEdit(op: MapOp, draft: Draft): RefusalCode | undefined {
  const key = splitKey(op.key);
  if (!key) return 'bad-value';
  if (op.op === 'map.delete') return op.current ? draft.dropEdit(op.key, key.message) : 'stale';
  const code = draft.may('message.edit', key.message) ?? ownId(key.rest, draft);
  if (code) return code;
  if (op.op === 'map.blank') return op.chained ? undefined : 'stale';
  const message = draft.message(key.message);
  if (message === undefined) return 'message-is-gone';
  if (authorOf(message) !== draft.person) return 'not-yours';
  return onceOnly(op) ?? editFault(op.value, message) ?? draft.addEdit(op.key, key.message, key.rest);
}

function onReaction(op: MapOp, draft: Draft): RefusalCode | undefined {
  const key = splitKey(op.key);
  if (!key || leaseOfId(key.message) === undefined) return 'bad-value';
  const isOwn = key.rest === draft.person;
  if (op.op === 'map.delete' && !isOwn) return op.current ? draft.dropReaction(key.message) : 'stale';
  if (!isOwn) return 'not-yours';
  // Taking one's own reaction back needs no right that setting it would.
  const code = op.op === 'map.delete' ? draft.may('chat.read', op.key) : draft.may('reaction.set', op.key);
  if (code) return code;
  if (op.op === 'map.delete' ? !op.current : !op.chained) return 'stale';
  if (op.op !== 'map.set') return undefined;
  if (draft.message(key.message) === undefined) return 'message-is-gone';
  return typeof op.value === 'string' && isEmoji(op.value) ? undefined : 'bad-value';
}

function onPaper(op: MapOp, draft: Draft): RefusalCode | undefined {
  if (op.op !== 'map.set') return 'not-allowed';
  return op.prior ? onRights(op, op.prior, draft) : onNewPaper(op, draft);
}

function onNewPaper(op: SetOp, draft: Draft): RefusalCode | undefined {
  const code = draft.may('paper.create', op.key) ?? ownId(op.key, draft);
  if (code) return code;
  if (!draft.open) return 'segment-closed';
  if (draft.paperExists(op.key)) return 'not-allowed';
  const fault = onceOnly(op) ?? paperFault(op.value);
  if (fault) return fault;
  const paper = op.value as unknown as PaperFields;
  return paper.by === draft.person ? draft.addPaper(op.key, paper) : 'not-yours';
}

/** Title and rights change; the owner never does. */
function onRights(op: SetOp, prior: Prior, draft: Draft): RefusalCode | undefined {
  const was = prior.value as unknown as PaperFields;
  const code = draft.mayShare(op.key, was);
  if (code) return code;
  if (!op.chained) return 'stale';
  const fault = paperFault(op.value);
  if (fault) return fault;
  const paper = op.value as unknown as PaperFields;
  return paper.by === was.by ? draft.changePaper(op.key, paper) : 'not-allowed';
}

/** An id begins with a lease of its author: nobody can take another's, or make one look like another's. */
function ownId(id: string, draft: Draft): RefusalCode | undefined {
  const lease = leaseOfId(id);
  if (lease === undefined) return 'bad-value';
  return draft.owns(lease) ? undefined : 'not-yours';
}

/** A key that ever held something stays what it was: no overwriting, no coming back from deletion. */
function onceOnly(op: {
  prior: Prior | undefined;
  fresh: boolean;
  chained: boolean;
}): RefusalCode | undefined {
  if (op.prior || !op.fresh) return 'not-allowed';
  return op.chained ? undefined : 'stale';
}
