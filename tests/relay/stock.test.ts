import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { append } from '#server/store/log.contract.ts';
import { idOf } from '#shared/feed/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { CLOSE } from '#shared/wire/close.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { paperOf } from '../support/shared-paper.ts';

let relay: TestRelay;
const providers: WebsocketProvider[] = [];
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(async () => {
  for (const provider of providers.splice(0)) provider.destroy();
  await relay.end();
});

test('[R360] a stock WebsocketProvider with a session token reads what its person may read, live', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Раз'));
  const { doc } = await stock('chat/7a/feed/1', 'anna');
  expect(textsOf(doc)).toEqual(['Раз']);
  const told = new Promise((resolve) => doc.once('update', resolve));
  await masha.send(masha.message('7a', 'Два'));
  await told;
  expect(textsOf(doc)).toEqual(['Два', 'Раз']);
});

test('[R360] one that goes before its document was found is nobody who is there', async () => {
  const leasesOf = relay.store.leasesOf;
  const store = Promise.withResolvers<void>();
  const asked = vi.spyOn(relay.store, 'leasesOf').mockImplementationOnce(async (person) => {
    await store.promise;
    return leasesOf(person);
  });
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn('masha')}`;
  const socket = new WebSocket(relay.origin.replace('http', 'ws') + path);
  await once(socket, 'open');
  await vi.waitUntil(() => asked.mock.calls.length > 0);
  socket.close();
  await once(socket, 'close');
  store.resolve();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.line.hangUp();
  const there = async () =>
    /parta_connections \d+/.exec(await (await fetch(`${relay.origin}/metrics`)).text());
  await expect.poll(async () => (await there())?.[0], { timeout: 10_000 }).toBe('parta_connections 0');
});

test('[R361] with a lease of its person as client id it writes, and others hear it', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const lease = await leaseFor('anna');
  const { doc } = await stock('chat/7a/feed/1', 'anna', lease);
  for (const n of [1, 2])
    doc.getMap('messages').set(idOf(lease, n), { by: 'anna', at: 1, text: `С чужой программы ${n}` });
  expect(await masha.line.next('update')).toMatchObject({ lease, n: 1 });
  expect(await masha.line.next('update')).toMatchObject({ lease, n: 2 });
  relay = await relay.restart();
  const petya = await TestDevice.start(relay, relay.sessions.signIn('petya'));
  await petya.open('chat/7a');
  expect(petya.texts('7a')).toEqual(['С чужой программы 1', 'С чужой программы 2']);
});

test('[R361] what it wrote while the relay was away comes with its sync-step-2, once', async () => {
  const lease = await leaseFor('anna');
  const { doc, provider } = await stock('chat/7a/feed/1', 'anna', lease);
  provider.disconnect();
  doc.getMap('messages').set(idOf(lease, 1), { by: 'anna', at: 1, text: 'В поезде' });
  provider.connect();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  if (masha.texts('7a').length === 0) await masha.line.next('update');
  provider.disconnect();
  provider.connect();
  await synced(provider);
  expect(await relay.store.seqOf('chat/7a')).toBe(1);
});

test('[R362] a refusal closes its socket with a code that keeps it away; nobody hears of it', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const noLease = await stock('chat/7a/feed/1', 'petya');
  const closed = whenClosed(noLease.provider);
  noLease.doc.getMap('messages').set('x.1', { by: 'petya', at: 1, text: 'Без права' });
  expect(await closed).toBe(CLOSE.refused.code);
  const lease = await leaseFor('petya');
  const pins = await stock('chat/7a/pins', 'petya', lease);
  const away = whenClosed(pins.provider);
  pins.doc.getMap('pins').set('x.1', { by: 'petya', at: 1 });
  expect(await away).toBe(CLOSE.refused.code);
  await masha.line.settled();
  expect(masha.line.heard.filter(({ kind }) => kind === 'update')).toEqual([]);
});

test('[R362] a delete that is not its person’s to make closes its socket, with a lease that has written and without one', async () => {
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await anna.open('chat/7a');
  const said = anna.message('7a', 'Завтра контрольная');
  await anna.send(said);
  const lease = await leaseFor('petya');
  for (const hand of [lease, undefined]) {
    const { doc, provider } = await stock('chat/7a/feed/1', 'petya', hand);
    if (hand !== undefined) {
      doc.getMap('messages').set(idOf(hand, 1), { by: 'petya', at: 1, text: 'Уже?' });
      expect(await anna.line.next('update')).toMatchObject({ lease: hand });
    }
    const closed = whenClosed(provider);
    doc.getMap('messages').delete(said.id);
    expect(await closed).toBe(CLOSE.refused.code);
  }
  // Who comes back has the message again, and the others never missed it.
  const { doc } = await stock('chat/7a/feed/1', 'petya');
  expect(textsOf(doc)).toEqual(['Завтра контрольная', 'Уже?']);
  expect(await relay.store.seqOf('chat/7a')).toBe(2);
});

test('[R362] what the binding of a paper’s reader tidies up is ignored: nobody hears of it, and its socket stays', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  const paper = await paperOf(masha, 'owner');
  const write = (words: string) =>
    masha.send(
      masha.make(`paper/${paper}`, (doc) => {
        const line = new Y.XmlElement('paragraph');
        line.insert(0, [new Y.XmlText(words)]);
        doc.getXmlFragment('body').push([line]);
      }),
    );
  await write('Сценарий');
  const { doc } = await stock(`paper/${paper}`, 'petya', await leaseFor('petya'));
  const body = doc.getXmlFragment('body');
  const told = new Promise<void>((resolve) => body.observe(() => body.length > 0 && resolve()));
  body.delete(0);
  await write('Роли');
  await told;
  expect(body.toString()).toBe('<paragraph>Роли</paragraph>');
  expect(await relay.store.seqOf(`paper/${paper}`)).toBe(2);
});

test('[R363] a token of nobody, a document that may not be read, and one that is none are closed by name', async () => {
  expect(await closeOf('chat/7a/feed/1', 'nobody')).toBe(CLOSE.signedOut.code);
  expect(await closeOf('chat/7a/feed/1', relay.sessions.signIn('dima'))).toBe(CLOSE.unknownDocument.code);
  expect(await closeOf('chat/7a/feed/2', relay.sessions.signIn('masha'))).toBe(CLOSE.unknownDocument.code);
  expect(await closeOf('org/main/registry', relay.sessions.signIn('elena'))).toBe(CLOSE.unknownDocument.code);
  expect(await closeOf('chat/7a/feed/x', relay.sessions.signIn('masha'))).toBe(CLOSE.unknownDocument.code);
  expect(await closeOf('%ff', relay.sessions.signIn('masha'))).toBe(CLOSE.unknownDocument.code);
});

test('[R363] whoever asks for a segment that is not there yet, again and again while its chat is awake, leaves nothing behind', async () => {
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  for (let i = 0; i < 70; i++)
    expect(await closeOf('chat/7a/feed/2', relay.sessions.signIn('masha'))).toBe(CLOSE.unknownDocument.code);
  const { provider } = await stock('chat/7a/feed/1', 'masha');
  expect(provider.synced).toBe(true);
  const metrics = await (await fetch(`${relay.origin}/metrics`)).text();
  expect(metrics).toContain('parta_connections 2\n');
});

test('[R375] a stock client that holds a document of a thousand hands comes back to it as often as it likes', async () => {
  const fence = await relay.store.claim();
  for (const [i, name] of ['chat/7a/feed/1', 'chat/7a/pins'].entries()) {
    const many = new Y.Doc();
    for (let hand = 1; hand <= 1_141; hand++) {
      many.clientID = 2 ** 47 + hand;
      many.getMap(i === 0 ? 'reactions' : 'pins').set(`x.1:p${hand}`, '👍');
    }
    await relay.store.room('chat/7a', fence);
    const row = append('chat/7a', i + 1, { doc: name });
    row.row.bytes = Y.encodeStateAsUpdate(many);
    await relay.store.append([row], fence);
  }
  relay = await relay.restart();
  for (const name of ['chat/7a/feed/1', 'chat/7a/pins']) {
    const { doc, provider } = await stock(name, 'anna');
    expect(Y.encodeStateVector(doc).length).toBeGreaterThan(LIMITS.stateVectorBytesMax);
    const codes: number[] = [];
    provider.on('connection-close', (event) => codes.push(event?.code ?? 0));
    provider.disconnect();
    provider.connect();
    await Promise.race([synced(provider), whenClosed(provider)]);
    expect([provider.synced, codes.filter((code) => code === CLOSE.tooBig.code)]).toEqual([true, []]);
  }
});

test('[R375] a state vector far longer than the document that it is of closes the socket', async () => {
  const liar = new Y.Doc();
  for (let hand = 1; hand <= 1_141; hand++) {
    liar.clientID = 2 ** 47 + hand;
    liar.getMap('pins').set(`x.${hand}`, 1);
  }
  expect(await whenClosed(open('chat/7a/pins', relay.sessions.signIn('anna'), liar))).toBe(CLOSE.tooBig.code);
});

interface Stock {
  doc: Y.Doc;
  provider: WebsocketProvider;
}

async function stock(name: string, person: string, lease?: number): Promise<Stock> {
  const doc = new Y.Doc();
  if (lease !== undefined) doc.clientID = lease;
  const provider = open(name, relay.sessions.signIn(person), doc);
  await synced(provider);
  return { doc, provider };
}

function open(name: string, token: string, doc = new Y.Doc()): WebsocketProvider {
  const provider = new WebsocketProvider(`${relay.origin.replace('http', 'ws')}${STOCK_PATH}`, name, doc, {
    WebSocketPolyfill: WebSocket as never,
    params: { token },
    disableBc: true,
  });
  providers.push(provider);
  return provider;
}

function synced(provider: WebsocketProvider): Promise<void> {
  if (provider.synced) return Promise.resolve();
  return new Promise((resolve) => {
    provider.on('sync', (is: boolean) => is && resolve());
  });
}

function whenClosed(provider: WebsocketProvider): Promise<number> {
  return new Promise((resolve) => {
    provider.on('connection-close', (event) => resolve(event?.code ?? 0));
  });
}

function closeOf(name: string, token: string): Promise<number> {
  return whenClosed(open(name, token));
}

async function leaseFor(person: string): Promise<number> {
  const headers = { cookie: `session=${relay.sessions.signIn(person)}`, 'content-type': 'application/json' };
  const answer = await fetch(`${relay.origin}/api/leases`, { method: 'POST', headers, body: '{"count":1}' });
  return ((await answer.json()) as { leases: number[] }).leases[0] as number;
}

function textsOf(doc: Y.Doc): string[] {
  return [...doc.getMap<{ text: string }>('messages').values()].map(({ text }) => text).sort();
}
