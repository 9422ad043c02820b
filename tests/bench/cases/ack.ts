// How long a writer waits until a message is safe, beside the disk's own price for the same rows at the same rate.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { BareAppend } from '../servers/bare-sqlite.ts';
import type { ServerKind } from '../servers/server-kind.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { within } from '../support/deadline.ts';
import { openLoop } from '../support/open-loop.ts';
import { interleave } from '../support/rounds.ts';
import { rowOf } from '../support/row.ts';
import { percentile } from '../support/statistics.ts';

const CHATS = 25;
const WRITERS_PER_CHAT = 4;
const CONNECTIONS = CHATS * WRITERS_PER_CHAT;
const RATE_PER_SECOND = 1_000;
const WARM_UP_SECONDS = 1;
const MEASURED_SECONDS = { full: 8, quick: 2 };
const P99_RATIO_MAX = 2;
const DRAIN_TIMEOUT_MS = 10_000;
const BARE_APPEND = 'sqlite append';

export const ack: BenchCase = {
  id: 'ack',
  needsPeers: true,
  budgetSeconds: { full: 150, quick: 25 },
  async run(bench) {
    const kinds = bench.kinds.filter((kind) => kind.acks !== 'none');
    const bare: Quantiles[] = [];
    const rounds = await interleave(kinds, bench.rounds, async (kind, folder) => {
      if (kind === kinds[0]) bare.push(await bareAppend(bench, folder));
      return measure(bench, kind, folder);
    });
    function values(pick: (it: Quantiles) => number) {
      const each = [...rounds.samples].map(([name, samples]) => [name, samples.map(pick)] as const);
      return { ...Object.fromEntries(each), [BARE_APPEND]: bare.map(pick) };
    }
    const load = '1 000 messages/s over 100 connections (hocuspocus acknowledges from memory)';
    return [
      rowOf(
        { id: 'ack', what: `sent to acknowledged, p99, ${load}`, unit: 'ms' },
        values((it) => it.p99Ms),
        { ratioTo: BARE_APPEND, max: P99_RATIO_MAX },
        rounds.failures,
      ),
      rowOf(
        { id: 'ack/p50', what: `sent to acknowledged, p50, ${load}`, unit: 'ms' },
        values((it) => it.p50Ms),
      ),
    ];
  },
};

interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<Quantiles> {
  const server = await kind.start(folder, { chats: CHATS, seats: WRITERS_PER_CHAT });
  const { warmUp, total } = messages(bench);
  const latencies: number[] = [];
  let acknowledged = 0;
  let drained = () => {};
  const all = new Promise<void>((resolve) => {
    drained = resolve;
  });
  const writers = Array.from({ length: CONNECTIONS }, (_, at) => {
    const waiting: number[] = [];
    const line = server.join({ kind: 'chat', index: at % CHATS }, Math.floor(at / CHATS), {
      acknowledged(count) {
        const now = performance.now();
        for (const dueMs of waiting.splice(0, count)) latencies.push(now - dueMs);
        acknowledged += count;
        if (acknowledged >= total) drained();
      },
    });
    return { line, waiting };
  });
  await Promise.all(writers.map(({ line }) => line.synced));
  await Promise.all(writers.map(({ line }) => line.compose(Math.ceil(total / CONNECTIONS))));
  await openLoop(RATE_PER_SECOND, total, (index, dueMs) => {
    const writer = writers[index % CONNECTIONS];
    writer?.waiting.push(dueMs);
    writer?.line.send(Math.floor(index / CONNECTIONS));
  });
  await within(DRAIN_TIMEOUT_MS, 'not everything was acknowledged', all);
  await Promise.all(writers.map(({ line }) => line.close()));
  await server.kill();
  return quantiles(latencies.slice(warmUp));
}

async function bareAppend(bench: Bench, folder: string): Promise<Quantiles> {
  const { warmUp, total } = messages(bench);
  const task: BareAppend = { file: `${folder}/bare.sqlite`, ratePerSecond: RATE_PER_SECOND, count: total };
  const child = fork(new URL('../servers/bare-sqlite.ts', import.meta.url), [JSON.stringify(task)]);
  const [latencies] = (await once(child, 'message')) as [number[]];
  await once(child, 'exit');
  return quantiles(latencies.slice(warmUp));
}

function messages(bench: Bench): { warmUp: number; total: number } {
  const warmUp = RATE_PER_SECOND * WARM_UP_SECONDS;
  return { warmUp, total: warmUp + RATE_PER_SECOND * MEASURED_SECONDS[bench.quick ? 'quick' : 'full'] };
}

function quantiles(latencies: readonly number[]): Quantiles {
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}
