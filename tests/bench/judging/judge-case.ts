import type { BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';
import { measurePairs } from './paired.ts';
import type { WorkloadName } from './workloads.ts';

export interface Judging {
  readonly id: string;
  readonly what: string;
  readonly workload: WorkloadName;
  readonly ratioMax: number;
}

const PLAIN = 'Y.applyUpdate';
const PAIRS = { full: 25, quick: 15 };

/** The whole cost of taking an update, beside applying it unjudged. */
export function judgeCase(it: Judging): BenchCase {
  return {
    id: it.id,
    needsPeers: false,
    budgetSeconds: { full: 60, quick: 20 },
    async run(bench) {
      const pairs = await measurePairs(it.workload, PAIRS[bench.quick ? 'quick' : 'full']);
      const remarks = pairs.failed ? [pairs.failed] : [];
      return [
        rowOf(
          { id: it.id, what: `${it.what}, paired ratio`, unit: `× ${PLAIN}` },
          { [OURS]: pairs.ratios, [PLAIN]: [1] },
          { ratioTo: PLAIN, max: it.ratioMax },
          remarks,
        ),
        rowOf(
          { id: `${it.id}/time`, what: it.what, unit: 'µs per update' },
          { [OURS]: pairs.judgedMicroseconds, [PLAIN]: pairs.plainMicroseconds },
        ),
      ];
    },
  };
}
