// `npm test`, once the packages are there: every test there is, unit to stories; at the end what failed, by name, and
// one line that counts them.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhenStale } from './app-build.mjs';
import { ensureChromium } from './chromium.mjs';
import { failedStories, failedTests, unhandled } from './failed.mjs';
import { root } from './fingerprint.mjs';
import { ensureWebKit } from './webkit.mjs';

const RESULTS = join(root, 'test-results');
const UNIT = join(RESULTS, 'unit.json');
const UNHANDLED = join(RESULTS, 'unhandled.json');
const STORIES = join(RESULTS, 'stories.json');

const env = { ...process.env, PARTA_CHROMIUM: ensureChromium() };
const withoutWebKit = ensureWebKit();
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
if (!run(['scripts/sync.mjs'])) end(['sync'], []);
if (!buildWhenStale()) end(['build'], []);

const failedSteps = [];
if (
  !run(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      '--reporter=./scripts/unhandled-reporter.mjs',
      `--outputFile.json=${UNIT}`,
    ],
    { PARTA_UNHANDLED_RESULT: UNHANDLED },
  )
) {
  failedSteps.push('unit tests');
}
const tallies = [tallyOfUnit()];
if (globSync('tests/stories/**/*.story.ts', { cwd: root }).length > 0) {
  if (!run(['node_modules/@playwright/test/cli.js', 'test'], { PARTA_STORIES_RESULT: STORIES }))
    failedSteps.push('stories');
  tallies.push(tallyOfStories());
}
end(failedSteps, tallies);

function run(args, more = {}) {
  const { status, signal } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
  });
  if (status !== 0) console.log(`${args[0]} ended with ${signal ?? `exit code ${status}`}.`);
  return status === 0;
}

function tallyOfUnit() {
  const unit = readJson(UNIT);
  if (!unit) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = unit;
  // A file that throws before its first test counts as one failure: it has no test to count.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length + unhandled(readJson(UNHANDLED)).length,
    skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0),
  };
}

function tallyOfStories() {
  const stories = readJson(STORIES);
  if (!stories) return { passed: 0, failed: 1, skipped: 0 };
  const { stats, errors } = stories;
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (errors?.length ?? 0),
    skipped: stats.skipped,
  };
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function end(failed, counted) {
  const sum = (key) => counted.reduce((total, tally) => total + tally[key], 0);
  for (const step of failed) console.log(`Failed: ${step}`);
  const all = [
    ...failedTests(readJson(UNIT)),
    ...unhandled(readJson(UNHANDLED)),
    ...failedStories(readJson(STORIES)),
  ];
  for (const { where, why } of all) console.log(`Failed test: ${where}\n    ${why}`);
  if (withoutWebKit) console.log(`\n${withoutWebKit}`);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(`\n${sum('passed')} passed, ${Math.max(sum('failed'), failed.length)} failed${skipped}`);
  process.exit(failed.length > 0 || sum('failed') > 0 || sum('passed') === 0 ? 1 : 0);
}
