// Servers take turns, round by round, so that what the machine does meanwhile falls on all of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerKind } from '../servers/server-kind.ts';

export interface Rounds<Sample> {
  /** Samples of each server, by its name; a server that failed in every round is missing. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  readonly failures: readonly string[];
}

const PERSISTENT_PEER_ROUNDS = 1;

export async function interleave<Sample>(
  kinds: readonly ServerKind[],
  rounds: number,
  measure: (kind: ServerKind, folder: string) => Promise<Sample>,
): Promise<Rounds<Sample>> {
  const samples = new Map<string, Sample[]>();
  const failures: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const kind of rotated(kinds, round)) {
      if (kind.role === 'peer' && kind.persistent && round >= PERSISTENT_PEER_ROUNDS) continue;
      const folder = await mkdtemp(join(tmpdir(), 'parta-bench-'));
      try {
        const sample = await measure(kind, folder);
        samples.set(kind.name, [...(samples.get(kind.name) ?? []), sample]);
      } catch (error) {
        failures.push(`${kind.name}, round ${round + 1}: ${firstLine(error)}`);
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    }
  }
  return { samples, failures };
}

/** A crashed server's last words are long; what the table needs is what happened. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
