// Closed loop: the writers send as fast as all 300 readers see.
import type { ServerKind } from '../servers/server-kind.ts';
import { Audience } from '../support/audience.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { interleave } from '../support/rounds.ts';
import { rowOfRounds } from '../support/row.ts';

const READERS = 300;
const WRITERS = 10;
const MESSAGES_PER_CHAT = 440;
const MEASURED_CHATS = 3;
/** Messages on their way that not everybody has seen. */
const WINDOW = 64;

export const burst300: BenchCase = {
  id: 'burst-300',
  needsPeers: true,
  budgetSeconds: { full: 210, quick: 45 },
  async run(bench) {
    const rounds = await interleave(bench.kinds, bench.rounds, (kind, folder) =>
      measure(bench, kind, folder),
    );
    const unit = 'deliveries/s';
    return [
      rowOfRounds(
        { id: 'burst-300', what: 'closed loop, 300 readers', unit },
        rounds,
        (perSecond) => perSecond,
        {
          ratioTo: 'hocuspocus',
          min: 1,
        },
      ),
      rowOfRounds(
        { id: 'burst-300/y-websocket', what: 'closed loop, 300 readers', unit },
        rounds,
        (it) => it,
        {
          ratioTo: 'y-websocket',
          min: 5,
        },
      ),
    ];
  },
};

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<number> {
  const chats = 1 + (bench.quick ? 1 : MEASURED_CHATS);
  const server = await kind.start(folder, { chats, seats: READERS + WRITERS });
  let deliveries = 0;
  let seconds = 0;
  for (let chat = 0; chat < chats; chat++) {
    const size = { chat, readers: READERS, writers: WRITERS, messages: MESSAGES_PER_CHAT };
    const audience = await Audience.gather(server, size);
    const startMs = performance.now();
    for (let index = 0; index < MESSAGES_PER_CHAT; index++) {
      if (index >= WINDOW) await audience.seen(index - WINDOW + 1);
      audience.send(index, performance.now());
    }
    await audience.seen(MESSAGES_PER_CHAT);
    if (chat > 0) {
      seconds += (performance.now() - startMs) / 1_000;
      deliveries += audience.deliveries;
    }
    await audience.disperse();
  }
  await server.kill();
  return deliveries / seconds;
}
