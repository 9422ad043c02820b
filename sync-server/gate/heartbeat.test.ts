import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Heartbeat } from './heartbeat.ts';

const PACE = { turnEveryMs: 500, silenceMs: 1_200 };
const ANSWERS = { autoPong: true };
const ASLEEP = { autoPong: false };

test('[R388] a phone that fell asleep is let go, one that answers stays, one that speaks is not asked', async () => {
  const door = await opened();
  const asleep = await door.comes(ASLEEP);
  const quiet = await door.comes(ANSWERS);
  const talking = await door.comes(ASLEEP);
  const words = setInterval(() => talking.send('Когда контрольная?'), 100);
  onTestFinished(() => clearInterval(words));
  const asked = countPings(quiet);
  const askedTalking = countPings(talking);

  await once(asleep, 'close');
  await new Promise((after) => setTimeout(after, PACE.silenceMs));
  expect(quiet.readyState).toBe(WebSocket.OPEN);
  expect(asked.times.length).toBeGreaterThan(1);
  expect(talking.readyState).toBe(WebSocket.OPEN);
  expect(askedTalking.times).toEqual([]);
});

test('[R388] nobody who left is held in memory, though all of a school left at once', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const connections = new Map<object, { heardAt: number }>();
  const heartbeat = new Heartbeat(connections as never, PACE);
  onTestFinished(() => heartbeat.stop());
  const left = Array.from({ length: 1_000 }, () => {
    const socket = { ping() {}, terminate() {} };
    connections.set(socket, { heardAt: performance.now() });
    return new WeakRef(socket);
  });
  await new Promise((after) => setTimeout(after, PACE.turnEveryMs / 10));
  connections.clear();
  await expect
    .poll(() => {
      collect();
      return left.filter((socket) => socket.deref()).length;
    })
    .toBe(0);
});

test('[R388] a whole school is asked one after another, each in its turn', async () => {
  const door = await opened();
  const pupils = await Promise.all(Array.from({ length: 200 }, () => door.comes(ANSWERS)));
  const asked = pupils.map(countPings);
  await expect.poll(() => asked.every(({ times }) => times.length > 0), { timeout: 5_000 }).toBe(true);

  const first = asked.map(({ times }) => times[0] as number).sort((a, b) => a - b);
  // Had they been asked in one go all would have heard it within an instant.
  const middle = (first.at(-20) as number) - (first[20] as number);
  expect(middle).toBeGreaterThan(PACE.turnEveryMs / 3);
});

function countPings(pupil: WebSocket): { times: number[] } {
  const times: number[] = [];
  pupil.on('ping', () => times.push(performance.now()));
  return { times };
}

/** A door with a heartbeat behind it, as the relay has it. */
async function opened() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const connections = new Map<WebSocket, { heardAt: number }>();
  const heartbeat = new Heartbeat(connections, PACE);
  server.on('connection', (socket) => {
    const heard = { heardAt: performance.now() };
    connections.set(socket, heard);
    for (const sign of ['pong', 'message'])
      socket.on(sign, () => {
        heard.heardAt = performance.now();
      });
    socket.on('close', () => connections.delete(socket));
  });
  onTestFinished(() => {
    heartbeat.stop();
    for (const socket of connections.keys()) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    async comes(habits: { autoPong: boolean }): Promise<WebSocket> {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, habits);
      await once(socket, 'open');
      return socket;
    },
  };
}
