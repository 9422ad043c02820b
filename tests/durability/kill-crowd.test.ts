import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FAN_OUT } from '#server/rooms/limits.ts';
import { TestDevice } from '../support/device.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'parta-kill-crowd-'));
const PERSONS = ['masha', 'petya', 'anna'] as const;
const MESSAGES = 40;
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

test('[R320] killed while the words of a crowd’s room wait for one commit: none is lost, doubled, or shown too early', async () => {
  for (const [round, killAfter] of [1, 7, 20].entries()) {
    const chat = `k${round}`;
    const origin = await start();
    const watchers = await Promise.all(
      Array.from({ length: FAN_OUT.crowd }, (_, i) => open(origin, i % 2 ? 'anna' : 'petya', chat)),
    );
    const masha = await open(origin, 'masha', chat);
    const pushes = Array.from({ length: MESSAGES }, (_, i) => masha.message(chat, `${i}`));
    const acked: number[] = [];
    const dead = new Promise((resolve) => child?.once('exit', resolve));
    const killed = (async () => {
      for (let i = 0; i < killAfter; i++) acked.push((await masha.line.next('ack')).n);
      child?.kill('SIGKILL');
      await dead;
    })();
    for (const push of pushes) {
      if (masha.line.closed !== undefined) break;
      masha.line.say(push);
      await new Promise(setImmediate);
    }
    await killed;
    for (const frame of masha.line.heard) if (frame.kind === 'ack') acked.push(frame.n);
    const shown = new Set(
      watchers.flatMap(({ line }) =>
        line.heard.flatMap((frame) => (frame.kind === 'update' ? [frame.n] : [])),
      ),
    );
    const next = await start();
    const again = await open(next, 'masha', chat, masha.lease);
    const known = again.texts(chat).length;
    expect(known).toBeGreaterThanOrEqual(Math.max(...acked, ...shown));
    for (const push of pushes) expect(await again.send(push)).toMatchObject({ kind: 'ack', n: push.n });
    const reader = await open(next, 'anna', chat);
    expect(reader.texts(chat)).toEqual(pushes.map((_, i) => `${i}`).sort());
    child?.kill('SIGKILL');
  }
}, 60_000);

async function start(): Promise<string> {
  const file = new URL('./relay-process.ts', import.meta.url).pathname;
  child = spawn(process.execPath, [file, dataDir, ...PERSONS], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child?.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child?.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
  });
}

async function open(origin: string, person: string, chat: string, lease?: number): Promise<TestDevice> {
  const token = `${person}.${PERSONS.indexOf(person as (typeof PERSONS)[number]) + 1}`;
  const device = await TestDevice.start({ origin }, token, lease);
  await device.open(`chat/${chat}`);
  return device;
}
