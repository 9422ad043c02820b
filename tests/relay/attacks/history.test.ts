/** 7А hides its history. Lena comes in while everybody talks; Masha, who was there, is put out and back in one breath. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { editKey, idOf } from '#shared/feed/shape.ts';
import { CLOSE } from '#shared/wire/close.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { contentOf, TestDevice } from '../../support/device.ts';
import type { TestLine } from '../../support/line.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { paperOf } from '../../support/shared-paper.ts';

const OLD = 'chat/7a/feed/1';

let relay: TestRelay;
beforeEach(async () => {
  const registry = smallRegistry();
  registry.members.lena = { role: 'student', duties: {} };
  registry.chats['7a'] = { ...(registry.chats['7a'] as (typeof registry.chats)[string]), hidesHistory: true };
  relay = await startTestRelay({ registry });
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));
const join = (anna: AdminDevice, person: string) =>
  anna.setDuty({ person, unit: '7a', from: undefined, to: 'student' });
const leave = (anna: AdminDevice, person: string) =>
  anna.setDuty({ person, unit: '7a', from: 'student', to: undefined });

/** All that was told on a line, as bytes: whatever stands there in plain words is found. */
function toldOn(line: TestLine): string {
  const bytesOf = (frame: Frame) =>
    frame.kind === 'patch' ? contentOf(frame) : 'bytes' in frame ? frame.bytes : new Uint8Array();
  return line.heard
    .map((frame) => `${JSON.stringify(frame)} ${Buffer.from(bytesOf(frame)).toString()}`)
    .join('\n');
}

test('[R380] who asks for everything over and over while she is let in, and all talk, hears no word from before her first segment', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const talkers = await Promise.all(['masha', 'petya'].map(device));
  for (const talker of talkers) await talker.open('chat/7a');
  const lena = await device('lena');
  const asking = setInterval(() => {
    lena.line.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [{ doc: OLD, seq: 0 }], newest: true });
    lena.line.say({ kind: 'pull', doc: OLD, epoch: '', seq: 0 }, { kind: 'shut', room: 'chat/7a' });
  }, 1);
  const said: { text: string; seq: number }[] = [];
  let isIn = false;
  let words = 0;
  const talk = async (talker: TestDevice): Promise<void> => {
    for (let after = 0; after < 10; ) {
      if (isIn) after++;
      const text = `<word ${++words}>`;
      const answer = await talker.send(talker.message('7a', text));
      if (answer.kind === 'ack') said.push({ text, seq: answer.seq });
      else talker.heads.set('chat/7a', 2);
      // A lease that was refused is closed: what follows is said under another.
      if (answer.kind === 'refuse') return talkOn(talker);
    }
  };
  const talkOn = async (talker: TestDevice): Promise<void> => {
    const fresh = await talker.withFreshLease();
    await fresh.open('chat/7a');
    return talk(fresh);
  };
  const joined = Promise.all(talkers.map(talk));
  await expect.poll(() => said.length).toBeGreaterThan(20);
  expect(await join(anna, 'lena')).toMatchObject({ kind: 'ack' });
  isIn = true;
  await joined;
  clearInterval(asking);
  lena.line.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [], newest: true });
  await lena.line.settled();
  const [first] = await relay.store.firsts();
  expect(first).toMatchObject({ person: 'lena', segment: 2 });
  const told = toldOn(lena.line);
  const before = said.filter(({ seq }) => seq <= (first?.seq ?? 0));
  expect(before.length).toBeGreaterThan(10);
  expect(before.filter(({ text }) => told.includes(text))).toEqual([]);
  expect(said.filter(({ text }) => told.includes(text)).length).toBeGreaterThan(5);
});

test('[R381] who is put out and back in one breath, with all of it open on two devices, is to the old part as anybody who is new', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  const petya = await device('petya');
  await petya.open('chat/7a');
  const phone = await device('masha');
  const desk = await device('masha');
  const paper = await paperOf(phone);
  await desk.open('chat/7a');
  const own = phone.message('7a', 'Моё');
  expect(await phone.send(own)).toMatchObject({ kind: 'ack' });
  await desk.open(`paper/${paper}`);
  const token = relay.sessions.signIn('masha');
  const stock = new WebSocket(`${relay.origin.replace('http', 'ws')}${STOCK_PATH}/${OLD}?token=${token}`);
  await once(stock, 'open');
  const closed = once(stock, 'close');
  const both = await Promise.all([leave(anna, 'masha'), join(anna, 'masha')]);
  expect(both).toMatchObject([{ kind: 'ack' }, { kind: 'ack' }]);
  expect((await closed)[0]).toBe(CLOSE.unknownDocument.code);
  await desk.line.next('purge', ({ room }) => room === `paper/${paper}`);
  for (const one of [phone, desk]) {
    await one.open('chat/7a');
    one.line.heard.length = 0;
  }
  petya.hear();
  const edits = petya.make(OLD, (doc) => doc.getMap('reactions').set(`${own.id}~petya`, '👍'));
  expect(await petya.send(edits)).toMatchObject({ kind: 'ack' });
  await petya.open(`paper/${paper}`);
  const wrote = petya.make(`paper/${paper}`, (doc) => doc.getMap('paper').set('schema', 1));
  expect(await petya.send(wrote)).toMatchObject({ kind: 'ack' });
  // What she wrote there herself is no more hers to change than anybody's, and no paper of hers is left there.
  const edit = phone.make(OLD, (doc) =>
    doc.getMap('edits').set(editKey(own.id, idOf(phone.lease, 77)), { at: 1, text: 'Опять моё' }),
  );
  expect(await phone.send(edit)).toMatchObject({ kind: 'refuse', code: 'unknown-place' });
  for (const { line } of [phone, desk]) {
    line.say({ kind: 'pull', doc: OLD, epoch: phone.epochs.get('chat/7a') ?? '', seq: 1 });
    line.say({ kind: 'find', chat: '7a', id: own.id });
    line.say({ kind: 'aware', doc: `paper/${paper}`, bytes: Uint8Array.of(0) });
    expect(await line.next('found')).toMatchObject({ doc: '', seq: 0 });
    await line.settled();
    expect(toldOn(line)).not.toContain(`${own.id}~petya`);
    const kinds = line.heard.map(({ kind }) => kind);
    expect(kinds).not.toContain('update');
    expect(kinds).not.toContain('patch');
  }
  const cookie = { cookie: `session=${token}` };
  const listed = await fetch(`${relay.origin}/api/papers`, { headers: cookie });
  expect(await listed.json()).toEqual({ papers: [] });
  expect((await fetch(`${relay.origin}/api/papers/${paper}/versions/2`, { headers: cookie })).status).toBe(
    403,
  );
});
