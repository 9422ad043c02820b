// The table that a person reads. results.json holds the same medians without the spread.
import { type Goal, type MeasuredRow, OURS } from './row.ts';

const WHAT_OURS_IS = `ours: judge, rules, store, rooms, gate and line are the product's, enforcement and fsync'd acks on;
a school of the bench, of any size, stands in for the Automerge registry. The peers have neither rules nor durable acks.`;

export function printHeading(machine: string): void {
  console.log(`\n${machine}`);
  console.log('median (least – most, rounds)');
  console.log(`${WHAT_OURS_IS}\n`);
}

export function printRow(row: MeasuredRow): void {
  console.log(`${row.id} · ${row.what}, ${row.unit}${verdict(row)}`);
  const names = [...new Set([OURS, ...Object.keys(row.spread)])];
  for (const name of names) {
    const spread = row.spread[name];
    const value = spread
      ? `${number(spread.median)} (${number(spread.min)} – ${number(spread.max)}, ${spread.rounds})`
      : 'not measured';
    console.log(`    ${name.padEnd(NAME_WIDTH)} ${value}`);
  }
  for (const remark of row.remarks) console.log(`    ! ${remark}`);
}

const NAME_WIDTH = 22;

function verdict(row: MeasuredRow): string {
  if (!row.goal) return '';
  return ` · goal ${sentence(row.goal)} · ${row.met ? 'met' : 'NOT MET'}${ratio(row, row.goal)}`;
}

function ratio(row: MeasuredRow, goal: Goal): string {
  const base = goal.ratioTo === null ? undefined : row.peers[goal.ratioTo];
  return base === undefined || row.ours === null ? '' : ` (${number(row.ours / base)} ×)`;
}

function sentence(goal: Goal): string {
  const bound = 'max' in goal ? `≤ ${goal.max}` : `≥ ${goal.min}`;
  return goal.ratioTo === null ? bound : `${bound} × ${goal.ratioTo}`;
}

function number(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
