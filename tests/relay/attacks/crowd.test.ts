/** What happens when rules of several parts meet: sleeping rooms, held batches, full segments, refusals in between. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { FAN_OUT } from '#server/rooms/limits.ts';
import { idOf } from '#shared/feed/shape.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { contentOf, TestDevice } from '../../support/device.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R310] what a stock client writes that came before its room slept reaches those who opened it since', async () => {
  await relay.end();
  relay = await startTestRelay({ idleMs: 20 });
  const masha = await device('masha');
  await masha.open('chat/7a');
  const stock = await stockSocket('masha');
  masha.line.say({ kind: 'shut', room: 'chat/7a' });
  await asleep();
  const anna = await device('anna');
  await anna.open('chat/7a');
  const { bytes } = masha.make('chat/7a/feed/1', (doc) =>
    doc.getMap('messages').set(idOf(masha.lease, 70), { by: 'masha', at: 1, text: 'Из другой программы' }),
  );
  stock.send(syncUpdate(bytes));
  expect(await anna.line.next('update')).toMatchObject({ seq: 1 });
  expect(await anna.send(anna.message('7a', 'Вижу'))).toMatchObject({ kind: 'ack', seq: 2 });
  stock.terminate();
});

test('[R318] thirty who write at once across the end of a segment: each message stands once, none is lost', async () => {
  await relay.end();
  const registry = smallRegistry();
  const pupils = Array.from({ length: 30 }, (_, i) => `p${i}`);
  for (const pupil of pupils) registry.members[pupil] = { role: 'student', duties: { '7a': 'student' } };
  relay = await startTestRelay({ registry });
  const acked: { id: string; seq: number }[] = [];
  const write = async (person: string) => {
    let pen = await device(person);
    await pen.open('chat/7a');
    for (let i = 0; i < 18; ) {
      const push = pen.message('7a', `${person} ${i}`);
      const answer = await pen.send(push);
      pen.hear();
      if (answer.kind === 'ack') {
        acked.push({ id: push.id, seq: answer.seq });
        i++;
        continue;
      }
      expect(answer.code).toBe('segment-closed');
      const head = pen.heads.get('chat/7a') as number;
      pen = await pen.withFreshLease();
      await pen.open('chat/7a');
      expect(pen.heads.get('chat/7a')).toBeGreaterThanOrEqual(head);
    }
  };
  await Promise.all(pupils.map(write));
  relay = await relay.restart();
  const places = (await Promise.all([1, 2].map((n) => relay.store.places(`chat/7a/feed/${n}`, 0)))).flat();
  expect(places.map(({ id, seq }) => `${seq} ${id}`).sort()).toEqual(
    acked.map(({ id, seq }) => `${seq} ${id}`).sort(),
  );
  expect(new Set(acked.map(({ seq }) => seq)).size).toBe(540);
  const reader = await device('anna');
  expect((await reader.open('chat/7a')).head).toBe(2);
  reader.line.say({ kind: 'pull', doc: 'chat/7a/feed/1', epoch: '', seq: 0 });
  await reader.line
    .next('patch')
    .then((patch) => Y.applyUpdate(reader.doc('chat/7a/feed/1'), contentOf(patch)));
  expect([reader.texts('7a', 1).length, reader.texts('7a', 1).length + reader.texts('7a', 2).length]).toEqual(
    [500, 540],
  );
});

test('[R314] in the midst of a crowd a refusal closes its lease alone, and what was good before it stays', async () => {
  await crowd();
  const masha = await device('masha');
  await masha.open('chat/7a');
  const petya = await device('petya');
  await petya.open('chat/7a');
  const good = masha.message('7a', 'До отказа');
  const bad = masha.wrap('chat/7a/feed/1', Uint8Array.of(9, 9, 9));
  const late = masha.message('7a', 'После отказа');
  petya.line.say(petya.message('7a', 'Раз'));
  masha.line.say(good, bad, late);
  petya.line.say(petya.message('7a', 'Два'));
  const answers = [];
  for (let i = 0; i < 3; i++)
    answers.push(await masha.line.nextOf('an answer', ({ kind }) => kind === 'ack' || kind === 'refuse'));
  expect(answers).toMatchObject([
    { kind: 'ack', n: 1 },
    { code: 'malformed', n: 2 },
    { code: 'superseded', n: 3 },
  ]);
  for (let i = 0; i < 2; i++) await petya.line.next('ack');
  relay = await relay.restart();
  const again = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  const { lasts } = await again.open('chat/7a');
  expect(lasts.find(({ lease }) => lease === masha.lease)).toMatchObject({ n: 1, closed: true });
  expect(again.texts('7a')).toEqual(['Два', 'До отказа', 'Раз']);
  expect(await again.send(again.message('7a', 'Ещё'))).toMatchObject({ code: 'superseded' });
});

test('[R315] a chain of leases that replace each other in one breath of a crowd leaves the last one open', async () => {
  await crowd();
  const one = await device('masha');
  await one.open('chat/7a');
  const pens = [one, await one.withFreshLease(), await one.withFreshLease()];
  const [a, b, c] = pens as [TestDevice, TestDevice, TestDevice];
  for (const pen of [b, c]) {
    pen.epochs.set('chat/7a', one.epochs.get('chat/7a') as string);
    pen.heads.set('chat/7a', 1);
  }
  one.line.say(
    a.message('7a', 'первая'),
    { ...b.message('7a', 'вторая'), replaces: { lease: a.lease, n: 1 } },
    a.message('7a', 'первая снова'),
    { ...c.message('7a', 'третья'), replaces: { lease: b.lease, n: 1 } },
    b.message('7a', 'вторая снова'),
    c.message('7a', 'третья снова'),
  );
  const answers: string[] = [];
  for (let i = 0; i < 6; i++) {
    const answer = await one.line.nextOf('an answer', ({ kind }) => kind === 'ack' || kind === 'refuse');
    answers.push(answer.kind === 'refuse' ? answer.code : answer.kind);
  }
  expect(answers).toEqual(['ack', 'ack', 'superseded', 'ack', 'superseded', 'ack']);
  relay = await relay.restart();
  const anna = await device('anna');
  await anna.open('chat/7a');
  expect(anna.texts('7a')).toEqual(['вторая', 'первая', 'третья', 'третья снова'].sort());
});

test('[R342] a message that is said, answered and deleted in one breath of a crowd leaves its answer and no trace', async () => {
  await crowd();
  const masha = await device('masha');
  await masha.open('chat/7a');
  const said = masha.message('7a', 'Этого никто не говорил');
  const answer = masha.make('chat/7a/feed/1', (doc) =>
    doc.getMap('messages').set(idOf(masha.lease, 800), { by: 'masha', at: 1, text: 'Ответ', re: said.id }),
  );
  const gone = masha.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(said.id));
  masha.line.say(said, answer, gone);
  for (let i = 0; i < 3; i++) await masha.line.next('ack');
  relay = await relay.restart();
  const anna = await device('anna');
  await anna.open('chat/7a');
  expect(anna.texts('7a')).toEqual(['Ответ']);
  await erased();
  await relay.store.close();
  for (const file of readdirSync(relay.dataDir))
    expect(readFileSync(join(relay.dataDir, file)).includes('Этого никто'), file).toBe(false);
});

test('[R352] a paper that is made and renamed in one breath of a crowd has its last name, here and after a restart', async () => {
  await crowd();
  const masha = await device('masha');
  await masha.open('chat/7a');
  const paper = idOf(masha.lease, 901);
  const entry = (title: string) => ({ by: 'masha', title, edit: 'everyone' });
  const made = masha.make('chat/7a/feed/1', (doc) => {
    doc.getMap('papers').set(paper, entry('Черновик'));
    doc.getMap('messages').set(idOf(masha.lease, 900), { by: 'masha', at: 1, text: 'Вот', paper });
  });
  const renamed = masha.make('chat/7a/feed/1', (doc) => doc.getMap('papers').set(paper, entry('План')));
  masha.line.say(made, renamed);
  const petya = await device('petya');
  const state = await petya.open(`paper/${paper}`);
  expect(state.room).toBe(`paper/${paper}`);
  for (let i = 0; i < 2; i++) await masha.line.next('ack');
  expect(await relay.store.papers()).toMatchObject([{ paper, title: 'План', owner: 'masha' }]);
  relay = await relay.restart();
  const again = await device('petya');
  await again.open(`paper/${paper}`);
});

test('[R350] who loses the chat while a crowd’s window holds their words: what was acknowledged stands, nothing else', async () => {
  await crowd();
  const petya = await device('petya');
  await petya.open('chat/7a');
  const elena = await AdminDevice.start(relay);
  const demoted = elena.setRole('petya', 'student', 'parent');
  const pushes = Array.from({ length: 40 }, (_, i) => petya.message('7a', `${i}`));
  for (const push of pushes) {
    petya.line.say(push);
    await new Promise(setImmediate);
  }
  const acked: string[] = [];
  for (const { n, id } of pushes) {
    const answer = await petya.line.nextOf(
      'an answer',
      (frame) => (frame.kind === 'ack' || frame.kind === 'refuse') && frame.n === n,
    );
    if (answer.kind === 'ack') acked.push(id);
  }
  expect(await demoted).toMatchObject({ kind: 'ack' });
  expect((await relay.store.places('chat/7a/feed/1', 0)).map(({ id }) => id)).toEqual(acked);
});

/** So many watch the chat of 7A that its intents wait for one another. */
async function crowd(): Promise<void> {
  const people = Array.from({ length: FAN_OUT.crowd }, (_, i) => (i % 2 ? 'anna' : 'petya'));
  const devices = await Promise.all(people.map(device));
  await Promise.all(devices.map((one) => one.open('chat/7a')));
}

/** Resolves when what was deleted is off the disk. */
async function erased(): Promise<void> {
  while ((await relay.store.due()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Resolves when no room is in memory. */
async function asleep(): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${relay.origin}/metrics`)).text();
    if (/parta_rooms 0\n/.test(text)) return;
  }
}

async function stockSocket(person: string): Promise<WebSocket> {
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn(person)}`;
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path);
  await new Promise((resolve) => ws.once('message', resolve));
  return ws;
}

function syncUpdate(bytes: Uint8Array): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, 0);
  encoding.writeVarUint(to, 2);
  encoding.writeVarUint8Array(to, bytes);
  return encoding.toUint8Array(to);
}
