/** One program at a time on a data folder; and a relay that was taken over all the same ends. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { backup } from '#server/keep/backup.ts';
import { openStore } from '#server/serve.ts';
import { holdFolder } from '#server/store/sqlite/held-folder.ts';
import { TestDevice } from '../support/device.ts';
import {
  hello,
  newFolder,
  type Running,
  runDemo,
  runMain,
  runProgram,
  signIn,
  startDemo,
  startMain,
} from '../support/programs.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { freePort } from '../support/served-school.ts';

let relay: TestRelay | undefined;
afterEach(async () => {
  await relay?.end();
  relay = undefined;
});

for (const port of ['the same port', 'another port'])
  test(`[R602] a second start on the same folder and ${port} says what to do and leaves the first alone`, async () => {
    const school = await startMain();
    const cookie = await signIn(school.origin, school.links()[0] ?? '');
    const fence = fenceOf(school.data);
    const second = runMain({
      PARTA_PORT: String(port === 'the same port' ? school.port : await freePort()),
      PARTA_DATA: school.data,
    });
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining('PARTA_DATA=')]);
    expect(second.stderr).toContain(school.data);
    expect(fenceOf(school.data)).toBe(fence);
    await isStoring(school, cookie);
  });

test('[R602] a second demo on the same folder, even one that starts over, leaves the first alone', async () => {
  const demo = await startDemo();
  const cookie = await signIn(demo.origin, demo.links()[0] ?? '');
  const port = String(await freePort());
  for (const more of [[], ['--fresh']]) {
    const second = runDemo(['--port', port, '--data', demo.data, ...more]);
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining('--data FOLDER')]);
    expect(second.stderr).toContain(demo.data);
  }
  await isStoring(demo, cookie);
}, 120_000);

test('[R602] a relay that was killed leaves no lock behind, and a backup that runs is in no start’s way', async () => {
  const first = await startMain();
  first.kill();
  await first.ended;
  const reading = await openStore(first.data);
  const second = await startMain({ data: first.data });
  expect((await fetch(`${second.origin}/healthz`)).status).toBe(200);
  await reading.close();
});

test('[R653] a restore under a running relay, and an erasure, are refused with a sentence; the relay goes on', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const to = newFolder();
  const made = await backup({ data: school.data, to, maxAgeDays: 30 });
  expect(readdirSync(join(made.backup, 'data'))).not.toContain('relay.lock');
  const words = ['sync-server/restore.ts', '--from', made.backup, '--to', school.data, '--force'];
  const refused = runProgram(words);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Stop it')]);
  expect(refused.stderr).toContain(school.data);
  const erased = runProgram(['sync-server/erase.ts', '--person', 'p1', '--data', school.data]);
  expect([erased.status, erased.stderr]).toEqual([1, expect.stringContaining('Stop it')]);
  await isStoring(school, cookie);
  await school.stop();
  expect(runProgram(words).status).toBe(0);
  await startMain({ data: school.data });
});

test('[R605] a relay whose rooms were taken over says so in its log and at /healthz, once, and is told to end', async () => {
  let ended = 0;
  relay = await startTestRelay({ fenced: () => ended++ });
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const other = await openStore(relay.dataDir);
  await other.claim();
  await other.close();
  const push = masha.message('7a', 'Раз');
  for (let i = 0; i < 2; i++) expect(await masha.send(push)).toMatchObject({ code: 'try-later' });
  const health = await fetch(`${relay.origin}/healthz`);
  expect([health.status, await health.json()]).toEqual([503, { ok: false, storage: 'fenced' }]);
  const lines = relay.logged.filter((line) => JSON.parse(line).event === 'fenced');
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error']);
  expect(ended).toBe(1);
});

test('[R302] a relay that was taken over closes no lease, keeps no mark and grants no lease', async () => {
  relay = await startTestRelay();
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  await petya.open('chat/7a');
  await petya.send(petya.message('7a', 'Раз'));
  const other = await openStore(relay.dataDir);
  await other.claim();
  const before = [await other.lasts('chat/7a'), await other.leasesOf('petya')];
  const pin = petya.make('chat/7a/pins', (doc) => doc.getMap('pins').set('x.1', { by: 'petya', at: 1 }));
  expect(await petya.send(pin)).toMatchObject({ kind: 'refuse', code: 'try-later' });
  petya.line.say({ kind: 'mark', chat: '7a', got: 1, read: 1 }, { kind: 'lease-ask', count: 1 });
  expect(await petya.line.next('lease-grant')).toMatchObject({ leases: [] });
  // The end of a relay writes the marks that wait.
  await relay.close();
  expect([await other.lasts('chat/7a'), await other.leasesOf('petya')]).toEqual(before);
  expect(await other.marksOf('7a')).toEqual([]);
  await other.close();
});

test('[R605] a program that was taken over ends with an error, so that what started it hears of it', async () => {
  const school = await startMain();
  const cookie = await signIn(school.origin, school.links()[0] ?? '');
  const device = await TestDevice.on(await hello(school.origin, cookie));
  await device.open(`me/${device.person}`);
  const other = await openStore(school.data);
  await other.claim();
  await other.close();
  device.line.say(setting(device));
  expect(await school.ended).toBe(1);
  expect(school.out()).toContain('Another Parta');
});

test('[R602] a folder is held by one at a time, whatever the others are', () => {
  const folder = newFolder();
  const letGo = holdFolder(folder);
  expect(letGo).toBeDefined();
  expect(holdFolder(folder)).toBeUndefined();
  letGo?.();
  const next = holdFolder(folder);
  expect(next).toBeDefined();
  next?.();
  expect(statSync(join(folder, 'relay.lock')).size).toBe(0);
  expect(existsSync(join(folder, 'parta.sqlite'))).toBe(false);
});

/** Whether a school takes and keeps what its first administrator writes. */
async function isStoring(school: Running, cookie: string): Promise<void> {
  const device = await TestDevice.on(await hello(school.origin, cookie));
  await device.open(`me/${device.person}`);
  expect(await device.send(setting(device))).toMatchObject({ kind: 'ack' });
  await device.line.hangUp();
}

function setting(device: TestDevice) {
  return device.make(`me/${device.person}`, (doc) => doc.getMap('settings').set('theme', 'dark'));
}

function fenceOf(data: string): number {
  const db = new Sqlite(join(data, 'parta.sqlite'), { readonly: true });
  try {
    return db.prepare("select value from meta where key = 'fence'").pluck().get() as number;
  } finally {
    db.close();
  }
}
