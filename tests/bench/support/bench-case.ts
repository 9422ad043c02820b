import type { ServerKind } from '../servers/server-kind.ts';
import type { MeasuredRow } from './row.ts';

/** One line of the table; may give several rows, the first with the case's own id. */
export interface BenchCase {
  readonly id: string;
  /** Whether it runs the servers that are installed apart. */
  readonly needsPeers: boolean;
  /** Whether it opens the app, which is built before the clock of the table starts. */
  readonly needsApp?: boolean;
  /** How long it may take before it is ended and counts as failed; usually it takes about half. */
  readonly budgetSeconds: { readonly full: number; readonly quick: number };
  /** `waiting`: from now on it costs the machine next to nothing, and the cases after it may run meanwhile. */
  run(bench: Bench, waiting: () => void): Promise<MeasuredRow[]>;
}

export interface Bench {
  /** Fewer rounds, smaller loads, persistent peers left out: to see that everything works. */
  readonly quick: boolean;
  readonly rounds: number;
  /** Ours and plain peers; in a full run the persistent peers too, and the bare socket last. */
  readonly kinds: readonly ServerKind[];
}
