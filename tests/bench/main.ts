// npm run bench [-- --quick] [--only id,id] [--servers name,name] [--rounds n]: measures ours beside the peers and writes bench/results.json.
import { parseArgs } from 'node:util';
import { builtApp } from './browser/built-app.ts';
import { CASES } from './cases.ts';
import { ours } from './servers/ours.ts';
import { bareSocket, hocuspocusPlain, hocuspocusStored, ywsPlain, ywsStored } from './servers/peers.ts';
import type { Bench, BenchCase } from './support/bench-case.ts';
import { within } from './support/deadline.ts';
import { installPeers } from './support/install-peers.ts';
import { describeMachine, writeResults } from './support/results.ts';
import { firstLine } from './support/rounds.ts';
import { type MeasuredRow, rowOf } from './support/row.ts';
import { endingItsServers } from './support/server-process.ts';
import { printHeading, printRow } from './support/table.ts';

const FULL_ROUNDS = 3;
/** The whole table ends in time: a case that finds none left counts as failed. */
const ALL_MS_MAX = { full: 25 * 60_000, quick: 3 * 60_000 };

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const chosen = choose(values.only);
  if (chosen.some((it) => it.needsPeers)) await installPeers();
  if (chosen.some((it) => it.needsApp)) builtApp();
  const bench = benchOf(values.quick === true, Number(values.rounds ?? 0), values.servers?.split(','));
  const machine = describeMachine();
  printHeading(machine);
  const endsAtMs = performance.now() + ALL_MS_MAX[bench.quick ? 'quick' : 'full'];
  const rows: MeasuredRow[] = [];
  const measuring: Promise<void>[] = [];
  for (const it of chosen) {
    await new Promise<void>((goOn) => {
      measuring.push(
        runCase(it, bench, endsAtMs, goOn).then((measured) => {
          for (const row of measured) printRow(row);
          rows.push(...measured);
          goOn();
        }),
      );
    });
  }
  await Promise.all(measuring);
  // A part of the table never replaces the whole.
  if (!values.only && !values.servers) console.log(`\n${await writeResults(machine, rows)}`);
  process.exit(0);
}

function benchOf(quick: boolean, rounds: number, names: readonly string[] | undefined): Bench {
  const asked = (names?.length ?? 0) > 0;
  const more = quick && !asked ? [] : [ywsStored, hocuspocusStored, bareSocket];
  const kinds = [ours, ywsPlain, hocuspocusPlain, ...more];
  return {
    quick,
    rounds: rounds || (quick ? 1 : FULL_ROUNDS),
    kinds: names ? kinds.filter(({ name }) => names.includes(name)) : kinds,
  };
}

async function runCase(
  it: BenchCase,
  bench: Bench,
  endsAtMs: number,
  waiting: () => void,
): Promise<MeasuredRow[]> {
  const budgetMs = 1_000 * it.budgetSeconds[bench.quick ? 'quick' : 'full'];
  const startMs = performance.now();
  const leftMs = Math.min(budgetMs, endsAtMs - startMs);
  if (leftMs <= 0) return [failed(it, new Error('no time was left'))];
  try {
    const late = `${it.id} took longer than it may`;
    return await endingItsServers(() => within(leftMs, late, it.run(bench, waiting)));
  } catch (error) {
    return [failed(it, error)];
  } finally {
    console.log(`  [${it.id}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s]`);
  }
}

function failed({ id }: BenchCase, error: unknown): MeasuredRow {
  return rowOf({ id, what: 'failed', unit: '' }, {}, null, [firstLine(error)]);
}

function choose(only: string | undefined): readonly BenchCase[] {
  if (!only) return CASES;
  const ids = only.split(',');
  const unknown = ids.filter((id) => !CASES.some((it) => it.id === id));
  if (unknown.length > 0) {
    console.error(`No such case: ${unknown.join(', ')}. There are: ${CASES.map((it) => it.id).join(', ')}.`);
    process.exit(1);
  }
  return CASES.filter((it) => ids.includes(it.id));
}
