/** What a role may not learn, say in another's stead, or be told falsely. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { editKey, idOf } from '#shared/feed/shape.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../../support/device.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { createSessions } from '../../support/sessions.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R313] the clone of a phone that falls behind by several intents is not told that its own were taken', async () => {
  const phone = await device('masha');
  await phone.open('chat/7a');
  const clone = await TestDevice.start(relay, relay.sessions.signIn('masha'), phone.lease);
  await clone.open('chat/7a');
  for (const text of ['Раз', 'Два', 'Три']) await phone.send(phone.message('7a', text));
  const lost = clone.message('7a', 'Написано на копии');
  expect(lost.n).toBe(1);
  expect(await clone.send(lost)).toMatchObject({ kind: 'refuse', code: 'superseded' });
  expect(await relay.store.seqOf('chat/7a')).toBe(3);
});

test('[R313] what a stock client wrote with a lease never stands in for what the line says under that number', async () => {
  const masha = await device('masha');
  await masha.open('chat/7a');
  const stock = await stockSocket('masha');
  for (const n of [70, 71, 72]) {
    const { bytes } = masha.make('chat/7a/feed/1', (doc) =>
      doc.getMap('messages').set(idOf(masha.lease, n), { by: 'masha', at: 1, text: `${n}` }),
    );
    stock.send(Buffer.concat([Uint8Array.of(0, 2, bytes.length), bytes]));
  }
  const anna = await device('anna');
  await anna.open('chat/7a');
  while (anna.texts('7a').length < 3) {
    await anna.line.next('update').then(() => anna.open('chat/7a'));
  }
  const late = { ...masha.message('7a', 'С линии'), n: 1 };
  expect(await masha.send(late)).toMatchObject({ kind: 'refuse', code: 'superseded' });
  stock.terminate();
});

test('[R335] a push tells nothing of rooms that are not the sender’s: they are like rooms that do not exist', async () => {
  const anna = await device('anna');
  await anna.open('chat/7a');
  await anna.open('chat/staff');
  const dima = await device('dima');
  const answers = new Set<string>();
  for (const doc of [
    'chat/7a/feed/1',
    'chat/staff/pins',
    'chat/olga.masha/feed/1',
    'me/masha',
    'me/nobody',
    'chat/nowhere/feed/1',
    'paper/none',
    'org/main/registry',
    'org/other/registry',
  ]) {
    const answer = await dima.send(dima.wrap(doc, Uint8Array.of(0, 0)));
    answers.add(answer.kind === 'refuse' ? answer.code : answer.kind);
  }
  expect([...answers]).toEqual(['unknown-place']);
  expect(await relay.store.rooms(['chat/olga.masha', 'me/masha', 'me/nobody'])).toEqual([]);
});

test('[R335] who asks for the readers of a chat learns nothing of whether there is one', async () => {
  const headers = { cookie: `session=${relay.sessions.signIn('dima')}` };
  const ask = async (chat: string) => {
    const answer = await fetch(`${relay.origin}/api/chats/${chat}/readers`, { headers });
    return [answer.status, await answer.json()];
  };
  expect(await ask('olga.masha')).toEqual(await ask('nobody.here'));
});

test('[R353] a presence of the largest clock does not stay when its owner leaves', async () => {
  const anna = await device('anna');
  const paper = await paperOf(anna);
  await anna.open(`paper/${paper}`);
  const petya = await device('petya');
  await petya.open(`paper/${paper}`);
  for (const clock of [Number.MAX_SAFE_INTEGER, 2 ** 48]) {
    const to = encoding.createEncoder();
    encoding.writeVarUint(to, 1);
    encoding.writeVarUint(to, petya.lease);
    encoding.writeVarUint(to, clock);
    encoding.writeVarString(to, '{"wave":1}');
    petya.line.say({ kind: 'aware', doc: `paper/${paper}`, bytes: encoding.toUint8Array(to) });
  }
  expect(clockIn((await anna.line.next('aware')).bytes)).toBe(2 ** 48);
  await petya.line.hangUp();
  expect(clockIn((await anna.line.next('aware')).bytes)).toBe(2 ** 48 + 1);
});

test('[R353] a cursor that goes back in its clock is no ghost: others hear it, and hear it leave', async () => {
  const anna = await device('anna');
  const doc = `paper/${await paperOf(anna)}`;
  await anna.open(doc);
  const petya = await device('petya');
  await petya.open(doc);
  const show = (clock: number, state: string) => {
    const to = encoding.createEncoder();
    encoding.writeVarUint(to, 1);
    encoding.writeVarUint(to, petya.lease);
    encoding.writeVarUint(to, clock);
    encoding.writeVarString(to, state);
    petya.line.say({ kind: 'aware', doc, bytes: encoding.toUint8Array(to) });
  };
  const screen = new Awareness(new Y.Doc());
  const heard = async () => applyAwarenessUpdate(screen, (await anna.line.next('aware')).bytes, 'relay');
  show(1_000, '{"wave":1}');
  show(1, '{"wave":2}');
  await heard();
  await heard();
  expect(screen.getStates().get(petya.lease)).toMatchObject({ wave: 2, person: 'petya' });
  show(1, 'null');
  await heard();
  expect(screen.getStates().has(petya.lease)).toBe(false);
  screen.destroy();
});

test('[R353] one connection shows no crowd of cursors', async () => {
  const anna = await device('anna');
  const doc = `paper/${await paperOf(anna)}`;
  const petya = await device('petya');
  await petya.open(doc);
  for (let i = 0; i < 4; i++) {
    petya.line.say({ kind: 'lease-ask', count: 8 });
    for (const lease of (await petya.line.next('lease-grant')).leases) {
      const to = encoding.createEncoder();
      encoding.writeVarUint(to, 1);
      encoding.writeVarUint(to, lease);
      encoding.writeVarUint(to, 1);
      encoding.writeVarString(to, '{"wave":1}');
      petya.line.say({ kind: 'aware', doc, bytes: encoding.toUint8Array(to) });
    }
  }
  await petya.line.settled();
  const masha = await device('masha');
  masha.line.say({ kind: 'open', room: doc, epoch: '', held: [], newest: true });
  const shown = decoding.readVarUint(decoding.createDecoder((await masha.line.next('aware')).bytes));
  expect(shown).toBeLessThanOrEqual(16);
});

test('[R331] a session that ends while its connection is on the way in lets nobody in', async () => {
  await relay.end();
  const sessions = createSessions();
  const { ofToken } = sessions;
  relay = await startTestRelay({
    sessions: {
      ...sessions,
      async ofToken(token) {
        const session = await ofToken(token);
        sessions.end(token);
        return session;
      },
    },
  });
  const ws = await stockSocket('masha');
  expect(await new Promise((resolve) => ws.on('close', resolve))).toBe(CLOSE.signedOut.code);
});

test('[R350] a role that goes while pushes are in the air stops those that come after it, and none is half taken', async () => {
  const elena = await AdminDevice.start(relay);
  const masha = await device('masha');
  const anna = await device('anna');
  await masha.open('chat/7a');
  await anna.open('chat/7a');
  const pushes = Array.from({ length: 60 }, (_, i) => masha.message('7a', `${i}`));
  masha.line.say(...pushes.slice(0, 20));
  const demoted = elena.setRole('masha', 'student', 'parent');
  for (const push of pushes.slice(20)) masha.line.say(push);
  expect(await demoted).toMatchObject({ kind: 'ack' });
  let acked = 0;
  const codes = new Set<string>();
  for (const { n } of pushes) {
    const answer = await masha.line.nextOf(
      'an answer',
      (frame) => (frame.kind === 'ack' || frame.kind === 'refuse') && frame.n === n,
    );
    if (answer.kind === 'ack') acked++;
    else if (answer.kind === 'refuse') codes.add(answer.code);
  }
  expect([...codes].every((code) => code === 'not-a-member' || code === 'superseded')).toBe(true);
  expect(await relay.store.seqOf('chat/7a')).toBe(acked);
  const petya = await device('petya');
  await petya.open('chat/7a');
  expect(petya.texts('7a').length).toBe(acked);
});

test('[R206] a paper of one chat is not taken over through another, not even by its owner', async () => {
  const anna = await device('anna');
  const paper = await paperOf(anna);
  const share = (hand: TestDevice, chat: string) =>
    hand.make(`chat/${chat}/feed/1`, (doc) => {
      doc.getMap('papers').set(paper, { by: hand.person, title: 'План', edit: 'everyone' });
      doc.getMap('messages').set(idOf(hand.lease, 1), { by: hand.person, at: 1, text: 'Вот', paper });
    });
  const petya = await device('petya');
  await petya.open('chat/news');
  expect(await petya.send(share(petya, 'news'))).toMatchObject({ code: 'not-yours' });
  const fresh = await anna.withFreshLease();
  await fresh.open('chat/7b');
  expect(await fresh.send(share(fresh, '7b'))).toMatchObject({ code: 'not-allowed' });
});

test('[R350] who loses the chat loses its papers on every open connection', async () => {
  const elena = await AdminDevice.start(relay);
  const paper = await paperOf(await device('anna'));
  const masha = await device('masha');
  await masha.open(`paper/${paper}`);
  const stock = await stockSocket('masha', `paper/${paper}`);
  const closed = new Promise((resolve) => stock.on('close', resolve));
  await elena.setRole('masha', 'student', 'parent');
  expect(await closed).toBe(CLOSE.unknownDocument.code);
  await masha.line.next('purge', ({ room }) => room === `paper/${paper}`);
  const write = masha.make(`paper/${paper}`, (doc) => doc.getMap('paper').set('schema', 1));
  expect(await masha.send(write)).toMatchObject({ code: 'not-a-member' });
  masha.line.say({ kind: 'pull', doc: `paper/${paper}`, epoch: '', seq: 0 });
  await masha.line.next('purge', ({ room }) => room === `paper/${paper}`);
});

test('[R201] an id is used once in a chat: not in a later segment, not as an edit, not for a paper', async () => {
  const petya = await device('petya');
  await petya.open('chat/7a');
  const first = petya.message('7a', 'Скажу');
  expect(await petya.send(first)).toMatchObject({ kind: 'ack' });
  const gone = petya.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(first.id));
  expect(await petya.send(gone)).toMatchObject({ kind: 'ack' });
  petya.skipIds(10);
  const second = petya.message('7a', 'Ещё');
  expect(await petya.send(second)).toMatchObject({ kind: 'ack' });

  const say = (hand: TestDevice, segment: number, id: string, more: object = {}) =>
    hand.make(`chat/7a/feed/${segment}`, (doc) => {
      if ('paper' in more) doc.getMap('papers').set(id, { by: 'petya', title: 'План', edit: 'owner' });
      doc.getMap('messages').set(id, { by: 'petya', at: 1, text: 'Тихо', ...more });
    });
  const same = idOf(petya.lease, 500);
  expect(await petya.send(say(petya, 1, same, { paper: same }))).toMatchObject({ code: 'not-allowed' });
  const other = await petya.withFreshLease();
  await other.open('chat/7a');
  const edit = other.make('chat/7a/feed/1', (doc) =>
    doc.getMap('edits').set(editKey(second.id, second.id), { at: 1, text: 'Иначе' }),
  );
  expect(await other.send(edit)).toMatchObject({ code: 'not-allowed' });

  const masha = await device('masha');
  await masha.open('chat/7a');
  const many = masha.make('chat/7a/feed/1', (doc) => {
    for (let i = 0; i < 500; i++)
      doc.getMap('messages').set(idOf(masha.lease, i), { by: 'masha', at: 1, text: `${i}` });
  });
  expect(await masha.send(many)).toMatchObject({ kind: 'ack' });
  const later = await petya.withFreshLease();
  expect((await later.open('chat/7a')).head).toBe(2);
  expect(await later.send(say(later, 2, first.id))).toMatchObject({ code: 'not-allowed' });
});

async function paperOf(anna: TestDevice): Promise<string> {
  await anna.open('chat/7a');
  const paper = idOf(anna.lease, 901);
  const push = anna.make('chat/7a/feed/1', (doc) => {
    doc.getMap('papers').set(paper, { by: 'anna', title: 'План', edit: 'everyone' });
    doc.getMap('messages').set(idOf(anna.lease, 900), { by: 'anna', at: 1, text: 'Вот', paper });
  });
  expect(await anna.send(push)).toMatchObject({ kind: 'ack' });
  return paper;
}

async function stockSocket(person: string, doc = 'chat/7a/feed/1'): Promise<WebSocket> {
  const path = `${STOCK_PATH}/${doc}?token=${relay.sessions.signIn(person)}`;
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path);
  await new Promise((resolve) => ws.once('open', resolve));
  return ws;
}

function clockIn(bytes: Uint8Array): number {
  const from = decoding.createDecoder(bytes);
  decoding.readVarUint(from);
  decoding.readVarUint(from);
  return decoding.readVarUint(from);
}
