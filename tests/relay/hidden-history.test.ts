/** 7А hides its history: Lena and Kolya join when others have talked there for long, and try everything to read it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { editKey, idOf, reactionKey } from '#shared/feed/shape.ts';
import { CLOSE } from '#shared/wire/close.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { AdminDevice } from '../support/registry.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';
import { paperOf } from '../support/shared-paper.ts';

const OLD = 'chat/7a/feed/1';
const NOWHERE = 'chat/7a/feed/9';

let relay: TestRelay;
const providers: WebsocketProvider[] = [];
let masha: TestDevice;
let old: ReturnType<TestDevice['message']>;
beforeEach(async () => {
  const registry = smallRegistry();
  for (const pupil of ['lena', 'kolya']) registry.members[pupil] = { role: 'student', duties: {} };
  registry.chats['7a'] = { ...(registry.chats['7a'] as (typeof registry.chats)[string]), hidesHistory: true };
  relay = await startTestRelay({ registry });
  masha = await device('masha');
  await masha.open('chat/7a');
  old = masha.message('7a', 'Между своими');
  expect(await masha.send(old)).toMatchObject({ kind: 'ack' });
});
afterEach(async () => {
  for (const provider of providers.splice(0)) provider.destroy();
  await relay.end();
});

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));
const frames = (of: TestDevice, ...kinds: Frame['kind'][]) =>
  of.line.heard.filter(({ kind }) => kinds.includes(kind));

async function join(person: string, admin?: AdminDevice): Promise<AdminDevice> {
  const anna = admin ?? (await AdminDevice.start(relay, 'anna'));
  const added = await anna.setDuty({ person, unit: '7a', from: undefined, to: 'student' });
  expect(added).toMatchObject({ kind: 'ack' });
  return anna;
}

test('[R380] whoever joins reads what is written from then on; those who were there read everything', async () => {
  await join('lena');
  expect(await masha.line.next('head')).toMatchObject({ room: 'chat/7a', head: 2 });
  masha.hear();
  masha.heads.set('chat/7a', 2);
  const lena = await device('lena');
  expect((await lena.open('chat/7a')).head).toBe(2);
  await masha.send(masha.message('7a', 'Здравствуй, Лена'));
  await lena.line.next('update', ({ bytes }) => {
    Y.applyUpdate(lena.doc('chat/7a/feed/2'), bytes, 'relay');
    return true;
  });
  expect([...lena.docs.keys()].filter((name) => name.includes('feed'))).toEqual(['chat/7a/feed/2']);
  expect(lena.texts('7a', 2)).toEqual(['Здравствуй, Лена']);
  const petya = await device('petya');
  await petya.open('chat/7a');
  petya.line.say({ kind: 'pull', doc: OLD, epoch: '', seq: 0 });
  expect(await petya.line.next('patch', ({ doc }) => doc === OLD)).toMatchObject({
    places: [{ id: old.id }],
  });
});

test('[R381] a forged device gets of the older segment what it gets of one that does not exist', async () => {
  await join('lena');
  const lena = await device('lena');
  const { epoch } = await lena.open('chat/7a');
  lena.line.heard.length = 0;
  const answersOf = async (doc: string) => {
    lena.line.say({ kind: 'pull', doc, epoch: '', seq: 0 }, { kind: 'pull', doc, epoch, seq: 1 });
    lena.line.say({ kind: 'open', room: 'chat/7a', epoch, held: [{ doc, seq: 1 }], newest: false });
    lena.line.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [{ doc, seq: 0 }], newest: false });
    await lena.line.settled();
    const heard = lena.line.heard.splice(0).filter(({ kind }) => kind !== 'marks');
    return JSON.parse(JSON.stringify(heard).replaceAll(doc, 'DOC'));
  };
  const hidden = await answersOf(OLD);
  expect(hidden).toEqual(await answersOf(NOWHERE));
  expect(hidden.filter(({ kind }: Frame) => kind === 'refuse')).toHaveLength(4);
  const find = async (id: string) => {
    lena.line.say({ kind: 'find', chat: '7a', id });
    return lena.line.next('found');
  };
  expect(await find(old.id)).toMatchObject({ doc: '', seq: 0 });
  expect(await find('1.77')).toMatchObject({ doc: '', seq: 0 });
});

test('[R381] her acts on older messages are refused as on messages of nowhere, and nothing of them stays', async () => {
  await join('lena');
  const answers: string[] = [];
  for (const [person, doc] of [
    ['lena', OLD],
    ['lena', NOWHERE],
    ['petya', OLD],
  ] as const) {
    const pen = await device(person);
    await pen.open('chat/7a');
    const act = pen.make(doc, (feed) => feed.getMap('reactions').set(reactionKey(old.id, person), '👍'));
    const answer = await pen.send(act);
    answers.push(answer.kind === 'refuse' ? answer.code : answer.kind);
  }
  expect(answers).toEqual(['unknown-place', 'unknown-place', 'ack']);
  expect(await relay.store.seqOf('chat/7a')).toBe(2);
});

test('[R381] what others go on doing to older messages she does not hear, on the line or as a stock client', async () => {
  const admin = await join('lena');
  const lena = await device('lena');
  await lena.open('chat/7a');
  const fresh = await stock('chat/7a/feed/2', 'lena');
  expect(await closeOf(OLD, 'lena')).toBe(CLOSE.unknownDocument.code);
  expect(await closeOf(NOWHERE, 'lena')).toBe(CLOSE.unknownDocument.code);
  lena.line.heard.length = 0;
  const petya = await device('petya');
  await petya.open('chat/7a');
  const edited = masha.make(OLD, (doc) =>
    doc.getMap('edits').set(editKey(old.id, idOf(masha.lease, 50)), { at: 1, text: 'Тайное' }),
  );
  expect(await masha.send(edited)).toMatchObject({ kind: 'ack' });
  expect(await petya.line.next('update')).toMatchObject({ doc: OLD });
  await lena.line.settled();
  expect(frames(lena, 'update', 'patch')).toEqual([]);
  expect(JSON.stringify(lena.line.heard)).not.toContain('Тайное');
  // Taken out and in again, she begins anew: what she had open until then is closed.
  await masha.line.next('head');
  masha.heads.set('chat/7a', 2);
  await masha.send(masha.message('7a', 'Пока она здесь'));
  const closed = new Promise<number>((done) =>
    fresh.on('connection-close', (event) => done(event?.code ?? 0)),
  );
  await admin.setDuty({ person: 'lena', unit: '7a', from: 'student', to: undefined });
  expect(await closed).toBe(CLOSE.unknownDocument.code);
  await join('lena', admin);
  expect(await closeOf('chat/7a/feed/2', 'lena')).toBe(CLOSE.unknownDocument.code);
});

test('[R382] the list of chats, marks and readers begin for her where she joined', async () => {
  const petya = await device('petya');
  await petya.open('chat/7a');
  petya.line.say({ kind: 'mark', chat: '7a', got: 1, read: 1 });
  await masha.line.next('marks', ({ read }) => read === 1);
  await join('lena');
  const lena = await device('lena');
  const welcome = await lena.line.next('chat-head', ({ chat }) => chat === '7a');
  expect(welcome).toMatchObject({ unread: 0, last: undefined });
  expect(await projectionOf(lena)).toMatchObject({ '7a': { first: 2, hidesHistory: true } });
  lena.line.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [], newest: true });
  expect(await lena.line.next('marks')).toMatchObject({ got: 0, read: 0 });
  masha.heads.set('chat/7a', 2);
  await masha.send(masha.message('7a', 'Новое'));
  const away = await device('lena');
  expect(await away.line.next('chat-head', ({ chat }) => chat === '7a')).toMatchObject({
    unread: 1,
    last: { text: 'Новое' },
  });
  lena.line.say({ kind: 'mark', chat: '7a', got: 2, read: 2 });
  await masha.line.next('marks', ({ read }) => read === 2);
  const cookie = `session=${relay.sessions.signIn('anna')}`;
  const answer = await fetch(`${relay.origin}/api/chats/7a/readers`, { headers: { cookie } });
  const { readers } = (await answer.json()) as { readers: { person: string; read: number; from: number }[] };
  expect(readers.find(({ person }) => person === 'lena')).toMatchObject({ read: 2, from: 1 });
  expect(readers.find(({ person }) => person === 'petya')).toMatchObject({ read: 1, from: 0 });
});

test('[R383] a paper shared before is nobody’s business of hers: not its room, its versions, its list or its presence', async () => {
  const paper = await paperOf(masha);
  await join('lena');
  const lena = await device('lena');
  lena.line.say({ kind: 'open', room: `paper/${paper}`, epoch: '', held: [], newest: true });
  expect(await lena.line.next('purge')).toEqual({ kind: 'purge', room: `paper/${paper}` });
  expect(await closeOf(`paper/${paper}`, 'lena')).toBe(CLOSE.unknownDocument.code);
  const get = async (person: string, path: string) => {
    const cookie = `session=${relay.sessions.signIn(person)}`;
    const answer = await fetch(`${relay.origin}${path}`, { headers: { cookie } });
    return [answer.status, await answer.json()];
  };
  expect(await get('lena', `/api/papers/${paper}/versions`)).toEqual(
    await get('lena', '/api/papers/x.1/versions'),
  );
  expect(await get('lena', '/api/papers')).toEqual([200, { papers: [] }]);
  expect(await get('petya', '/api/papers')).toMatchObject([200, { papers: [{ id: paper }] }]);
  relay = await relay.restart();
  expect(await get('lena', '/api/papers')).toEqual([200, { papers: [] }]);
  expect(await closeOf(`paper/${paper}`, 'lena')).toBe(CLOSE.unknownDocument.code);
});

test('[R384] where she begins outlives a restart; several who join at once begin together', async () => {
  const admin = await join('lena');
  await join('kolya', admin);
  relay = await relay.restart();
  for (const person of ['lena', 'kolya']) {
    const late = await device(person);
    expect((await late.open('chat/7a')).head).toBe(2);
    late.line.say({ kind: 'pull', doc: OLD, epoch: '', seq: 0 });
    expect(await late.line.next('refuse')).toMatchObject({ room: OLD, code: 'unknown-place' });
  }
});

test('[R384] where the new segment cannot be stored nobody joins', async () => {
  const admin = await AdminDevice.start(relay, 'anna');
  const begin = relay.store.begin;
  relay.store.begin = () => Promise.reject(new Error('the disk is gone'));
  const refused = await admin.setDuty({ person: 'lena', unit: '7a', from: undefined, to: 'student' });
  expect(refused).toMatchObject({ code: 'try-later' });
  expect(relay.school.membersOf('7a')).not.toContain('lena');
  relay.store.begin = begin;
  await join('lena', await AdminDevice.start(relay, 'anna'));
  expect(await relay.store.firsts()).toEqual([{ room: 'chat/7a', person: 'lena', segment: 2, seq: 1 }]);
});

test('[R385] what the class teacher of 7А sets counts for those who join from then on; a pupil sets nothing', async () => {
  const anna = await AdminDevice.start(relay, 'anna');
  expect(await anna.setHistory('7a', true, false)).toMatchObject({ kind: 'ack' });
  await join('lena', anna);
  const lena = await device('lena');
  expect((await lena.open('chat/7a')).head).toBe(1);
  expect(lena.texts('7a', 1)).toEqual(['Между своими']);
  expect(await anna.setHistory('7a', false, true)).toMatchObject({ kind: 'ack' });
  await join('kolya', anna);
  const kolya = await device('kolya');
  expect((await kolya.open('chat/7a')).head).toBe(2);
  lena.line.say({ kind: 'pull', doc: OLD, epoch: '', seq: 0 });
  expect(await lena.line.next('patch', ({ doc }) => doc === OLD)).toMatchObject({ places: [{ id: old.id }] });
  // Others' classes are not hers, and a value of another kind is none.
  expect(await anna.setHistory('7b', false, true)).toMatchObject({ code: 'own-class-only' });
  const elena = await AdminDevice.start(relay);
  const odd = await elena.change(({ chats }) => {
    Object.assign((chats as Record<string, object>)['7b'] ?? {}, { hidesHistory: false });
  });
  expect(odd).toMatchObject({ kind: 'refuse' });
});

test('[R385] whoever joins again when nothing is hidden any more reads everything', async () => {
  const anna = await join('lena');
  await anna.setDuty({ person: 'lena', unit: '7a', from: 'student', to: undefined });
  await anna.setHistory('7a', true, false);
  await join('lena', anna);
  expect(await relay.store.firsts()).toEqual([]);
  const lena = await device('lena');
  await lena.open('chat/7a');
  lena.line.say({ kind: 'pull', doc: OLD, epoch: '', seq: 0 });
  expect(await lena.line.next('patch', ({ doc }) => doc === OLD)).toMatchObject({ places: [{ id: old.id }] });
});

async function projectionOf(of: TestDevice): Promise<unknown> {
  const heard = of.line.heard.find(({ kind }) => kind === 'registry') as Extract<Frame, { kind: 'registry' }>;
  return JSON.parse((heard ?? (await of.line.next('registry'))).json).chats;
}

async function stock(name: string, person: string): Promise<WebsocketProvider> {
  const provider = open(name, person);
  await new Promise<void>((resolve) => provider.on('sync', (is: boolean) => is && resolve()));
  return provider;
}

function closeOf(name: string, person: string): Promise<number> {
  return whenClosed(open(name, person));
}

function whenClosed(provider: WebsocketProvider): Promise<number> {
  return new Promise((resolve) => provider.on('connection-close', (event) => resolve(event?.code ?? 0)));
}

function open(name: string, person: string): WebsocketProvider {
  const provider = new WebsocketProvider(
    `${relay.origin.replace('http', 'ws')}${STOCK_PATH}`,
    name,
    new Y.Doc(),
    {
      WebSocketPolyfill: WebSocket as never,
      params: { token: relay.sessions.signIn(person) },
      disableBc: true,
    },
  );
  providers.push(provider);
  return provider;
}
