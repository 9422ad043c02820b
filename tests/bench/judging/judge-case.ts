import type { BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';
import { measurePairs, ratiosTo } from './paired.ts';
import type { WorkloadName } from './workloads.ts';

export interface Judging {
  readonly id: string;
  readonly what: string;
  readonly workload: WorkloadName;
  readonly ratioMax: number;
}

const PLAIN = 'Y.applyUpdate';
/** What a relay built on Yjs pays, the peers too: for comparison, no goal. */
const RELAYING = 'Y.applyUpdate, update event heard';
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
      const { plain, relaying, judged } = pairs.took;
      return [
        rowOf(
          { id: it.id, what: `${it.what}, paired ratio`, unit: `× ${PLAIN}` },
          { [OURS]: ratiosTo('plain', pairs), [PLAIN]: [1] },
          { ratioTo: PLAIN, max: it.ratioMax },
          remarks,
        ),
        rowOf(
          { id: `${it.id}/relaying`, what: `${it.what}, paired ratio`, unit: `× ${RELAYING}` },
          { [OURS]: ratiosTo('relaying', pairs), [RELAYING]: [1] },
        ),
        rowOf(
          { id: `${it.id}/time`, what: it.what, unit: 'µs per update' },
          { [OURS]: judged, [PLAIN]: plain, [RELAYING]: relaying },
        ),
      ];
    },
  };
}
