import * as Automerge from '@automerge/automerge';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deviceOf, ELENA } from '#server/registry/school.fixture.ts';
import { ROOM_LIMITS } from '#server/rooms/limits.ts';
import { idOf } from '#shared/feed/shape.ts';
import { setDuty } from '#shared/registry/change.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { CLOSE } from '#shared/wire/close.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { TestDevice } from '../support/device.ts';
import { connect } from '../support/line.ts';
import { AdminDevice } from '../support/registry.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R350] a role taken away purges the room on open connections within a second, and nothing more is heard', async () => {
  const elena = await AdminDevice.start(relay);
  const masha = await device('masha');
  const anna = await device('anna');
  await masha.open('chat/7a');
  await anna.open('chat/7a');
  const since = performance.now();
  expect(await elena.setRole('masha', 'student', 'parent')).toMatchObject({ kind: 'ack' });
  expect(await masha.line.next('purge', ({ room }) => room === 'chat/7a')).toBeDefined();
  expect(performance.now() - since).toBeLessThan(1_000);
  const registry = JSON.parse(
    (await masha.line.next('registry', ({ json }) => json.includes('"parent"'))).json,
  );
  expect(registry.me.role).toBe('parent');
  expect(Object.keys(registry.chats)).not.toContain('7a');
  await anna.send(anna.message('7a', 'Маши тут больше нет'));
  await masha.line.settled();
  expect(masha.line.heard.filter(({ kind }) => kind === 'update')).toEqual([]);
  expect(await masha.send(masha.message('7a', 'А я есть'))).toMatchObject({
    kind: 'refuse',
    code: 'not-a-member',
  });
});

test('[R350] rights that go in the moment in which a hello looks them up take the room with them all the same', async () => {
  const [room] = await relay.store.rooms(['chat/7a']);
  const change = { person: 'masha', unit: '7a', from: 'student', to: undefined, at: 1 } as const;
  const made = setDuty(Automerge, deviceOf(relay.school, ELENA), change);
  const judged = made.ok && relay.school.judge(made.bytes, 'elena', ELENA);
  const standing = relay.school.standing.bind(relay.school);
  const asked = vi.spyOn(relay.school, 'standing').mockImplementation((person) => {
    const answer = standing(person);
    if (person === 'masha' && judged && judged.ok && asked.mock.calls.length === 1)
      queueMicrotask(judged.commit);
    return answer;
  });
  const rooms = [{ room: 'chat/7a', epoch: room?.epoch ?? '', seq: room?.seq ?? 0 }];
  const line = await connect(relay, relay.sessions.signIn('masha'), { rooms });
  expect((await line.next('welcome')).gone).toEqual([]);
  expect(await line.next('purge')).toMatchObject({ room: 'chat/7a' });
});

test('[R350] a chat that becomes read-only refuses the next message of a pupil and takes the teacher’s', async () => {
  const elena = await AdminDevice.start(relay);
  const masha = await device('masha');
  const anna = await device('anna');
  await masha.open('chat/7a');
  await anna.open('chat/7a');
  await elena.setMatrix('7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await masha.line.next('registry', ({ json }) => json.includes('"write":"staff"'));
  expect(await masha.send(masha.message('7a', 'Можно?'))).toMatchObject({ code: 'chat-is-read-only' });
  expect(await anna.send(anna.message('7a', 'Нельзя'))).toMatchObject({ kind: 'ack' });
});

test('[R351] a registry change counts from the moment it is on disk, and stays over a restart', async () => {
  const elena = await AdminDevice.start(relay);
  const igor = await AdminDevice.start(relay, 'igor');
  await elena.setRole('petya', 'student', 'parent');
  expect(await igor.setRole('petya', 'student', 'teacher')).toMatchObject({ kind: 'refuse', code: 'stale' });
  relay = await relay.restart();
  expect(relay.school.standing('petya')?.role).toBe('parent');
});

test('[R351] the registry opens for administrators and class teachers alone', async () => {
  const ask: Frame = { kind: 'open', room: 'org/main', epoch: '', held: [], newest: true };
  for (const person of ['elena', 'anna']) {
    const { line } = await device(person);
    line.say(ask);
    expect(await line.next('patch'), person).toMatchObject({ doc: 'org/main/registry' });
  }
  for (const person of ['masha', 'olga']) {
    const { line } = await device(person);
    line.say(ask);
    expect(await line.next('purge'), person).toMatchObject({ room: 'org/main' });
  }
});

test('[R352] a paper: made by a message, opened by readers, written by editors, and its row stays over a restart', async () => {
  const { anna, paper } = await sharedPaper('staff');
  const masha = await device('masha');
  await masha.open(`paper/${paper}`);
  const own = masha.make(`paper/${paper}`, (doc) => doc.getMap('paper').set('schema', 1));
  expect(await masha.send(own)).toMatchObject({ kind: 'refuse', code: 'paper-is-read-only' });
  expect(
    await anna.send(anna.make(`paper/${paper}`, (doc) => doc.getMap('paper').set('schema', 1))),
  ).toMatchObject({
    kind: 'ack',
  });
  expect(await masha.line.next('update')).toMatchObject({ doc: `paper/${paper}` });
  relay = await relay.restart();
  const petya = await device('petya');
  await petya.open(`paper/${paper}`);
  expect(petya.doc(`paper/${paper}`).getMap('paper').get('schema')).toBe(1);
});

test('[R353] nobody draws another’s cursor: foreign client ids are dropped and the person is the session’s', async () => {
  const { anna, paper } = await sharedPaper('everyone');
  const masha = await device('masha');
  await masha.open(`paper/${paper}`);
  const doc = `paper/${paper}`;
  const forged = awareness([
    [masha.lease, 1, { person: 'anna', wave: 3 }],
    [anna.lease, 9, { person: 'anna', wave: 0 }],
  ]);
  masha.line.say({ kind: 'aware', doc, bytes: forged });
  const heard = await anna.line.next('aware');
  expect(read(heard.bytes)).toEqual([[masha.lease, 1, { person: 'masha', wave: 3 }]]);
  masha.line.say({ kind: 'aware', doc: 'chat/7a/feed/1', bytes: forged });
  const petya = await device('petya');
  petya.line.say({ kind: 'open', room: doc, epoch: '', held: [], newest: true });
  expect(read((await petya.line.next('aware')).bytes)).toEqual([
    [masha.lease, 1, { person: 'masha', wave: 3 }],
  ]);
  await masha.line.hangUp();
  expect(read((await anna.line.next('aware')).bytes)).toEqual([[masha.lease, 2, null]]);
});

test('[R354] read marks: the largest of the others, one’s own on all devices, never beyond what there is', async () => {
  const masha = await device('masha');
  const phone = await device('anna');
  const desk = await device('anna');
  await masha.open('chat/7a');
  await phone.open('chat/7a');
  await masha.send(masha.message('7a', 'Прочитайте, пожалуйста'));
  phone.line.say({ kind: 'mark', chat: '7a', got: 900, read: 900 });
  expect(await masha.line.next('marks', ({ read: up }) => up > 0)).toMatchObject({
    chat: '7a',
    got: 1,
    read: 1,
    mine: 0,
  });
  expect(await desk.line.next('marks', ({ mine }) => mine > 0)).toMatchObject({ chat: '7a', mine: 1 });
  const dima = await device('dima');
  dima.line.say({ kind: 'mark', chat: '7a', got: 1, read: 1 });
  await dima.line.settled();
  relay = await relay.restart();
  expect(await relay.store.marksOf('7a')).toEqual([{ chat: '7a', person: 'anna', got: 1, read: 1 }]);
});

test('[R354] a mark that the store refused is written once it takes it', async () => {
  const [masha, anna] = [await device('masha'), await device('anna')];
  await masha.open('chat/7a');
  await anna.open('chat/7a');
  await masha.send(masha.message('7a', 'Прочитайте, пожалуйста'));
  const raise = vi.spyOn(relay.store, 'raise').mockRejectedValueOnce(new Error('not stored: disk'));
  anna.line.say({ kind: 'mark', chat: '7a', got: 1, read: 1 });
  expect(await masha.line.next('marks', ({ read: up }) => up > 0)).toMatchObject({ read: 1 });
  expect(raise).toHaveBeenCalledTimes(2);
  expect(await relay.store.marksOf('7a')).toEqual([{ chat: '7a', person: 'anna', got: 1, read: 1 }]);
});

test('[R355] a member who has the chat closed hears of its newest message, with the count of unread', async () => {
  const masha = await device('masha');
  const anna = await device('anna');
  const dima = await device('dima');
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Раз'));
  expect(await anna.line.next('chat-head', ({ seq }) => seq === 1)).toMatchObject({ chat: '7a', unread: 1 });
  await masha.send(masha.message('7a', 'Два'));
  expect(await anna.line.next('chat-head', ({ seq }) => seq === 2)).toMatchObject({
    unread: 2,
    last: { text: 'Два' },
  });
  await dima.line.settled();
  expect(dima.line.heard.filter(({ kind }) => kind === 'chat-head')).toEqual([]);
});

test('[R355] it hears of a deletion and of an edit too, while it is there and when it comes back', async () => {
  const masha = await device('masha');
  const anna = await device('anna');
  await masha.open('chat/7a');
  const [first, second] = [masha.message('7a', 'Раз'), masha.message('7a', 'Тайна')];
  await masha.send(first);
  await masha.send(second);
  await anna.line.next('chat-head', ({ seq }) => seq === 2);
  const feed = 'chat/7a/feed/1';
  await masha.send(masha.make(feed, (doc) => doc.getMap('messages').delete(second.id)));
  expect(await anna.line.next('chat-head', ({ seq }) => seq === 3)).toMatchObject({
    unread: 1,
    last: { id: first.id, text: 'Раз' },
  });
  await anna.line.hangUp();
  const edit = { at: 1, text: 'Два' };
  const key = `${first.id}~${idOf(masha.lease, 50)}`;
  await masha.send(masha.make(feed, (doc) => doc.getMap('edits').set(key, edit)));
  const again = await connect(relay, relay.sessions.signIn('anna'));
  expect(await again.next('chat-head')).toMatchObject({ unread: 1, last: { id: first.id, text: 'Два' } });
  await masha.send(
    masha.make(feed, (doc) => {
      doc.getMap('edits').delete(key);
      doc.getMap('messages').delete(first.id);
    }),
  );
  expect(await again.next('chat-head', ({ seq }) => seq === 5)).toMatchObject({ unread: 0, last: undefined });
});

test('[R355] the last words that it hears of are cut between characters, never in one', async () => {
  const [masha, anna] = [await device('masha'), await device('anna')];
  await masha.open('chat/7a');
  const before = 'а'.repeat(ROOM_LIMITS.summaryChars - 1);
  await masha.send(masha.message('7a', `${before}😀 и дальше`));
  const { last } = await anna.line.next('chat-head', ({ seq }) => seq === 1);
  expect(last?.text).toBe(before);
});

test('[R355] who leaves the chat again before it answered hears its newest message, and nothing else of it', async () => {
  const [masha, anna] = [await device('masha'), await device('anna')];
  await masha.open('chat/7a');
  const append = relay.store.append.bind(relay.store);
  const disk = Promise.withResolvers<void>();
  const held = vi.spyOn(relay.store, 'append').mockImplementationOnce(async (...words) => {
    await disk.promise;
    return append(...words);
  });
  masha.line.say(masha.message('7a', 'Раз'));
  await vi.waitUntil(() => held.mock.calls.length > 0);
  anna.line.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [], newest: true });
  anna.line.say({ kind: 'shut', room: 'chat/7a' });
  await anna.line.settled();
  disk.resolve();
  await anna.line.next('patch', ({ doc }) => doc === 'chat/7a/feed/1');
  await masha.send(masha.message('7a', 'Два'));
  await anna.line.next('chat-head', ({ seq }) => seq === 2);
  expect(anna.line.heard.filter(({ kind }) => kind === 'update')).toEqual([]);
});

test('[R356] find tells where a message is, to those who may read it', async () => {
  const masha = await device('masha');
  await masha.open('chat/7a');
  const push = masha.message('7a', 'Где я?');
  await masha.send(push);
  masha.line.say({ kind: 'find', chat: '7a', id: push.id });
  expect(await masha.line.next('found')).toMatchObject({ doc: 'chat/7a/feed/1', seq: 1 });
  masha.line.say({ kind: 'find', chat: '7a', id: '1.1' });
  expect(await masha.line.next('found')).toMatchObject({ doc: '', seq: 0 });
  const dima = await device('dima');
  dima.line.say({ kind: 'find', chat: '7a', id: push.id });
  expect(await dima.line.next('purge')).toMatchObject({ room: 'chat/7a' });
});

test('[R357] a flood is slowed down and all of it lands; beyond what may be in the air the line closes', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { intentsPerSecond: 50, intentsBurst: 5 } });
  const masha = await device('masha');
  await masha.open('chat/7a');
  const pushes = Array.from({ length: 20 }, (_, i) => masha.message('7a', `${i}`));
  masha.line.say(...pushes);
  const acks = [];
  for (const _ of pushes) acks.push((await masha.line.next('ack')).n);
  expect(acks).toEqual(pushes.map(({ n }) => n));
  const flood = Array.from({ length: 300 }, (_, i) => masha.message('7a', `${i}`));
  masha.line.say(...flood);
  expect(await masha.line.whenClosed()).toBe(CLOSE.tooMany.code);
});

test('[R358] a device that comes back gets what it lacks, and one from another epoch gets the whole', async () => {
  const masha = await device('masha');
  const { epoch } = await masha.open('chat/7a');
  for (const text of ['Раз', 'Два', 'Три']) await masha.send(masha.message('7a', text));
  const ask = (held: number, of: string) => ({
    kind: 'open' as const,
    room: 'chat/7a',
    epoch: of,
    held: [{ doc: 'chat/7a/feed/1', seq: held }],
    newest: false,
  });
  const anna = await device('anna');
  anna.line.say(ask(2, epoch));
  const some = await anna.line.next('patch');
  expect([some.from, some.seq, some.places.length]).toEqual([2, 3, 1]);
  anna.line.say(ask(3, epoch), ask(2, 'другая'));
  const whole = await anna.line.next('patch');
  expect([whole.from, whole.seq, whole.places.length]).toEqual([0, 3, 3]);
  await anna.line.settled();
  expect(anna.line.heard.filter(({ kind }) => kind === 'patch')).toEqual([]);
  const doc = 'chat/7a/feed/1';
  anna.line.say({ kind: 'pull', doc, epoch: 'другая', seq: 2 }, { kind: 'pull', doc, epoch, seq: 2 });
  expect((await anna.line.next('patch')).from).toBe(0);
  expect((await anna.line.next('patch')).from).toBe(2);
  // A sequence that the room never had is nothing that can be built on.
  anna.line.say({ kind: 'pull', doc, epoch, seq: 900 });
  expect((await anna.line.next('patch')).from).toBe(0);
});

async function sharedPaper(edit: 'everyone' | 'staff'): Promise<{ anna: TestDevice; paper: string }> {
  const anna = await device('anna');
  await anna.open('chat/7a');
  const id = idOf(anna.lease, 900);
  const paper = idOf(anna.lease, 901);
  const push = anna.make('chat/7a/feed/1', (doc) => {
    doc.getMap('papers').set(paper, { by: 'anna', title: 'План урока', edit });
    doc.getMap('messages').set(id, { by: 'anna', at: 1, text: 'Вот план', paper });
  });
  expect(await anna.send(push)).toMatchObject({ kind: 'ack' });
  await anna.open(`paper/${paper}`);
  return { anna, paper };
}

function awareness(entries: [client: number, clock: number, state: object | null][]): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, entries.length);
  for (const [client, clock, state] of entries) {
    encoding.writeVarUint(to, client);
    encoding.writeVarUint(to, clock);
    encoding.writeVarString(to, JSON.stringify(state));
  }
  return encoding.toUint8Array(to);
}

function read(bytes: Uint8Array): [number, number, unknown][] {
  const from = decoding.createDecoder(bytes);
  return Array.from({ length: decoding.readVarUint(from) }, () => [
    decoding.readVarUint(from),
    decoding.readVarUint(from),
    JSON.parse(decoding.readVarString(from)),
  ]);
}
