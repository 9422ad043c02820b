// Everybody opens the same 2 MB paper at once, with the server warm and right after a restart. Whoever is told «synced»
// must hold by then all that is stored.
import * as Y from 'yjs';
import type { Line, RunningServer, ServerKind } from '../servers/server-kind.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { within } from '../support/deadline.ts';
import { interleave } from '../support/rounds.ts';
import { atMostOfBetterPeer, plain, rowOfRounds } from '../support/row.ts';
import { largePaper, type StoredDocument } from '../support/updates.ts';

const CLIENTS = { full: 300, quick: 60 };
/** As large as the relay lets a document grow, less one update. */
const PAPER_BYTES = 2_000_000;
/** Two encodings of one state differ by how structs are joined. */
const WHOLE_SHARE = 0.98;
const ALL_IN_RATIO_MAX = 0.18;
const ALL_IN_TIMEOUT_MS = 60_000;

export const joinStorm: BenchCase = {
  id: 'join-storm',
  needsPeers: true,
  budgetSeconds: { full: 240, quick: 45 },
  async run(bench) {
    const rounds = await interleave(bench.kinds, bench.rounds, (kind, folder) =>
      measure(bench, kind, folder),
    );
    const clients = CLIENTS[bench.quick ? 'quick' : 'full'];
    const what = `all of ${clients} clients hold one 2 MB document`;
    const warmGoal = atMostOfBetterPeer(
      ALL_IN_RATIO_MAX,
      plain(bench.kinds),
      rounds,
      (it) => it.warm.allInMs,
    );
    const restartGoal = atMostOfBetterPeer(ALL_IN_RATIO_MAX, bench.kinds, rounds, (it) =>
      honest(it.restarted),
    );
    const short = { id: 'join-storm/short', what: 'told «synced» with less than is stored', unit: 'clients' };
    const restart = { id: 'join-storm/restart', what: `${what}, right after a restart`, unit: 'ms' };
    return [
      rowOfRounds({ id: 'join-storm', what, unit: 'ms' }, rounds, (sample) => sample.warm.allInMs, warmGoal),
      rowOfRounds(restart, rounds, (sample) => sample.restarted?.allInMs, restartGoal),
      rowOfRounds(short, rounds, (sample) => sample.warm.short + (sample.restarted?.short ?? 0), {
        ratioTo: null,
        max: 0,
      }),
      rowOfRounds(
        { id: 'join-storm/cpu', what: 'server CPU per join, warm', unit: 'ms' },
        rounds,
        (sample) => sample.warm.cpuMsPerJoin,
      ),
    ];
  },
};

interface Storm {
  readonly allInMs: number;
  readonly short: number;
  readonly cpuMsPerJoin: number;
}

/** A peer that answers before it has loaded is quick and wrong: it sets no goal. */
function honest(storm: Storm | undefined): number | undefined {
  return storm?.short === 0 ? storm.allInMs : undefined;
}

interface Sample {
  readonly warm: Storm;
  readonly restarted: Storm | undefined;
}

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<Sample> {
  const clients = CLIENTS[bench.quick ? 'quick' : 'full'];
  const plan = { chats: 1, seats: clients + 1 };
  const server = await kind.start(folder, plan);
  const stored = await server.seed((clientId) => largePaper(clientId, PAPER_BYTES));
  const keepsItWarm = server.join({ kind: 'paper' }, clients, {});
  await keepsItWarm.synced;
  const warm = await storm(server, clients, stored);
  await keepsItWarm.close();
  await server.kill();
  if (!kind.persistent) return { warm, restarted: undefined };
  const again = await kind.start(folder, plan);
  const restarted = await storm(again, clients, stored);
  await again.kill();
  return { warm, restarted };
}

async function storm(server: RunningServer, clients: number, stored: StoredDocument): Promise<Storm> {
  const wholeBytes = stored.whole.length * WHOLE_SHARE;
  const cpuBefore = await server.cpuSeconds();
  const startMs = performance.now();
  const joiners = Array.from({ length: clients }, (_, seat) => join(server, seat, wholeBytes));
  await within(
    ALL_IN_TIMEOUT_MS,
    'not everybody got the document',
    Promise.all(joiners.map((it) => it.whole)),
  );
  const allInMs = performance.now() - startMs;
  const cpuMsPerJoin = (((await server.cpuSeconds()) - cpuBefore) * 1_000) / clients;
  // Length alone could deceive: the last one's content is compared in full.
  const last = joiners.at(-1);
  if (last && !holds(last.content(), stored)) throw new Error('a client holds something else than is stored');
  await Promise.all(joiners.map((it) => it.line.close()));
  return { allInMs, cpuMsPerJoin, short: joiners.filter((it) => it.toldTooEarly()).length };
}

interface Joiner {
  readonly line: Line;
  readonly whole: Promise<void>;
  toldTooEarly(): boolean;
  content(): readonly Uint8Array[];
}

function join(server: RunningServer, seat: number, wholeBytes: number): Joiner {
  const content: Uint8Array[] = [];
  let bytes = 0;
  let tooEarly = false;
  let hasAll = () => {};
  const whole = new Promise<void>((resolve) => {
    hasAll = resolve;
  });
  const line = server.join({ kind: 'paper' }, seat, {
    content(update) {
      bytes += update.length;
      content.push(update);
      if (bytes >= wholeBytes) hasAll();
    },
    synced() {
      if (bytes < wholeBytes) tooEarly = true;
    },
  });
  return { line, whole, toldTooEarly: () => tooEarly, content: () => content };
}

function holds(content: readonly Uint8Array[], stored: StoredDocument): boolean {
  const got = Y.encodeStateVectorFromUpdate(Y.mergeUpdates([...content]));
  return Buffer.compare(got, Y.encodeStateVectorFromUpdate(stored.whole)) === 0;
}
