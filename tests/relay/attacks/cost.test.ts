/** What one pupil may ask for must not cost the school its relay. */
import { once } from 'node:events';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { editKey, idOf } from '#shared/feed/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { decodeMessage } from '#shared/wire/codec.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../../support/device.ts';
import { AdminDevice } from '../../support/registry.ts';
import { startTestRelay, type TestRelay } from '../../support/relay.ts';
import { paperOf } from '../../support/shared-paper.ts';

const FAST = { intentsPerSecond: 100_000, intentsBurst: 100_000 };

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay({ rates: FAST });
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R334] a list of two million empty names is no frame', () => {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, 3);
  encoding.writeVarString(to, 'chat/7a');
  encoding.writeVarString(to, '');
  encoding.writeVarUint(to, 2_000_000);
  for (let i = 0; i < 4_000_000; i++) encoding.writeUint8(to, 0);
  encoding.writeUint8(to, 1);
  expect(decodeMessage(encoding.toUint8Array(to)).ok).toBe(false);
});

test('[R357] pushes of many megabytes are not gathered: the line of their sender closes', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { intentsPerSecond: 1, intentsBurst: 2 } });
  const petya = await device('petya');
  await petya.open('chat/7a');
  for (let i = 0; i < 16; i++) petya.line.say(petya.wrap('chat/7a/feed/1', new Uint8Array(3 * 1024 * 1024)));
  expect(await petya.line.whenClosed()).toBe(CLOSE.tooMany.code);
});

test('[R111] a document that hundreds of askers want at once is not copied for each', async () => {
  const petya = await device('petya');
  const paper = await paperOf(petya);
  for (let i = 0; i < 28; i++)
    expect(await petya.send(petya.make(`paper/${paper}`, (doc) => append(doc, noise(60_000))))).toMatchObject(
      { kind: 'ack' },
    );
  const doc = `paper/${paper}`;
  const pulls = Array.from({ length: 400 }, (_, i) => ({
    ...{ kind: 'pull' as const, epoch: '', seq: 0 },
    doc: i % 2 ? doc : 'chat/7a/feed/1',
  }));
  petya.line.ws.pause();
  const before = process.memoryUsage().arrayBuffers;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 1);
  petya.line.say(...pulls);
  const anna = await device('anna');
  await anna.line.settled();
  petya.line.ws.resume();
  expect(await petya.line.whenClosed()).toBe(CLOSE.slow.code);
  clearInterval(watch);
  expect(peak - before).toBeLessThan(80 * 1024 * 1024);
});

test('[R357] what one person asks for on many connections and does not read is bounded over all of them', async () => {
  const petya = await device('petya');
  const doc = `paper/${await paperOf(petya)}`;
  for (let i = 0; i < 28; i++) await petya.send(petya.make(doc, (own) => append(own, noise(60_000))));
  await petya.line.hangUp();
  const lines = await Promise.all(Array.from({ length: 12 }, () => device('petya')));
  for (const { line } of lines) {
    line.ws.pause();
    for (let i = 0; i < 7; i++) line.say({ kind: 'pull', doc, epoch: '', seq: 0 });
  }
  // As many more answers as the relay gives while nobody reads: hers stands in the same row behind them.
  const anna = await device('anna');
  await anna.open(doc);
  await anna.line.settled();
  // What one of them asked for is less than one may leave unread: who is closed is so for the others.
  const closed = lines.map(({ line }) => once(line.ws, 'close'));
  for (const { line } of lines) line.ws.removeAllListeners('message').resume();
  expect((await Promise.race(closed))[0]).toBe(CLOSE.slow.code);
  expect(relay.metrics.text()).toMatch(/parta_closed_total\{why="slow"\} [1-9]/);
  for (const { line } of lines) line.ws.terminate();
  expect(anna.line.closed).toBe(undefined);
});

test('[R358] a device that lacks very much is given the whole, made once for all', async () => {
  const masha = await device('masha');
  const { epoch } = await masha.open('chat/7a');
  masha.line.say(...Array.from({ length: 200 }, (_, i) => masha.message('7a', `${i}`)));
  for (let i = 0; i < 200; i++) await masha.line.next('ack');
  masha.line.say(...Array.from({ length: 200 }, (_, i) => masha.message('7a', `${i}`)));
  for (let i = 0; i < 200; i++) await masha.line.next('ack');
  const ask = async (seq: number) => {
    masha.line.say({ kind: 'pull', doc: 'chat/7a/feed/1', epoch, seq });
    return masha.line.next('patch');
  };
  expect(await ask(399)).toMatchObject({ from: 399, seq: 400 });
  const whole = await ask(10);
  expect([whole.from, whole.seq, whole.places.length]).toEqual([0, 400, 400]);
});

test('[R319] a closed segment does not grow without end by edits of what stands in it, and deleting goes on', async () => {
  const petya = await device('petya');
  await petya.open('chat/7a');
  const first = petya.message('7a', 'Ну');
  await petya.send(first);
  const text = (i: number) => `${i}${'ы'.repeat(4_000)}`;
  let code: string | undefined;
  for (let i = 0; i < 400 && code === undefined; i++) {
    const answer = await petya.send(
      petya.make('chat/7a/feed/1', (doc) => {
        for (let k = 0; k < 6; k++) {
          const key = editKey(first.id, idOf(petya.lease, 10_000 + 6 * i + k));
          doc.getMap('edits').set(key, { at: 1, text: text(k) });
        }
      }),
    );
    if (answer.kind === 'refuse') code = answer.code;
  }
  expect(code).toBe('too-long');
  const anna = await device('anna');
  await anna.open('chat/7a');
  const feed = anna.doc('chat/7a/feed/1');
  expect(Y.encodeStateAsUpdate(feed).length).toBeLessThan(LIMITS.docBytesMax);
  const gone = anna.make('chat/7a/feed/1', (doc) => {
    doc.getMap('messages').delete(first.id);
    for (const key of [...doc.getMap('edits').keys()]) doc.getMap('edits').delete(key);
  });
  expect(await anna.send(gone)).toMatchObject({ kind: 'ack' });
});

test('[R357] a stock client that asks for the whole again and again is closed, on however many connections', async () => {
  const sockets = await Promise.all(Array.from({ length: 8 }, () => stockSocket('petya')));
  const closed = Promise.race(sockets.map((ws) => new Promise((resolve) => ws.on('close', resolve))));
  const ask = Uint8Array.of(0, 0, 1, 0);
  for (let i = 0; i < 10; i++) for (const ws of sockets) ws.send(ask);
  expect(await closed).toBe(CLOSE.tooMany.code);
  for (const ws of sockets) ws.terminate();
});

test('[R357] the pushes that one person has in the air are counted over all connections', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { intentsPerSecond: 1, intentsBurst: 2 } });
  const [one, other] = [await device('petya'), await device('petya')];
  const big = (on: TestDevice) => on.wrap('chat/7a/feed/1', new Uint8Array(3 * 1024 * 1024));
  // The first finds its tokens; it is answered before the others come.
  one.line.say(big(one));
  await one.line.next('refuse');
  for (let i = 0; i < 10; i++) one.line.say(big(one));
  await one.line.settled();
  for (let i = 0; i < 3; i++) other.line.say(big(other));
  expect(await other.line.whenClosed()).toBe(CLOSE.tooMany.code);
  await one.line.hangUp();
  const again = await device('petya');
  again.line.say(big(again));
  await again.line.settled();
});

test('[R357] asks that come faster than a person’s rate are answered all the same, in order', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { asksPerSecond: 200, asksBurst: 2 } });
  const petya = await device('petya');
  const rooms = ['chat/7a', 'chat/news', 'me/petya'];
  for (let i = 0; i < 4; i++)
    for (const room of rooms) {
      petya.line.say({ kind: 'open', room, epoch: '', held: [], newest: false });
      petya.line.say({ kind: 'shut', room });
    }
  const answered: string[] = [];
  for (let i = 0; i < 12; i++) answered.push((await petya.line.next('room')).room);
  expect(answered.sort()).toEqual(rooms.flatMap((room) => [room, room, room, room]).sort());
  await petya.line.settled();
  const masha = await device('masha');
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Никто не слышит'));
  await petya.line.settled();
  expect(petya.line.heard.some(({ kind }) => kind === 'update')).toBe(false);
});

test('[R357] whatever has to be looked up counts as an ask, on whichever connection', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { asksPerSecond: 0.001, asksBurst: 24 } });
  const [one, other] = [await device('petya'), await device('petya')];
  one.line.say({ kind: 'find', chat: '7a', id: 'a.1' }, { kind: 'mark', chat: '7a', got: 0, read: 0 });
  await one.line.next('found');
  other.line.say({ kind: 'took', doc: 'paper/x', lease: 1, clock: 0, length: 1 });
  other.line.say({ kind: 'find', chat: '7a', id: 'a.1' }, { kind: 'find', chat: '7a', id: 'a.1' });
  await other.line.next('found');
  await relay.store.seqOf('chat/7a');
  await other.line.settled();
  expect(other.line.heard.some(({ kind }) => kind === 'found')).toBe(false);
});

test('[R357] a change of the registry, which every device hears of, counts as ten intents', async () => {
  await relay.end();
  relay = await startTestRelay({ rates: { intentsPerSecond: 0.001, intentsBurst: 12 } });
  const elena = await AdminDevice.start(relay);
  await elena.device.open('chat/news');
  expect(await elena.setRole('petya', 'student', 'parent')).toMatchObject({ kind: 'ack' });
  for (const text of ['Раз', 'Два', 'Три']) elena.device.line.say(elena.device.message('news', text));
  const isAck = ({ room }: { room: string }) => room === 'chat/news';
  for (let i = 0; i < 2; i++) await elena.device.line.next('ack', isAck);
  await relay.store.seqOf('chat/news');
  await elena.device.line.settled();
  expect(await relay.store.seqOf('chat/news')).toBe(2);
});

test('[R357] presence that comes faster than any hand closes the line of its sender', async () => {
  const petya = await device('petya');
  const doc = `paper/${await paperOf(petya)}`;
  for (let i = 0; i < 250; i++) petya.line.say({ kind: 'aware', doc, bytes: Uint8Array.of(0) });
  expect(await petya.line.whenClosed()).toBe(CLOSE.tooMany.code);
});

test('[R336] one person has only so many stock connections', async () => {
  const sockets = [];
  for (let i = 0; i < 64; i++) sockets.push(await stockSocket('petya'));
  const one = await stockSocket('petya');
  expect(await new Promise((resolve) => one.on('close', resolve))).toBe(CLOSE.tooMany.code);
  for (const ws of sockets) ws.terminate();
  // What the relay asks may come with its very answer to the upgrade.
  const anna = await stockSocket('anna', 'message');
  anna.terminate();
});

test('[R336] not even when all of them come while the relay is still looking the person up', async () => {
  const busy = Array.from({ length: 60 }, () => relay.store.probe());
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn('petya')}`;
  const sockets = Array.from({ length: 70 }, () => new WebSocket(relay.origin.replace('http', 'ws') + path));
  const answers = await Promise.all(
    sockets.map(
      (ws) => new Promise((resolve) => ws.once('message', () => resolve('in')).once('close', resolve)),
    ),
  );
  expect(answers.filter((answer) => answer === 'in')).toHaveLength(64);
  for (const ws of sockets) ws.terminate();
  await Promise.all(busy);
});

test('[R335] ten thousand refused pushes and five thousand names that are none leave nothing behind', async () => {
  for (let line = 0; line < 6; line++) {
    const petya = await device('petya');
    const { epoch } = await petya.open('chat/7a');
    const bad = { epoch, replaces: { lease: 0, n: 0 }, bytes: Uint8Array.of(1, 2, 3) };
    for (let i = 0; i < 1_750; ) {
      for (let k = 0; k < 250; k++, i++) {
        const doc = i % 2 ? `chat/x${line}.${i}/feed/1` : 'chat/7a/feed/1';
        petya.line.say({ kind: 'push', doc, n: 1, lease: petya.lease, ...bad });
      }
      for (let k = 0; k < 250; k++) await petya.line.next('refuse');
    }
    await petya.line.hangUp();
  }
  expect(await (await fetch(`${relay.origin}/metrics`)).text()).toMatch(/parta_rooms [1-3]\n/);
  expect(await relay.store.rooms(['chat/x0.1', 'chat/x5.1749'])).toEqual([]);
});

test('[R251] lost texts of many megabytes are told in portions: what was dealt with makes room for the rest', async () => {
  const petya = await device('petya');
  const doc = `paper/${await paperOf(petya)}`;
  const second = await device('petya');
  await second.open(doc);
  const size = 400_000;
  const letters = ['а', 'б', 'в', 'г', 'д'];
  for (const letter of letters) {
    await petya.send(petya.make(doc, (own) => append(own, letter)));
    await second.line.settled();
    second.hear();
    const last = (own: Y.Doc) => own.getXmlFragment('body').length - 1;
    const typed = petya.make(doc, (own) => {
      const run = (own.getXmlFragment('body').get(last(own)) as Y.XmlElement).get(0) as Y.XmlText;
      run.insert(1, letter.repeat(size));
    });
    // The other device has not heard of it when it deletes the paragraph.
    const gone = second.make(doc, (own) => own.getXmlFragment('body').delete(last(own), 1));
    expect(await petya.send(typed)).toMatchObject({ kind: 'ack' });
    expect(await second.send(gone)).toMatchObject({ kind: 'ack' });
    await petya.line.next('swallowed');
    petya.hear();
  }
  const told = new Set<string>();
  for (let round = 0; round < letters.length; round++) {
    const third = await device('petya');
    await third.open(doc);
    third.line.say({ kind: 'open', room: doc, epoch: '', held: [], newest: false });
    await third.line.next('room');
    const first = await third.line.next('swallowed');
    await third.line.settled();
    const texts = [first, ...third.line.heard.filter((frame) => frame.kind === 'swallowed')];
    expect(texts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(1_200_000);
    for (const { lease, clock, length, text } of texts) {
      told.add(text[0] as string);
      third.line.say({ kind: 'took', doc, lease, clock, length });
    }
    await third.line.settled();
    await third.line.hangUp();
    if (told.size === letters.length) break;
  }
  expect([...told].sort()).toEqual(letters);
});

async function stockSocket(person: string, till: 'open' | 'message' = 'open'): Promise<WebSocket> {
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn(person)}`;
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path);
  await new Promise((resolve) => ws.once(till, resolve));
  return ws;
}

function append(doc: Y.Doc, text: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  const body = doc.getXmlFragment('body');
  body.insert(body.length, [paragraph]);
}

let state = 7;
/** Text that does not compress. */
function noise(chars: number): string {
  let text = '';
  while (text.length < chars) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += String.fromCharCode(33 + ((state >>> 16) % 90));
  }
  return text;
}
