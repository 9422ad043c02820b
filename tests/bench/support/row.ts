// A row of the table and of bench/results.json.
import type { ServerKind } from '../servers/server-kind.ts';
import type { Rounds } from './rounds.ts';
import { median, type Spread, spreadOf } from './statistics.ts';

/** `ratioTo` names the peer that `ours` is divided by; null compares the value itself. */
export type Goal = { readonly ratioTo: string | null } & (
  | { readonly max: number }
  | { readonly min: number }
);

export interface Row {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: number | null;
  readonly peers: Readonly<Record<string, number>>;
  readonly goal: Goal | null;
  /** Null without a goal; false when ours could not be measured. */
  readonly met: boolean | null;
}

/** What the table shows beside a row: how far the rounds lay apart, and what went wrong. */
export interface MeasuredRow extends Row {
  readonly spread: Readonly<Record<string, Spread>>;
  readonly remarks: readonly string[];
}

export const OURS = 'ours';

export interface RowText {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
}

export function rowOf(
  text: RowText,
  values: Readonly<Record<string, readonly number[]>>,
  goal: Goal | null = null,
  remarks: readonly string[] = [],
): MeasuredRow {
  const spread: Record<string, Spread> = {};
  const peers: Record<string, number> = {};
  for (const [name, each] of Object.entries(values)) {
    if (each.length === 0) continue;
    spread[name] = spreadOf(each);
    if (name !== OURS) peers[name] = rounded(spread[name].median);
  }
  const mine = spread[OURS];
  const ours = mine ? rounded(mine.median) : null;
  return { ...text, ours, peers, goal, met: goal ? isMet(ours, peers, goal) : null, spread, remarks };
}

/** A row of one number of each sample. */
export function rowOfRounds<Sample>(
  text: RowText,
  rounds: Rounds<Sample>,
  pick: (sample: Sample) => number | undefined,
  goal: Goal | null = null,
): MeasuredRow {
  const values: Record<string, number[]> = {};
  for (const [name, samples] of rounds.samples) {
    values[name] = numbers(samples, pick);
  }
  return rowOf(text, values, goal, rounds.failures);
}

/** A goal against the peer with the smallest number; null when none of them was measured. */
export function atMostOfBetterPeer<Sample>(
  max: number,
  kinds: readonly ServerKind[],
  rounds: Rounds<Sample>,
  pick: (sample: Sample) => number | undefined,
): Goal | null {
  const ranked = kinds
    .filter((kind) => kind.role === 'peer')
    .map(({ name }) => ({ name, values: numbers(rounds.samples.get(name) ?? [], pick) }))
    .filter(({ values }) => values.length > 0)
    .sort((a, b) => median(a.values) - median(b.values));
  const better = ranked[0];
  return better ? { ratioTo: better.name, max } : null;
}

export function plain(kinds: readonly ServerKind[]): readonly ServerKind[] {
  return kinds.filter((kind) => !kind.persistent);
}

function numbers<Sample>(samples: readonly Sample[], pick: (sample: Sample) => number | undefined): number[] {
  return samples.map(pick).filter((value) => value !== undefined);
}

function isMet(ours: number | null, peers: Readonly<Record<string, number>>, goal: Goal): boolean {
  if (ours === null) return false;
  const base = goal.ratioTo === null ? 1 : peers[goal.ratioTo];
  if (base === undefined) return false;
  const value = ours / base;
  return 'max' in goal ? value <= goal.max : value >= goal.min;
}

/** Four digits say all that a median of a few rounds knows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
