// Open loop fan-out: what a delivery costs the server and how long it takes. Several chats, one after the other, so that
// none outgrows a segment; the first ones only warm the server up: a relay runs for weeks, and what its program costs
// before it is compiled is a matter of its first minute.
import type { ServerKind } from '../servers/server-kind.ts';
import { Audience } from './audience.ts';
import type { Bench, BenchCase } from './bench-case.ts';
import { openLoop } from './open-loop.ts';
import { interleave } from './rounds.ts';
import { atMostOfBetterPeer, plain, rowOfRounds } from './row.ts';
import { PER_DELIVERIES, percentile } from './statistics.ts';

export interface FanOut {
  readonly id: string;
  readonly readers: number;
  readonly writers: number;
  readonly ratePerSecond: number;
  readonly messagesPerChat: number;
  readonly warmUpChats: number;
  readonly measuredChats: number;
  readonly budgetSeconds: BenchCase['budgetSeconds'];
}

const CPU_RATIO_MAX = 0.8;
const DELIVERY_P99_MS_MAX = 25;

export function fanOutCase(it: FanOut): BenchCase {
  return {
    id: it.id,
    needsPeers: true,
    budgetSeconds: it.budgetSeconds,
    async run(bench) {
      const rounds = await interleave(bench.kinds, bench.rounds, (kind, folder) =>
        measure(it, bench, kind, folder),
      );
      const load = `${it.readers} readers, ${it.ratePerSecond} messages/s`;
      const cost = {
        id: it.id,
        what: `server CPU per delivery, ${load}`,
        unit: 'CPU s per 100 000 deliveries',
      };
      const latency = { id: `${it.id}/p99`, what: `due to seen, p99, ${load}`, unit: 'ms' };
      const cheaper = atMostOfBetterPeer(CPU_RATIO_MAX, plain(bench.kinds), rounds, (it) => it.cpuSeconds);
      return [
        rowOfRounds(cost, rounds, (sample) => sample.cpuSeconds, cheaper),
        rowOfRounds(latency, rounds, (sample) => sample.p99Ms, { ratioTo: null, max: DELIVERY_P99_MS_MAX }),
      ];
    },
  };
}

interface Sample {
  /** Per 100 000 deliveries. */
  readonly cpuSeconds: number;
  readonly p99Ms: number;
}

async function measure(it: FanOut, bench: Bench, kind: ServerKind, folder: string): Promise<Sample> {
  const warmUp = bench.quick ? 1 : it.warmUpChats;
  const chats = warmUp + (bench.quick ? 1 : it.measuredChats);
  const server = await kind.start(folder, { chats, seats: it.readers + it.writers });
  const messages = bench.quick ? it.messagesPerChat / 2 : it.messagesPerChat;
  const latencies: number[] = [];
  let cpuSeconds = 0;
  for (let chat = 0; chat < chats; chat++) {
    const { readers, writers } = it;
    const audience = await Audience.gather(server, { chat, readers, writers, messages });
    const before = await server.cpuSeconds();
    await openLoop(it.ratePerSecond, messages, (index, dueMs) => audience.send(index, dueMs));
    await audience.seen(messages);
    if (chat >= warmUp) {
      cpuSeconds += (await server.cpuSeconds()) - before;
      for (const latency of audience.latenciesMs) latencies.push(latency);
    }
    await audience.disperse();
  }
  await server.kill();
  return {
    cpuSeconds: (cpuSeconds / latencies.length) * PER_DELIVERIES,
    p99Ms: percentile(latencies, 0.99),
  };
}
