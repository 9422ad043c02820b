// Takes every hostile shape in a process of its own: what hangs or fills the memory may be ended without losing the bench.
// Argument: repetitions. Answers after each shape, so that the bench knows which one did not come back.

import * as Y from 'yjs';
import { LIMITS } from '#shared/school/limits.ts';
import { median } from '../support/statistics.ts';
import { SHAPES, type Shape, type Target } from './hostile-shapes.ts';
import { opened, type Take } from './judged.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

export type HostileAnswer =
  | { readonly at: 'shape'; readonly name: string }
  | { readonly at: 'took'; readonly name: string; readonly ms: number; readonly outcome: string }
  | { readonly at: 'failed'; readonly name: string; readonly why: string }
  | { readonly at: 'end' };

/** A device's intent, and the larger step that only a stock client may send. */
const SIZE_CAPS = [
  { cap: LIMITS.updateBytesMax, numbered: true },
  { cap: LIMITS.stepTwoBytesMax, numbered: false },
];
/** The way must be warm: a relay has taken good updates before the first bad one. */
const GOOD_BEFORE = 150;
const LETTERS_MIN = 100;

const repetitions = Number(process.argv[2]);

for (const workload of [WORKLOADS.message(), WORKLOADS.keystroke()]) {
  for (const { cap, numbered } of SIZE_CAPS) {
    for (const shape of SHAPES) measure({ ...workload, numbered }, cap, shape);
  }
}
tell({ at: 'end' });
process.disconnect();

function measure(workload: Workload, cap: number, shape: Shape): void {
  const name = `${shape.name}, ${cap >> 10} KB, ${workload.kind}`;
  tell({ at: 'shape', name });
  try {
    const update = shape.make(cap, targetOf(workload));
    const times: number[] = [];
    let outcome = '';
    for (let i = 0; i < repetitions; i++) {
      const take = warm(workload);
      const startMs = performance.now();
      const answer = take(update);
      times.push(performance.now() - startMs);
      outcome = answer.ok ? 'accepted' : answer.code;
    }
    tell({ at: 'took', name, ms: median(times), outcome });
  } catch (error) {
    tell({ at: 'failed', name, why: error instanceof Error ? error.message : String(error) });
  }
}

function warm(workload: Workload): Take {
  const take = opened(workload);
  for (const update of workload.updates.slice(0, GOOD_BEFORE)) take(update);
  return take;
}

function targetOf({ base, kind, lease, updates }: Workload): Target {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, base);
  const [victim, victimClock] = [...Y.parseUpdateMeta(base).to].sort((a, b) => b[1] - a[1])[0] ?? [lease, 0];
  // Contiguous from what the warm-up wrote: otherwise every shape would be refused for its clock alone.
  for (const update of updates.slice(0, GOOD_BEFORE)) Y.applyUpdate(doc, update);
  const clock = Y.getState(doc.store, lease);
  if (kind === 'feed') {
    return {
      lease,
      clock,
      victim,
      victimClock,
      map: 'messages',
      list: { root: 'messages' },
      lettersBehind: 0,
    };
  }
  const text = doc.store.clients.get(victim)?.find((it) => it instanceof Y.Item && it.length > LETTERS_MIN);
  if (!text) throw new Error('the paper has no long text of its author');
  const list = { origin: [victim, text.id.clock] as const };
  return { lease, clock, victim, victimClock, map: 'paper', list, lettersBehind: text.length - 1 };
}

function tell(answer: HostileAnswer): void {
  process.send?.(answer);
}
