/** Who may write in a paper, and what may stand in one. What two editors do at once merges: no order is asked here. */
import type { Op } from '../ops/op.ts';
import { NO_EFFECTS, type PolicyContext, type Ruling, refuse } from '../ops/policy.ts';
import { may } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { attrFits, markFits, nodeFits } from './content.ts';
import { PAPER_SCHEMA } from './shape.ts';

export function paperPolicy(ops: readonly Op[], ctx: PolicyContext): Ruling {
  const verdict = may(ctx.who, 'paper.edit', ctx.place);
  if (!verdict.ok) return verdict;
  for (const op of ops) {
    const code = op.op.startsWith('map.') ? schemaFault(op) : contentFault(op);
    if (code) return refuse(code);
  }
  return { ok: true, acts: ops.length > 0 ? [{ act: 'paper.edit', target: '' }] : [], effects: NO_EFFECTS };
}

/** The root map says which schema the paper was made with: once, and for good. */
function schemaFault(op: Op): RefusalCode | undefined {
  if (op.op !== 'map.set' || op.root !== 'paper' || op.key !== 'schema') return 'not-allowed';
  if (op.value !== PAPER_SCHEMA) return 'bad-value';
  return op.chained && op.fresh ? undefined : 'stale';
}

function contentFault(op: Op): RefusalCode | undefined {
  switch (op.op) {
    case 'rich.node':
      return nodeFits(op.node, op.inside) ? undefined : 'bad-value';
    case 'rich.mark':
      return markFits(op.mark, op.value) ? undefined : 'bad-value';
    case 'rich.attr':
      return attrFits(op.node, op.attr, op.value) ? undefined : 'bad-value';
    case 'rich.text':
      return nodeFits('text', op.inside) ? undefined : 'bad-value';
    case 'rich.delete':
      return undefined;
    default:
      return 'not-allowed';
  }
}
