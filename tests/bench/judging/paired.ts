// Both sides take one sample each, right after one another and in turning order; the ratio of such a pair does not feel
// what the machine does over minutes. The answer is the median of the ratios.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Side, WorkerAnswer } from './worker.ts';
import type { WorkloadName } from './workloads.ts';

export interface Pairs {
  readonly plainMicroseconds: readonly number[];
  readonly judgedMicroseconds: readonly number[];
  readonly ratios: readonly number[];
  /** Why the judged side could not be measured. */
  readonly failed: string | undefined;
}

const WARM_UP_PAIRS = 4;
const NOT_STARTED: WorkerAnswer = { failed: 'the worker did not start' };

export async function measurePairs(name: WorkloadName, pairs: number): Promise<Pairs> {
  const workers = { plain: worker(name, 'plain'), judged: worker(name, 'judged') };
  const plain: number[] = [];
  const judged: number[] = [];
  let failed: string | undefined;
  for (let pair = 0; pair < WARM_UP_PAIRS + pairs; pair++) {
    const order: readonly Side[] = pair % 2 === 0 ? ['plain', 'judged'] : ['judged', 'plain'];
    for (const side of order) {
      const answer = await ask(workers[side]);
      if ('failed' in answer) failed = answer.failed;
      else if (pair >= WARM_UP_PAIRS) (side === 'plain' ? plain : judged).push(answer.microseconds);
    }
  }
  for (const child of Object.values(workers)) if (child.connected) child.disconnect();
  const ratios = judged.map((microseconds, pair) => microseconds / (plain[pair] ?? Number.NaN));
  return { plainMicroseconds: plain, judgedMicroseconds: judged, ratios, failed };
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
