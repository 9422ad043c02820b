// The relay is killed and started again while everybody has something unsent: how long until all is in.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line, RunningServer, ServerKind } from '../servers/server-kind.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { within } from '../support/deadline.ts';
import { interleave } from '../support/rounds.ts';
import { rowOfRounds } from '../support/row.ts';

const CHATS = { full: 50, quick: 5 };
const SEATS = 20;
const UNSENT = 5;
const COMEBACK_MS_MAX = 10_000;
const GIVE_UP_MS = 60_000;

export const comeback: BenchCase = {
  id: 'comeback',
  needsPeers: true,
  budgetSeconds: { full: 180, quick: 25 },
  async run(bench) {
    // Only a server that acknowledges can say that an outbox is empty, and only a store survives a kill.
    const kinds = bench.kinds.filter((kind) => kind.acks !== 'none' && kind.persistent);
    const rounds = await interleave(kinds, bench.rounds, (kind, folder) => measure(bench, kind, folder));
    const clients = CHATS[bench.quick ? 'quick' : 'full'] * SEATS;
    const what = `killed to all outboxes empty, ${clients} clients with ${UNSENT} unsent messages each`;
    return [
      rowOfRounds({ id: 'comeback', what, unit: 'ms' }, rounds, (it) => it, {
        ratioTo: null,
        max: COMEBACK_MS_MAX,
      }),
    ];
  },
};

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<number> {
  const plan = { chats: CHATS[bench.quick ? 'quick' : 'full'], seats: SEATS };
  const server = await kind.start(folder, plan);
  const devices = Array.from({ length: plan.chats * SEATS }, (_, at) => new Device(server, at));
  await Promise.all(devices.map((it) => it.begin()));
  const startMs = performance.now();
  await server.kill();
  const back = Promise.all(devices.map((it) => it.comeBack()));
  const again = await kind.start(folder, plan, server.port);
  await within(GIVE_UP_MS, 'not everybody came back', back);
  const tookMs = performance.now() - startMs;
  await Promise.all(devices.map((it) => it.close()));
  await again.kill();
  return tookMs;
}

/** One client with an outbox: a message that is safe before the kill, and some that were never sent. */
class Device {
  readonly #server: RunningServer;
  #line: Line;
  #waiting = 1;
  #emptied = () => {};

  constructor(server: RunningServer, at: number) {
    this.#server = server;
    const room = { kind: 'chat', index: Math.floor(at / SEATS) } as const;
    this.#line = server.join(room, at % SEATS, { acknowledged: (count) => this.#acknowledged(count) });
  }

  async begin(): Promise<void> {
    await this.#line.synced;
    await this.#line.compose(1 + UNSENT);
    const safe = this.#empty();
    this.#line.send(0);
    await safe;
  }

  async comeBack(): Promise<void> {
    this.#waiting = UNSENT;
    const emptied = this.#empty();
    for (let attempt = 0; ; attempt++) {
      await delay(this.#server.retryAfterMs(attempt));
      this.#line = this.#line.again(this.#server);
      if (
        await this.#line.synced.then(
          () => true,
          () => false,
        )
      )
        break;
    }
    for (let index = 1; index <= UNSENT; index++) this.#line.send(index);
    await emptied;
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  #empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
    });
  }

  #acknowledged(count: number): void {
    this.#waiting -= count;
    if (this.#waiting <= 0) this.#emptied();
  }
}
