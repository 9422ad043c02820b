// What rooms cost while nobody says anything, and whether the server gives it back when all have left.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line, RunningServer, ServerKind } from '../servers/server-kind.ts';
import type { Bench, BenchCase } from '../support/bench-case.ts';
import { interleave } from '../support/rounds.ts';
import { betterPlainPeer, rowOfRounds } from '../support/row.ts';

const ROOMS = { full: 5_000, quick: 500 };
const CONNECTIONS_PER_ROOM = 2;
const ROOMS_AT_ONCE = 50;
const SETTLE_MS = 1_500;
const IDLE_MS = 3_000;
/** How long a server may take to let go of what everybody has left. */
const LET_GO_MS = 10_000;
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
    const ratioTo = betterPlainPeer(bench.kinds, rounds, (sample) => sample.roomKb);
    return [
      rowOfRounds(memory, rounds, (sample) => sample.roomKb, { ratioTo, max: MEMORY_RATIO_MAX }),
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
  const server = await kind.start(folder, { chats: rooms, seats: CONNECTIONS_PER_ROOM });
  const empty = await server.memory();
  const lines = await fill(server, rooms);
  await delay(SETTLE_MS);
  const full = await server.memory();
  const cpuBefore = await server.cpuSeconds();
  await delay(IDLE_MS);
  const cpuPercent = (((await server.cpuSeconds()) - cpuBefore) * 100_000) / IDLE_MS;
  await Promise.all(lines.map((line) => line.close()));
  const roomsHeld = full.heldBytes - empty.heldBytes;
  const stillHeld = await leastHeld(server, empty.heldBytes + (roomsHeld * STILL_HELD_MAX) / 100);
  await server.kill();
  return {
    roomKb: (full.rssBytes - empty.rssBytes) / 1_024 / rooms,
    stillHeldPercent: (Math.max(0, stillHeld - empty.heldBytes) * 100) / roomsHeld,
    cpuPercent,
  };
}

async function fill(server: RunningServer, rooms: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (let first = 0; first < rooms; first += ROOMS_AT_ONCE) {
    const some = Array.from({ length: Math.min(ROOMS_AT_ONCE, rooms - first) }, (_, i) => first + i);
    const writers = some.map((index) => server.join({ kind: 'chat', index }, 0, {}));
    const readers = some.map((index) => server.join({ kind: 'chat', index }, 1, {}));
    await Promise.all([...writers, ...readers].map((line) => line.synced));
    await Promise.all(writers.map((line) => line.compose(1)));
    for (const line of writers) line.send(0);
    lines.push(...writers, ...readers);
  }
  return lines;
}

async function leastHeld(server: RunningServer, enoughBytes: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let waited = 0; waited < LET_GO_MS && least > enoughBytes; waited += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS);
    least = Math.min(least, (await server.memory()).heldBytes);
  }
  return least;
}
