import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import type * as Y from 'yjs';
import { contentOf, TestDevice } from '../support/device.ts';
import { connect } from '../support/line.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
afterEach(() => relay.end());

test('[R340] a full disk: acks stop, the relay says so, reading goes on, and it recovers by itself', async () => {
  relay = await startTestRelay();
  const file = join(relay.dataDir, 'parta.sqlite');
  const pages = pagesOf(file);
  relay = await relay.restart({ pagesMax: pages + 25 });
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const kept: string[] = [];
  let push = masha.message('7a', 'а'.repeat(4000));
  let answer = await masha.send(push);
  while (answer.kind === 'ack') {
    kept.push(push.id);
    push = masha.message('7a', 'а'.repeat(4000));
    answer = await masha.send(push);
  }
  expect(answer.code).toBe('try-later');
  expect(await masha.line.next('notice')).toMatchObject({ code: 'try-later' });
  const health = await fetch(`${relay.origin}/healthz`);
  expect([health.status, await health.json()]).toEqual([503, { ok: false, storage: 'refuses' }]);
  expect(await masha.send(push)).toMatchObject({ kind: 'refuse', code: 'try-later' });

  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await anna.open('chat/7a');
  expect(anna.texts('7a')).toHaveLength(kept.length);

  await relay.store.limitPages(pages + 10_000);
  expect(await masha.line.next('notice')).toMatchObject({ code: 'storing-again' });
  expect(await masha.send(push)).toMatchObject({ kind: 'ack', n: kept.length + 1 });
  expect((await fetch(`${relay.origin}/healthz`)).status).toBe(200);
  await anna.line.next('update');
});

test('[R341] a torn row: that document opens for nobody and is never empty, the others work', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Важное'));
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await anna.open('chat/7a');
  const pin = anna.make('chat/7a/pins', (doc) =>
    doc
      .getMap('pins')
      .set([...anna.doc('chat/7a/feed/1').getMap('messages').keys()][0] as string, { by: 'anna', at: 1 }),
  );
  expect(await anna.send(pin)).toMatchObject({ kind: 'ack' });
  relay = await relay.restart();
  await relay.close();
  const raw = new Sqlite(join(relay.dataDir, 'parta.sqlite'));
  raw.prepare(`update log set bytes = zeroblob(8) where doc = 'chat/7a/feed/1'`).run();
  raw.close();
  relay = await startTestRelay({ dataDir: relay.dataDir, sessions: relay.sessions });
  const again = await connect(relay, relay.sessions.signIn('masha'));
  again.say({ kind: 'open', room: 'chat/7a', epoch: '', held: [], newest: true });
  const refused = await again.next('refuse');
  expect(refused).toMatchObject({ room: 'chat/7a/feed/1', code: 'unreadable' });
  expect(await again.next('patch')).toMatchObject({ doc: 'chat/7a/pins' });
  await again.settled();
  expect(again.heard.filter((frame) => frame.kind === 'patch')).toEqual([]);
  const other = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await other.open('chat/7b');
  expect(await other.send(other.message('7b', 'А тут всё работает'))).toMatchObject({ kind: 'ack' });
  expect(
    await other.send({
      ...other.message('7a', 'Сюда нельзя'),
      epoch: refused.kind && (await epochOf(relay)),
    }),
  ).toMatchObject({ kind: 'refuse', code: 'try-later' });
});

test('[R341] a row that is missing in the middle: what stands behind it is not shown as the whole', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  for (const text of ['Раз', 'Два', 'Три']) await masha.send(masha.message('7a', text));
  await relay.close();
  const raw = new Sqlite(join(relay.dataDir, 'parta.sqlite'));
  raw.prepare(`delete from log where doc = 'chat/7a/feed/1' and seq = 2`).run();
  raw.close();
  relay = await startTestRelay({ dataDir: relay.dataDir, sessions: relay.sessions });
  const again = await connect(relay, relay.sessions.signIn('masha'));
  again.say({ kind: 'pull', doc: 'chat/7a/feed/1', epoch: '', seq: 0 });
  const answer = await again.nextOf('an answer', ({ kind }) => kind === 'patch' || kind === 'refuse');
  expect(answer).toMatchObject({ kind: 'refuse', code: 'unreadable' });
});

test('[R342] a deleted message leaves the disk, and patches as well', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Всем привет'));
  const push = masha.message('7a', 'Пароль от дневника сирень');
  await masha.send(push);
  expect(onDisk(relay.dataDir, 'сирень')).toBe(true);
  const gone = masha.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(push.id));
  expect(await masha.send(gone)).toMatchObject({ kind: 'ack' });
  await until(async () => (await relay.store.due()).length === 0);
  expect(onDisk(relay.dataDir, 'сирень')).toBe(false);
  // Neither to whoever holds nothing nor to whoever left before it was said.
  for (const [epoch, held] of [
    ['', []],
    [await epochOf(relay), [{ doc: 'chat/7a/feed/1', seq: 1 }]],
  ] as const) {
    const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
    anna.line.say({ kind: 'open', room: 'chat/7a', epoch, held: [...held], newest: true });
    const patch = await anna.line.next('patch', ({ doc }) => doc === 'chat/7a/feed/1');
    expect(patch.seq).toBe(3);
    expect(Buffer.from(patch.bytes).includes('сирень')).toBe(false);
  }
});

test('[R342] an erasure that the store refused is done a moment later', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const push = masha.message('7a', 'Пароль от дневника сирень');
  await masha.send(push);
  const compact = vi.spyOn(relay.store, 'compact').mockRejectedValueOnce(new Error('SQLITE_BUSY'));
  await masha.send(masha.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(push.id)));
  await vi.waitUntil(() => compact.mock.calls.length > 1, 25_000);
  await until(async () => (await relay.store.due()).length === 0);
  expect(onDisk(relay.dataDir, 'сирень')).toBe(false);
});

test('[R342] a delete whose erasure was cut short by a stop is finished at the next start', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  const push = masha.message('7a', 'Пароль от дневника сирень');
  await masha.send(push);
  await masha.send(masha.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(push.id)));
  relay = await relay.restart();
  await until(async () => (await relay.store.due()).length === 0);
  expect(onDisk(relay.dataDir, 'сирень')).toBe(false);
});

test('[R345] words of a draft that was sent and deleted for all are nowhere on the disk', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  await masha.open('me/masha');
  const drafts = (change: (map: Y.Map<string>) => void) =>
    masha.send(masha.make('me/masha', (doc) => change(doc.getMap('drafts'))));
  await drafts((map) => map.set('7b', 'Ещё пишу'));
  await drafts((map) => map.set('7a', 'Пароль от дневника сир'));
  await drafts((map) => map.set('7a', 'Пароль от дневника сирень'));
  const push = masha.message('7a', 'Пароль от дневника сирень');
  await masha.send(push);
  await drafts((map) => map.delete('7a'));
  await masha.send(masha.make('chat/7a/feed/1', (doc) => doc.getMap('messages').delete(push.id)));
  expect(onDisk(relay.dataDir, 'дневника')).toBe(true);
  await until(async () => (await relay.store.due()).length === 0);
  expect(onDisk(relay.dataDir, 'дневника')).toBe(false);
  // Neither does a device that was away hear them, and what is still being written stays.
  const again = await TestDevice.start(relay, relay.sessions.signIn('masha'), masha.lease);
  const epoch = masha.epochs.get('me/masha') ?? '';
  again.line.say({
    kind: 'open',
    room: 'me/masha',
    epoch,
    held: [{ doc: 'me/masha', seq: 1 }],
    newest: true,
  });
  const patch = await again.line.next('patch', ({ doc }) => doc === 'me/masha');
  expect([
    patch.seq,
    ...['Ещё пишу', 'дневника'].map((words) => Buffer.from(contentOf(patch)).includes(words)),
  ]).toEqual([4, true, false]);
  expect(await drafts((map) => map.set('7a', 'Новое'))).toMatchObject({ kind: 'ack' });
}, 20_000);

test('[R345] a draft that was replaced when the relay stopped leaves the disk at the next start', async () => {
  relay = await startTestRelay();
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('me/masha');
  for (const text of ['Я не приду', 'Я приду'])
    await masha.send(masha.make('me/masha', (doc) => doc.getMap('drafts').set('7a', text)));
  relay = await relay.restart();
  expect(await relay.store.due()).toEqual(['me/masha']);
  await until(async () => (await relay.store.due()).length === 0);
  expect([onDisk(relay.dataDir, 'не приду'), onDisk(relay.dataDir, 'Я приду')]).toEqual([false, true]);
}, 20_000);

test('[R343] a room that all left leaves the memory, and opens again as it was', async () => {
  relay = await startTestRelay({ idleMs: 100 });
  const masha = await TestDevice.start(relay, relay.sessions.signIn('masha'));
  await masha.open('chat/7a');
  await masha.send(masha.message('7a', 'Я вернусь'));
  await masha.line.hangUp();
  await until(async () => /parta_rooms 0\n/.test(await (await fetch(`${relay.origin}/metrics`)).text()));
  const anna = await TestDevice.start(relay, relay.sessions.signIn('anna'));
  await anna.open('chat/7a');
  expect(anna.texts('7a')).toEqual(['Я вернусь']);
});

function pagesOf(file: string): number {
  const raw = new Sqlite(file, { readonly: true });
  const pages = raw.pragma('page_count', { simple: true }) as number;
  raw.close();
  return pages;
}

async function epochOf(of: TestRelay): Promise<string> {
  return (await of.store.rooms(['chat/7a']))[0]?.epoch ?? '';
}

function onDisk(folder: string, text: string): boolean {
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
