// The app that the rows measure: what the present sources build.
import { join } from 'node:path';
import { buildWhenStale } from '../../../scripts/app-build.mjs';
import { root } from '../../../scripts/fingerprint.mjs';

let isFresh = false;

/** The folder of the built app; builds it first when the sources have moved on. */
export function builtApp(): string {
  if (process.env.BENCH_BUILD) return process.env.BENCH_BUILD;
  isFresh ||= buildWhenStale() as boolean;
  if (!isFresh) throw new Error('the app could not be built');
  return join(root, 'build');
}
