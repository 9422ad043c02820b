import { Dexie } from 'dexie';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { chatRoom, feedDoc } from '#shared/school/names.ts';
import { perform } from './acts.ts';
import { Disk, diskName } from './disk.ts';
import { noteLastWords } from './last-words.ts';
import { openPaper, shared } from './paper-testing.ts';
import { keepCopy } from './private-copy.ts';
import { enter, has, message, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Device } from './types.ts';
import { type } from './typing.ts';
import { newDoc } from './ydoc.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  vi.useRealTimers();
  await school.end();
});

async function withUnsent(words: string): Promise<Device> {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say(words);
  return masha;
}

test('[R437] leaving waits for unsent work, and then nothing of hers is on the device', async () => {
  const masha = await withUnsent('дописала');
  await school.mend();
  masha.wake();
  await until(masha, 'online', () => masha.line.at === 'online');
  expect(await masha.signOut('wait')).toEqual({ at: 'gone', exported: undefined });
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'дописала']);
  expect(await Dexie.exists(diskName('masha'))).toBe(false);
});

test('[R865] where the school is out of reach leaving asks at once, and a refused reaction is no text to ask about', async () => {
  const masha = await withUnsent('не уходит');
  // The time that sending is waited for never passes.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  expect(await masha.signOut('wait')).toMatchObject({ at: 'unsent', count: 1 });
  vi.useRealTimers();

  const chat = await enter(masha, '7a');
  await chat.react(message(chat, 'Здравствуйте').id, '👍');
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, react: 'staff' });
  await school.mend();
  masha.wake();
  await until(masha, 'refused', () => masha.refused().length === 1 && masha.unsent === 0);
  expect(await masha.signOut('wait')).toEqual({ at: 'gone', exported: undefined });
});

test('[R437] with a relay that answers nothing leaving ends too: it says what is unsent and keeps everything', async () => {
  const masha = await withUnsent('не уходит');
  expect(await masha.signOut('wait')).toEqual({ at: 'unsent', count: 1, here: 0, papers: [] });
  expect(masha.unsent).toBe(1);
  const chat = await enter(masha, '7a');
  expect(texts(chat)).toEqual(['Здравствуйте', 'не уходит']);
  await school.mend();
  masha.wake();
  await until(masha, 'sent', () => masha.unsent === 0);
});

test('[R437] leaving with a file takes the unsent words along; another tab lets go too', async () => {
  const masha = await withUnsent('с собой');
  const other = await school.device('masha');
  const { at, exported } = (await masha.signOut('export')) as { at: string; exported: string };
  expect(at).toBe('gone');
  expect(JSON.parse(exported).unsent).toMatchObject([{ room: 'chat/7a', intent: { text: 'с собой' } }]);
  expect(other.disk).toBe('superseded');
  expect(await Dexie.exists(diskName('masha'))).toBe(false);
});

/** She types in another tab, offline, and the moment that makes an intent of it does not pass. */
async function withTypedElsewhere(words: string): Promise<Device> {
  const masha = await school.device('masha');
  const id = await shared(masha);
  const other = await school.device('masha');
  const paper = await openPaper(other, id);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  type(paper, words);
  return masha;
}

test('[R437] what another tab has only in memory is taken along too', async () => {
  const masha = await withTypedElsewhere('едем в восемь');
  const { exported } = (await masha.signOut('export')) as { exported: string };
  expect(JSON.parse(exported).unsentInPapers).toMatchObject([{ text: 'едем в восемь' }]);
});

test('[R437] what another tab has only in memory is unsent, and asked about', async () => {
  const masha = await withTypedElsewhere('едем в восемь');
  expect(await masha.signOut('wait')).toMatchObject({ at: 'unsent' });
  expect(await Dexie.exists(diskName('masha'))).toBe(true);
});

test('[R494] what will never be sent from here is asked about too: a refused text, a private copy, a draft that is too long', async () => {
  const masha = await withUnsent('этого уже нельзя');
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await school.mend();
  masha.wake();
  await until(masha, 'refused', () => masha.refused().length === 1 && masha.unsent === 0);
  expect(await masha.signOut('wait')).toEqual({ at: 'unsent', count: 0, here: 1, papers: [] });
  expect(masha.refused()).toHaveLength(1);

  const disk = new Disk('masha', 'strict');
  await keepCopy(disk, 'paper/plan', new Y.Doc(), 'wrong-epoch', [], 'План');
  disk.close();
  const essay = 'Вчера мы были в музее. '.repeat(200);
  (await enter(masha, '7a')).setDraft(essay);
  expect(await masha.signOut('wait')).toEqual({ at: 'unsent', count: 0, here: 3, papers: ['План'] });
  const { exported } = (await masha.signOut('export')) as { exported: string };
  const taken = JSON.parse(exported);
  expect(taken.drafts).toEqual([{ name: '7a', text: essay }]);
  expect(taken.refused).toHaveLength(1);
  expect(taken.privateCopies).toHaveLength(1);
});

test('[R494] words of the last moment before a tab went are asked about too, and go along in the file', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha));
  type(paper, 'Начало.');
  await until(masha, 'all is sent', () => paper.unsynced === 0);
  // As a page leaves them that went before its disk answered.
  const lease = paper.doc.clientID;
  const clock = Y.getState(paper.doc.store, lease);
  const words = { text: ' Едем в восемь.', near: 'Начало.', when: Date.now() };
  noteLastWords('masha', paper.id, { lease: lease + 1, clock: 15, ...words });
  noteLastWords('masha', paper.id, { lease, clock, ...words, text: 'Начало.' });
  expect(await masha.signOut('wait')).toEqual({ at: 'unsent', count: 0, here: 1, papers: [] });
  const { exported } = (await masha.signOut('export')) as { exported: string };
  expect(JSON.parse(exported).noted).toEqual([{ name: `paper/${paper.id}`, text: ' Едем в восемь.' }]);
});

test('[R270] [R271] words that a restore may have lost are asked about by the paper’s title, and come back though nobody opens it', async () => {
  const anna = await school.device('anna');
  const paper = await openPaper(anna, await shared(anna));
  await until(anna, 'all is sent', () => anna.unsent === 0);
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  type(paper, 'Едем в восемь.');
  await paper.flush();
  await until(anna, 'the school has it', () => anna.unsent === 0 && paper.unsynced === 0);
  paper.close();
  // The paper is of another epoch, and what the school has of it does not arrive.
  await school.withhold('patch');
  await school.restore();
  const disk = new Disk('anna', 'strict');
  const asides = () => disk.acked.filter(({ aside }) => aside !== undefined).count();
  await expect.poll(asides, { timeout: 10_000 }).toBe(1);
  expect(await anna.signOut('wait')).toEqual({ at: 'unsent', count: 0, here: 1, papers: ['План экскурсии'] });
  expect(JSON.parse(await anna.exportAll()).perhapsLost).toEqual([
    { paper: paper.id, title: 'План экскурсии', text: 'Едем в восемь.' },
  ]);
  await anna.close();
  await school.mend();
  const later = await school.device('anna');
  const back = [{ paper: paper.id, text: 'Едем в восемь.' }];
  await expect.poll(() => disk.pieces.toArray(), { timeout: 10_000 }).toMatchObject(back);
  disk.close();
  expect(await later.signOut('wait')).toEqual({
    at: 'unsent',
    count: 0,
    here: 1,
    papers: ['План экскурсии'],
  });
});

test('[R437] leaving and discarding deletes what is on the device', async () => {
  const masha = await withUnsent('передумала');
  expect(await masha.signOut('discard')).toEqual({ at: 'gone', exported: undefined });
  expect(await Dexie.exists(diskName('masha'))).toBe(false);
  await school.mend();
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);
});

test('[R437] a tab that the browser froze does not hold her back: what it keeps open is emptied', async () => {
  const masha = await withUnsent('передумала');
  const frozen = await new Promise<IDBDatabase>((resolve) => {
    const asked = indexedDB.open(diskName('masha'));
    asked.onsuccess = () => resolve(asked.result);
  });
  expect((await masha.signOut('discard')).at).toBe('gone');
  const rows = await new Promise<number>((resolve) => {
    const count = frozen.transaction('outbox').objectStore('outbox').count();
    count.onsuccess = () => resolve(count.result);
  });
  expect(rows).toBe(0);
  frozen.close();
});

test('[R438] everything on a device is exported as plain JSON: what is sent, unsent and refused', async () => {
  const masha = await withUnsent('этого уже нельзя');
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await school.mend();
  masha.wake();
  await until(masha, 'refused', () => masha.refused().length === 1 && masha.unsent === 0);
  await school.on('setMatrix', '7a', { ...DEFAULT_MATRIX, write: 'staff' }, DEFAULT_MATRIX);
  const chat = await enter(masha, '7a');
  await until(masha, 'may write again', () => chat.may('say').ok);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('ещё не ушло');
  const all = JSON.parse(await masha.exportAll());
  expect(all.person).toBe('masha');
  expect(all.chats['7a'].map(({ text }: { text: string }) => text)).toEqual(['Здравствуйте', 'ещё не ушло']);
  expect(all.chats['7a'][0]).toMatchObject({ by: 'masha', name: masha.who('masha')?.name });
  expect(all.unsent).toMatchObject([
    { room: 'chat/7a', intent: { act: 'message.create', text: 'ещё не ушло' } },
  ]);
  expect(all.refused).toMatchObject([
    { room: 'chat/7a', code: 'chat-is-read-only', intent: { text: 'этого уже нельзя' } },
  ]);
});

test('[R854] a chat or a paper is exported whatever its id, and so is who wrote there', async () => {
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  const disk = new Disk('masha', 'strict');
  for (const id of ['__proto__', 'constructor']) {
    const doc = newDoc(feedDoc(id, 1));
    perform({ act: 'message.create', id: '1.1', at: 0, text: 'Привет' }, doc, 'constructor');
    const common = { room: chatRoom(id), seq: 1, snapshot: Y.encodeStateAsUpdate(doc), tailBytes: 0 };
    await disk.docs.add({ ...common, doc: feedDoc(id, 1) });
    await disk.docs.add({ ...common, doc: `paper/${id}`, room: `paper/${id}`, snapshot: new Uint8Array() });
  }
  disk.close();
  const { chats, papers } = JSON.parse(await masha.exportAll());
  expect(Object.keys(chats)).toEqual(expect.arrayContaining(['7a', '__proto__', 'constructor']));
  expect(Object.keys(papers).sort()).toEqual(['__proto__', 'constructor']);
  const [said] = Object.entries<object[]>(chats).find(([id]) => id === '__proto__')?.[1] ?? [];
  expect(said).toEqual({ id: '1.1', by: 'constructor', at: '1970-01-01T00:00:00.000Z', text: 'Привет' });
});

test('[R439] a message far above is found and everything between it and the screen is loaded; offline it is not', async () => {
  const first = await school.say('anna', '7a', 'с чего всё началось');
  // Segments close by size too: three of them, the newest one of more than a screen.
  const long = (i: number) => `${i} ${'а'.repeat(3_000)}`;
  for (let i = 1; i <= 125; i++) await school.say('anna', '7a', long(i));
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'newest', () => has(chat, long(125)));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  expect(await chat.find(first)).toBe(false);
  await school.mend();
  masha.wake();
  await until(masha, 'online', () => masha.line.at === 'online');
  expect(texts(chat).length).toBeLessThan(63);
  expect(await chat.find(first)).toBe(true);
  expect(texts(chat)).toHaveLength(126);
  expect(texts(chat)[0]).toBe('с чего всё началось');
  expect(await chat.find('1.zz')).toBe(false);
});
