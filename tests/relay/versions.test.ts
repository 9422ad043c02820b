import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { PAPER_PAST } from '#server/rooms/limits.ts';
import { openStore } from '#server/serve.ts';
import { idOf } from '#shared/feed/shape.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

function ask(path: string, person: string): Promise<Response> {
  const cookie = `session=${relay.sessions.signIn(person)}`;
  return fetch(`${relay.origin}/api/papers/${path}`, { headers: { cookie } });
}

/** Anna Petrovna shares a paper in 7А and writes a paragraph. */
async function written(
  edit: 'everyone' | 'staff',
): Promise<{ anna: TestDevice; paper: string; room: string }> {
  const anna = await device('anna');
  await anna.open('chat/7a');
  const paper = idOf(anna.lease, 901);
  const sharing = anna.make(`chat/7a/feed/${anna.heads.get('chat/7a')}`, (doc) => {
    doc.getMap('papers').set(paper, { by: 'anna', title: 'План урока', edit });
    doc.getMap('messages').set(idOf(anna.lease, 900), { by: 'anna', at: 1, text: 'Вот план', paper });
  });
  expect(await anna.send(sharing)).toMatchObject({ kind: 'ack' });
  const room = `paper/${paper}`;
  await anna.open(room);
  const first = anna.make(room, (doc) => {
    doc.getMap('paper').set('schema', 1);
    const node = new Y.XmlElement('paragraph');
    node.insert(0, [new Y.XmlText('Осень')]);
    doc.getXmlFragment('body').insert(0, [node]);
  });
  expect(await anna.send(first)).toMatchObject({ kind: 'ack' });
  return { anna, paper, room };
}

const runIn = (doc: Y.Doc) => (doc.getXmlFragment('body').get(0) as Y.XmlElement).get(0) as Y.XmlText;

async function asOf(paper: string, seq: number): Promise<string> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, new Uint8Array(await (await ask(`${paper}/versions/${seq}`, 'masha')).arrayBuffer()));
  return runIn(doc).toString();
}

test('[R370] what Masha deleted by mistake is read as it was before, after a restart too', async () => {
  const { paper, room } = await written('everyone');
  const masha = await device('masha');
  await masha.open(room);
  const typed = await masha.send(masha.make(room, (doc) => runIn(doc).insert(5, ' в лесу')));
  const deleted = await masha.send(masha.make(room, (doc) => runIn(doc).delete(0, 8)));
  if (typed.kind !== 'ack' || deleted.kind !== 'ack') throw new Error('not taken');
  relay = await relay.restart();
  const { versions } = (await (await ask(`${paper}/versions`, 'masha')).json()) as {
    versions: { seq: number; person: string }[];
  };
  expect(versions).toMatchObject([
    { seq: deleted.seq, person: 'masha' },
    { seq: typed.seq - 1, person: 'anna' },
  ]);
  expect(await asOf(paper, typed.seq - 1)).toBe('Осень');
  expect(await asOf(paper, typed.seq)).toBe('Осень в лесу');
  expect(await asOf(paper, deleted.seq)).toBe('лесу');
});

test('[R370] who only reads a paper, who is of another class and who asks for no version get a code and no text', async () => {
  const { paper } = await written('staff');
  const answers = await Promise.all([
    ask(`${paper}/versions`, 'masha'),
    ask(`${paper}/versions/1`, 'masha'),
    ask(`${paper}/versions`, 'stranger'),
    ask('nothing/versions', 'anna'),
    ask(`${paper}/versions/77`, 'anna'),
    ask(`${paper}/versions/-1`, 'anna'),
    fetch(`${relay.origin}/api/papers/${paper}/versions`),
  ]);
  expect(
    await Promise.all(answers.map(async (it) => [it.status, ((await it.json()) as { code: string }).code])),
  ).toEqual([
    [403, 'paper-is-read-only'],
    [403, 'paper-is-read-only'],
    [403, 'unknown-place'],
    [403, 'unknown-place'],
    [404, 'unknown-version'],
    [404, 'unknown-version'],
    [401, 'signed-out'],
  ]);
});

test('[R370] who leafs through versions without end is slowed down', async () => {
  const { paper } = await written('everyone');
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(`${paper}/versions`, 'anna')));
  expect(answers.map(({ status }) => status)).toContain(429);
});

test('[R371] a paper with too long a past keeps its newest half step by step and reads as it did', async () => {
  const { anna, paper, room } = await written('everyone');
  const { dataDir } = relay;
  await relay.close();
  const before = await runs(dataDir, room, anna.lease);
  relay = await startTestRelay({ dataDir, sessions: relay.sessions });
  const masha = await device('masha');
  await masha.open(room);
  const typed = await masha.send(masha.make(room, (doc) => runIn(doc).insert(0, 'Вот: ')));
  if (typed.kind !== 'ack') throw new Error('not taken');
  const past = () => relay.store.past(room);
  await expect.poll(async () => (await past()).rows, { timeout: 10_000 }).toBe(PAPER_PAST.rowsMax / 2);
  expect(await asOf(paper, typed.seq)).toBe(`Вот: ${before}`);
  const { wholes } = await past();
  expect(wholes.map(({ person }) => person)).toContain('anna');
  relay = await relay.restart();
  const again = await device('anna');
  await again.open(room);
  expect(runIn(again.doc(room)).toString()).toBe(`Вот: ${before}`);
});

test('[R634] who asks for versions of a long past pays for its length, and is told so before many are made', async () => {
  const { anna, paper, room } = await written('everyone');
  const { dataDir, sessions } = relay;
  await relay.close();
  await runs(dataDir, room, anna.lease);
  relay = await startTestRelay({ dataDir, sessions, rates: { asksPerSecond: 1, asksBurst: 200 } });
  const newest = await relay.store.seqOf(room);
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => ask(`${paper}/versions/${newest}`, 'masha')),
  );
  const made = answers.filter(({ status }) => status === 200);
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(8);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(16 - made.length);
});

/** Anna Petrovna has written a letter at a time, for long; gives what the paper says then. */
async function runs(dataDir: string, room: string, lease: number): Promise<string> {
  const store = await openStore(dataDir, {});
  const fence = await store.claim();
  const doc = new Y.Doc();
  const { rows } = await store.load(room);
  for (const { bytes } of rows) Y.applyUpdate(doc, bytes);
  doc.clientID = lease;
  const { seq, n, at } = rows.at(-1) as { seq: number; n: number; at: number };
  const more: Parameters<typeof store.append>[0] = [];
  doc.on('update', (bytes: Uint8Array) => {
    const i = more.length + 1;
    const row = { room, doc: room, seq: seq + i, lease, n: n + i, person: 'anna', at, bytes };
    more.push({ row, digest: i, replaces: 0, places: [], gone: [], head: undefined, papers: [] });
  });
  for (let i = 0; i < PAPER_PAST.rowsMax; i++) runIn(doc).insert(runIn(doc).length, 'аб'[i % 2] as string);
  for (const result of await store.append(more, fence)) expect(result).toEqual({ ok: true });
  await store.close();
  return runIn(doc).toString();
}
