// Open loop fan-out: what a delivery costs the server and how long it takes. Several chats, one after the other, so that
// none outgrows a segment; the first ones only warm the server up: a relay runs for weeks, and
// what its program costs before it is compiled is a matter of its first minute. That has a row of its own.
import type { RunningServer, ServerKind } from '../servers/server-kind.ts';
import { Audience } from '../support/audience.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { openLoop } from '../support/open-loop.ts';
import { interleave } from '../support/rounds.ts';
import { atMostOfBetterPeer, plain, rowOfRounds } from '../support/row.ts';
import { PER_DELIVERIES, percentile } from '../support/statistics.ts';

interface Load {
  readonly readers: number;
  readonly writers: number;
  readonly ratePerSecond: number;
  readonly messagesPerChat: number;
  readonly chats: number;
}

/** Some 4 400 messages: after so many, another chat costs no server much less than the one before. */
const WARM_UP: Load = { readers: 30, writers: 20, ratePerSecond: 400, messagesPerChat: 440, chats: 10 };
const LOADS: readonly Load[] = [
  { readers: 30, writers: 20, ratePerSecond: 200, messagesPerChat: 440, chats: 3 },
  { readers: 300, writers: 10, ratePerSecond: 30, messagesPerChat: 90, chats: 2 },
];
const CPU_RATIO_MAX = 0.8;
const DELIVERY_P99_MS_MAX = 25;
const UNIT = 'CPU s per 100 000 deliveries';

export const fanOut: BenchCase = {
  id: 'fanout',
  needsPeers: true,
  budgetSeconds: { full: 700, quick: 75 },
  async run(bench) {
    const rounds = await interleave(bench.kinds, bench.rounds, (kind, folder) =>
      measure(bench, kind, folder),
    );
    const rows = LOADS.flatMap(({ readers, ratePerSecond }, nth) => {
      const load = `${readers} readers, ${ratePerSecond} messages/s`;
      const id = `fanout-${readers}`;
      const cpu = ({ loads }: Sample) => loads[nth]?.cpuSeconds;
      const cost = { id, what: `server CPU per delivery, ${load}`, unit: UNIT };
      const latency = { id: `${id}/p99`, what: `due to seen, p99, ${load}`, unit: 'ms' };
      return [
        rowOfRounds(cost, rounds, cpu, atMostOfBetterPeer(CPU_RATIO_MAX, plain(bench.kinds), rounds, cpu)),
        rowOfRounds(latency, rounds, ({ loads }) => loads[nth]?.p99Ms, {
          ratioTo: null,
          max: DELIVERY_P99_MS_MAX,
        }),
      ];
    });
    const cold = {
      id: 'fanout/cold',
      what: `server CPU per delivery in its first seconds, ${WARM_UP.readers} readers, ${WARM_UP.ratePerSecond} messages/s`,
      unit: UNIT,
    };
    return [...rows, rowOfRounds(cold, rounds, (sample) => sample.coldCpuSeconds)];
  },
};

interface Sample {
  readonly loads: readonly { readonly cpuSeconds: number; readonly p99Ms: number }[];
  /** Of the very first chat. */
  readonly coldCpuSeconds: number;
}

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<Sample> {
  const [warmUp, ...loads] = [WARM_UP, ...LOADS].map((load) => (bench.quick ? quick(load) : load));
  const all = [warmUp, ...loads].filter((load) => load !== undefined);
  const server = await kind.start(folder, {
    chats: sum(all.map(({ chats }) => chats)),
    seats: Math.max(...all.map(({ readers, writers }) => readers + writers)),
  });
  let chat = 0;
  const run = async (load: Load): Promise<ChatCost[]> => {
    const costs: ChatCost[] = [];
    for (let nth = 0; nth < load.chats; nth++) costs.push(await measureChat(server, load, chat++));
    return costs;
  };
  const first = await run(warmUp ?? WARM_UP);
  const samples = [];
  for (const load of loads) {
    const chats = await run(load);
    const latenciesMs = chats.flatMap((chat) => [...chat.latenciesMs]);
    samples.push({ cpuSeconds: perDelivery(chats), p99Ms: percentile(latenciesMs, 0.99) });
  }
  await server.kill();
  return { loads: samples, coldCpuSeconds: perDelivery(first.slice(0, 1)) };
}

/** To see that it works. */
function quick(load: Load): Load {
  return { ...load, chats: 1, messagesPerChat: load.messagesPerChat / 2 };
}

interface ChatCost {
  readonly cpuSeconds: number;
  /** One entry a delivery. */
  readonly latenciesMs: Float64Array;
}

async function measureChat(server: RunningServer, load: Load, chat: number): Promise<ChatCost> {
  const { readers, writers, ratePerSecond, messagesPerChat: messages } = load;
  const audience = await Audience.gather(server, { chat, readers, writers, messages });
  const before = await server.cpuSeconds();
  await openLoop(ratePerSecond, messages, (index, dueMs) => audience.send(index, dueMs));
  await audience.seen(messages);
  const cpuSeconds = (await server.cpuSeconds()) - before;
  await audience.disperse();
  return { cpuSeconds, latenciesMs: audience.latenciesMs };
}

function perDelivery(chats: readonly ChatCost[]): number {
  const deliveries = sum(chats.map(({ latenciesMs }) => latenciesMs.length));
  return (sum(chats.map(({ cpuSeconds }) => cpuSeconds)) / deliveries) * PER_DELIVERIES;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
