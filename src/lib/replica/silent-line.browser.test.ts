import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import { enter, keepTimers, openSchool, settled, type TestSchool, until } from './testing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** An uplink that brings over no more than a slow phone's: 12 kbit/s. */
const SLOWEST_BYTES_PER_SECOND = 1_500;

test('[R498] a line on which nothing comes any more is asked once, then given up for a new one', async () => {
  const beat = keepTimers(LIMITS.heartbeatMs / 5);
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));

  await school.on('count');
  passes(LIMITS.heartbeatMs + 1_000);
  for (const run of beat) run();
  await school.on('heard', 'pong');
  expect(masha.line.at).toBe('online');

  await school.deafen();
  passes(LIMITS.silenceMs + 1_000);
  for (const run of beat) run();
  await until(masha, 'the line is given up', () => masha.line.at !== 'online');
  await school.mend();
  await until(masha, 'a new one is there', () => masha.line.at === 'online');
});

test('[R880] a line that was given up is waited for longer the next time: what is large and slow comes over in the end', async () => {
  const beat = keepTimers(LIMITS.heartbeatMs / 5);
  const turn = () => {
    for (const run of beat) run();
  };
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await school.deafen();
  passes(LIMITS.silenceMs + 1_000);
  turn();
  await until(masha, 'the line is given up', () => masha.line.at !== 'online');
  await school.mend();
  await until(masha, 'a new one is there', () => masha.line.at === 'online');

  await school.deafen();
  passes(LIMITS.silenceMs + 1_000);
  turn();
  expect(masha.line.at).toBe('online');
  passes(LIMITS.silenceMs);
  turn();
  await until(masha, 'twice as long is enough', () => masha.line.at !== 'online');
  await school.mend();
  await until(masha, 'a third line is there', () => masha.line.at === 'online');

  await school.on('count');
  passes(LIMITS.heartbeatMs + 1_000);
  turn();
  await school.on('heard', 'pong');
  await school.deafen();
  passes(LIMITS.silenceMs + 1_000);
  turn();
  await until(masha, 'once it answered, a minute is enough again', () => masha.line.at !== 'online');
});

test('[R499] a long outbox goes in messages of which the slowest line brings each over before it counts as dead', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'no network', () => masha.line.at !== 'online');
  for (let n = 0; n < 40; n++) await chat.say(`${n} ${'Сочинение про лето. '.repeat(200)}`);

  const sizes: number[] = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function count(data) {
    if (data instanceof Uint8Array) sizes.push(data.byteLength);
    send.call(this, data);
  };
  onTestFinished(() => {
    WebSocket.prototype.send = send;
  });
  await school.mend();
  await until(masha, 'all of it is sent', () => masha.unsent === 0);
  expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(300_000);
  expect(Math.max(...sizes) / SLOWEST_BYTES_PER_SECOND).toBeLessThan(LIMITS.silenceMs / 1_000);
});

/** The clock goes on by so much. */
function passes(ms: number): void {
  const { now } = Date;
  Date.now = () => now() + ms;
  onTestFinished(() => {
    Date.now = now;
  });
}
