// All sides take one sample each, right after one another and in turning order; the ratio of such samples does not feel
// what the machine does over minutes. The answer is the median of the ratios.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Side, WorkerAnswer } from './worker.ts';
import type { WorkloadName } from './workloads.ts';

export interface Pairs {
  /** Microseconds per update, in the order they were taken. */
  readonly took: Readonly<Record<Side, readonly number[]>>;
  /** Why the judged side could not be measured. */
  readonly failed: string | undefined;
}

const WARM_UP_PAIRS = 4;
const NOT_STARTED: WorkerAnswer = { failed: 'the worker did not start' };

const SIDES: readonly Side[] = ['plain', 'judged', 'relaying'];

export async function measurePairs(name: WorkloadName, pairs: number): Promise<Pairs> {
  const workers = SIDES.map((side) => ({ side, child: worker(name, side) }));
  const took: Record<Side, number[]> = { plain: [], judged: [], relaying: [] };
  let failed: string | undefined;
  for (let pair = 0; pair < WARM_UP_PAIRS + pairs; pair++) {
    const turn = pair % workers.length;
    for (const { side, child } of [...workers.slice(turn), ...workers.slice(0, turn)]) {
      const answer = await ask(child);
      if ('failed' in answer) failed = answer.failed;
      else if (pair >= WARM_UP_PAIRS) took[side].push(answer.microseconds);
    }
  }
  for (const { child } of workers) if (child.connected) child.disconnect();
  return { took, failed };
}

/** The ratios of the judged samples to those that another side took in the same turn. */
export function ratiosTo(side: Side, { took }: Pairs): number[] {
  return took.judged.map((microseconds, pair) => microseconds / (took[side][pair] ?? Number.NaN));
}

function worker(name: WorkloadName, side: Side): ChildProcess {
  const child = fork(new URL('./worker.ts', import.meta.url), [name, side], { execArgv: ['--expose-gc'] });
  // A question to one that has just died: its exit is the answer.
  child.on('error', () => {});
  return child;
}

async function ask(child: ChildProcess): Promise<WorkerAnswer> {
  if (!child.connected) return NOT_STARTED;
  const answered = new AbortController();
  const { signal } = answered;
  try {
    child.send('sample');
    const [answer] = await Promise.race([once(child, 'message', { signal }), exited(child, signal)]);
    return answer as WorkerAnswer;
  } catch {
    return NOT_STARTED;
  } finally {
    answered.abort();
  }
}

async function exited(child: ChildProcess, signal: AbortSignal): Promise<[WorkerAnswer]> {
  if (child.exitCode === null) await once(child, 'exit', { signal });
  return [NOT_STARTED];
}
