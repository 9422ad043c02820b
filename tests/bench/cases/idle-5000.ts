// What rooms cost while nobody says anything, and whether the server gives it back when all have left.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line, RunningServer, ServerKind } from '../servers/server-kind.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { interleave } from '../support/rounds.ts';
import { atMostOfBetterPeer, plain, rowOfRounds } from '../support/row.ts';

const ROOMS = { full: 5_000, quick: 500 };
const CONNECTIONS_PER_ROOM = 2;
const ROOMS_AT_ONCE = 50;
/** Opened and left before anything is measured: compiled code is no room's memory. */
const WARM_UP_ROOMS = 100;
const SETTLE_MS = 1_500;
const IDLE_MS = { full: 3_000, quick: 500 };
/** How long a server may take to let go of what everybody has left. */
const LET_GO_MS = { full: 10_000, quick: 4_000 };
const LOOK_EVERY_MS = 1_000;
const MEMORY_RATIO_MAX = 0.75;
/** Percent of a room's memory that may stay: caches and fragmentation, no rooms. */
const STILL_HELD_MAX = 10;

export const idle5000: BenchCase = {
  id: 'idle-5000',
  needsPeers: true,
  budgetSeconds: { full: 420, quick: 60 },
  async run(bench) {
    const rounds = await interleave(bench.kinds, bench.rounds, (kind, folder) =>
      measure(bench, kind, folder),
    );
    const rooms = ROOMS[bench.quick ? 'quick' : 'full'];
    const load = `${rooms} rooms with 2 connections`;
    const memory = { id: 'idle-5000', what: `resident memory per room, ${load}`, unit: 'KB' };
    const left = {
      id: 'idle-5000/left',
      what: 'memory still held after all left',
      unit: '% of the rooms’ share',
    };
    const cpu = { id: 'idle-5000/cpu', what: `CPU while idle, ${load}`, unit: '% of a core' };
    const smaller = atMostOfBetterPeer(MEMORY_RATIO_MAX, plain(bench.kinds), rounds, (it) => it.roomKb);
    return [
      rowOfRounds(memory, rounds, (sample) => sample.roomKb, smaller),
      rowOfRounds(left, rounds, (sample) => sample.stillHeldPercent, { ratioTo: null, max: STILL_HELD_MAX }),
      rowOfRounds(cpu, rounds, (sample) => sample.cpuPercent),
    ];
  },
};

interface Sample {
  readonly roomKb: number;
  readonly stillHeldPercent: number;
  readonly cpuPercent: number;
}

async function measure(bench: Bench, kind: ServerKind, folder: string): Promise<Sample> {
  const rooms = ROOMS[bench.quick ? 'quick' : 'full'];
  const server = await kind.start(folder, { chats: rooms + WARM_UP_ROOMS, seats: CONNECTIONS_PER_ROOM });
  const warmUp = await fill(server, rooms, WARM_UP_ROOMS);
  await Promise.all(warmUp.map((line) => line.close()));
  await delay(SETTLE_MS);
  const empty = await server.memory();
  const lines = await fill(server, 0, rooms);
  await delay(SETTLE_MS);
  const full = await server.memory();
  const cpuBefore = await server.cpuSeconds();
  const idleMs = IDLE_MS[bench.quick ? 'quick' : 'full'];
  await delay(idleMs);
  const cpuPercent = (((await server.cpuSeconds()) - cpuBefore) * 100_000) / idleMs;
  await Promise.all(lines.map((line) => line.close()));
  const waitMs = LET_GO_MS[bench.quick ? 'quick' : 'full'];
  const roomsHeld = full.heldBytes - empty.heldBytes;
  const stillHeld = await leastHeld(server, empty.heldBytes + (roomsHeld * STILL_HELD_MAX) / 100, waitMs);
  await server.kill();
  return {
    roomKb: (full.rssBytes - empty.rssBytes) / 1_024 / rooms,
    stillHeldPercent: (Math.max(0, stillHeld - empty.heldBytes) * 100) / roomsHeld,
    cpuPercent,
  };
}

async function fill(server: RunningServer, from: number, rooms: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (let first = from; first < from + rooms; first += ROOMS_AT_ONCE) {
    const some = Array.from({ length: ROOMS_AT_ONCE }, (_, i) => first + i);
    const writers = some.map((index) => server.join({ kind: 'chat', index }, 0, {}));
    const readers = some.map((index) => server.join({ kind: 'chat', index }, 1, {}));
    await Promise.all([...writers, ...readers].map((line) => line.synced));
    await Promise.all(writers.map((line) => line.compose(1)));
    for (const line of writers) line.send(0);
    lines.push(...writers, ...readers);
  }
  return lines;
}

async function leastHeld(server: RunningServer, enoughBytes: number, waitMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let waited = 0; waited < waitMs && least > enoughBytes; waited += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS);
    least = Math.min(least, (await server.memory()).heldBytes);
  }
  return least;
}
