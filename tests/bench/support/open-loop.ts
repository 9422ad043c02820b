// Sends on a schedule that never waits for the server: latency counts from the moment a message was due, so a server that
// stalls pays for every message it kept waiting.
import { setTimeout as delay } from 'node:timers/promises';

const TICK_MS = 1;

/** Calls `send(index, dueMs)` `count` times at `ratePerSecond`; `dueMs` is on the clock of `performance.now()`. */
export async function openLoop(
  ratePerSecond: number,
  count: number,
  send: (index: number, dueMs: number) => void,
): Promise<void> {
  const startMs = performance.now();
  let next = 0;
  while (next < count) {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(count, Math.floor((elapsedMs / 1_000) * ratePerSecond) + 1);
    for (; next < due; next++) send(next, startMs + (next / ratePerSecond) * 1_000);
    if (next < count) await delay(TICK_MS);
  }
}
