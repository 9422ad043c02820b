/** One pupil has a paper on screen everywhere at once, and waves. */
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LINE_LIMITS } from '#server/rooms/limits.ts';
import { TestDevice } from '../../support/device.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { paperOf } from '../../support/shared-paper.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

function awareness(client: number, clock: number, state: object | null): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, 1);
  encoding.writeVarUint(to, client);
  encoding.writeVarUint(to, clock);
  encoding.writeVarString(to, JSON.stringify(state));
  return encoding.toUint8Array(to);
}

const at = (clock: number) => ({ type: null, tname: null, item: { client: 1, clock }, assoc: 0 });
const undrawable: Record<string, object> = {
  'a caret that is nowhere': { cursor: {} },
  'a number for a caret': { cursor: 5 },
  'a number for a person': { user: 5, cursor: { anchor: at(0), head: at(0) } },
  'a place before the beginning': { cursor: { anchor: at(-5), head: at(0) } },
  'a place in another root': { cursor: { anchor: { tname: 'paper' }, head: { tname: 'paper' } } },
};

test('[R276] what would break every editor that draws it is shown to nobody, now or later; an honest caret is', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const room = `paper/${await paperOf(anna)}`;
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  await petya.open(room);
  let clock = 1;
  for (const state of Object.values(undrawable))
    petya.line.say({ kind: 'aware', doc: room, bytes: awareness(petya.lease, clock++, state) });
  await petya.line.settled();
  await anna.line.settled();
  expect(anna.line.heard.filter(({ kind }) => kind === 'aware')).toEqual([]);
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open(room);
  await masha.line.settled();
  expect(masha.line.heard.filter(({ kind }) => kind === 'aware')).toEqual([]);
  const honest = { cursor: { anchor: at(0), head: at(0) } };
  petya.line.say({ kind: 'aware', doc: room, bytes: awareness(petya.lease, clock, honest) });
  await petya.line.settled();
  await anna.line.next('aware');
});

test('[R639] who waves on eight devices at once, each no faster than it may, is shown as often as hands move', async () => {
  const token = relay.sessions.signIn('petya');
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  const room = `paper/${await paperOf(anna)}`;
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open(room);
  const devices = await Promise.all(Array.from({ length: 8 }, () => TestDevice.start(relay, token)));
  for (const device of devices) await device.open(room);
  const waves = 120;
  for (let i = 1; i <= waves; i++)
    for (const { line, lease } of devices)
      line.say({ kind: 'aware', doc: room, bytes: awareness(lease, i, { wave: 'а'.repeat(700) }) });
  for (const { line } of devices) await line.settled();
  // Others are shown all the same.
  masha.line.say({ kind: 'aware', doc: room, bytes: awareness(masha.lease, 1, { here: true }) });
  await anna.line.settled();
  const heard = anna.line.heard.filter(({ kind }) => kind === 'aware');
  expect(heard.length).toBeGreaterThan(LINE_LIMITS.awareBurst / 2);
  expect(heard.length).toBeLessThan((waves * devices.length) / 2);
  const last = heard.at(-1);
  expect(last?.kind === 'aware' && Buffer.from(last.bytes).includes('"here"')).toBe(true);
  for (const { line } of devices) expect(line.closed).toBeUndefined();
});
