/** `npm run fuzz -- --runs N --seed S [--only R]`: prints the seed, so that any run can be repeated. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const runs = Number(values.runs ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const only = values.only === undefined ? undefined : Number(values.only);
console.log(`fuzz: seed ${seed}, ${only === undefined ? `${runs} runs` : `run ${only} alone`}`);
const start = performance.now();
const report = fuzz(seed, runs, only);
console.log(
  JSON.stringify({ ...report, seconds: Math.round((performance.now() - start) / 100) / 10 }, null, 2),
);
if (report.findings.length > 0) {
  console.error(`${report.findings.length} findings; repeat one with --seed ${seed} --only <run>`);
  process.exitCode = 1;
}
