// One side of a pair in a process of its own, so that neither side warms up the other's code. Arguments: workload, side.
// Each message asks for one sample and is answered with microseconds per update.

import * as Y from 'yjs';
import { prepare } from '#server/judge/shape.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { opened } from './judged.ts';
import { WORKLOADS, type Workload, type WorkloadName } from './workloads.ts';

/**
 * `plain` is what a goal is held against: the document as the relay keeps it, and nothing else. `relaying` adds the
 * update event that a relay built on Yjs listens to, for which Yjs encodes each update anew: nearly twice the price, and
 * the judged side does not pay it for numbered intents.
 */
export type Side = 'plain' | 'relaying' | 'judged';
export type WorkerAnswer = { readonly microseconds: number } | { readonly failed: string };

const [name, side] = process.argv.slice(2) as [WorkloadName, Side];
const workload = WORKLOADS[name]();

process.on('message', () => {
  let answer: WorkerAnswer;
  try {
    answer = { microseconds: sample(workload) };
  } catch (error) {
    answer = { failed: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));

function sample({ base, updates, documentsPerSample }: Workload): number {
  const takers = Array.from({ length: documentsPerSample }, () =>
    side === 'judged' ? judging() : applying(base),
  );
  globalThis.gc?.();
  const startMs = performance.now();
  for (const take of takers) for (const update of updates) take(update);
  return ((performance.now() - startMs) * 1_000) / (updates.length * documentsPerSample);
}

/** On the document as the relay keeps it. */
function applying(base: Uint8Array): (update: Uint8Array) => void {
  const doc = new Y.Doc();
  prepare(doc, SHAPES[workload.kind]);
  Y.applyUpdate(doc, base);
  if (side === 'relaying') doc.on('update', () => {});
  return (update) => Y.applyUpdate(doc, update);
}

function judging(): (update: Uint8Array) => void {
  const take = opened(workload);
  return (update) => {
    const outcome = take(update);
    if (!outcome.ok) throw new Error(`a good update was refused: ${outcome.code}`);
  };
}
