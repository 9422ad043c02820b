// Whatever bytes arrive within the size cap, the relay is busy with them for no longer than a frame of an animation.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { HostileAnswer } from '../judging/hostile-worker.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { type MeasuredRow, OURS, rowOf } from '../support/row.ts';

const HOSTILE_MS_MAX = 20;
const REPETITIONS = { full: 5, quick: 1 };
/** A shape that takes longer has hung the relay. */
const HANG_MS = 5_000;
const SLOWEST_SHOWN = 3;

export const judgeHostile: BenchCase = {
  id: 'judge-hostile',
  needsPeers: false,
  budgetSeconds: { full: 120, quick: 40 },
  async run(bench) {
    const { took, remarks } = await takeAll(bench);
    took.sort((a, b) => b.ms - a.ms);
    const slowest = took[0];
    const shown = took
      .slice(0, SLOWEST_SHOWN)
      .map((it) => `${it.ms.toFixed(1)} ms: ${it.name} (${it.outcome})`);
    const measured = slowest && remarks.length === 0 ? [slowest.ms] : [];
    const text = { id: 'judge-hostile', what: `the slowest of ${took.length} hostile updates`, unit: 'ms' };
    return [
      rowOf(text, { [OURS]: measured }, { ratioTo: null, max: HOSTILE_MS_MAX }, [...remarks, ...shown]),
    ];
  },
};

type Took = Extract<HostileAnswer, { at: 'took' }>;

async function takeAll(bench: Bench): Promise<{ took: Took[]; remarks: MeasuredRow['remarks'] }> {
  const repetitions = String(REPETITIONS[bench.quick ? 'quick' : 'full']);
  const child = fork(new URL('../judging/hostile-worker.ts', import.meta.url), [repetitions]);
  const took: Took[] = [];
  const failures: string[] = [];
  let current = 'start';
  let hang: NodeJS.Timeout | undefined;
  child.on('message', (message) => {
    const answer = message as HostileAnswer;
    clearTimeout(hang);
    if (answer.at === 'shape') current = answer.name;
    if (answer.at === 'took') took.push(answer);
    if (answer.at === 'failed') failures.push(`${answer.name}: ${answer.why}`);
    if (answer.at === 'end') current = 'end';
    hang = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  });
  await once(child, 'exit');
  clearTimeout(hang);
  if (current !== 'end') failures.push(`did not come back from: ${current}`);
  const different = new Set(failures.map((each) => each.slice(each.lastIndexOf(': ') + 2)));
  return { took, remarks: different.size === 1 && failures.length > 1 ? [...different] : failures };
}
