// A peer says nowhere that it has stored what it took: its CPU coming to rest is the only sign there is.
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

const LOOK_EVERY_MS = 250;
const QUIET_LOOKS = 3;
const QUIET_CPU_SECONDS = 0.015;
const LOOKS_MAX = 120;

export async function untilQuiet(server: Pick<ServerProcess, 'cpuSeconds'>): Promise<void> {
  let before = await server.cpuSeconds();
  let quiet = 0;
  for (let look = 0; look < LOOKS_MAX && quiet < QUIET_LOOKS; look++) {
    await delay(LOOK_EVERY_MS);
    const now = await server.cpuSeconds();
    quiet = now - before < QUIET_CPU_SECONDS ? quiet + 1 : 0;
    before = now;
  }
}
