import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasuredRow, Row } from './row.ts';

const RESULTS = fileURLToPath(new URL('../../../bench/results.json', import.meta.url));

/** Writes bench/results.json; returns its path. */
export async function writeResults(machine: string, measured: readonly MeasuredRow[]): Promise<string> {
  const rows = measured.map(
    ({ id, what, unit, ours, peers, goal, met }): Row => ({ id, what, unit, ours, peers, goal, met }),
  );
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  return RESULTS;
}

export function describeMachine(): string {
  const cores = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${cores[0]?.model ?? 'unknown CPU'}, ${memoryGb} GB, ${type()} ${release()}, Node ${process.versions.node}`;
}
