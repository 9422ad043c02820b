import { Dexie } from 'dexie';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Disk, diskName } from './disk.ts';
import { notesOf } from './last-words.ts';
import { PaperView } from './paper.ts';
import { openPaper, shared } from './paper-testing.ts';
import { enter, has, openSchool, settled, type TestSchool, texts, until } from './testing.ts';
import type { Paper } from './types.ts';
import { lastRun, type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  emptyDisk();
  await school.end();
});

const textIn = (paper: Paper) => lastRun(paper.doc.getXmlFragment('body'))?.toString();

/** Chromium counts a quota by the minute; here the disk is full from one write to the next, as it answers then. */
const { add, put } = IDBObjectStore.prototype;
function fillDisk(): void {
  const full = () => {
    throw new DOMException('The disk is full', 'QuotaExceededError');
  };
  Object.assign(IDBObjectStore.prototype, { add: full, put: full });
}
/** The same for one person's device. */
function fillDiskOf(person: string): void {
  const unless = (write: typeof put) =>
    function fullFor(this: IDBObjectStore, ...args: Parameters<typeof put>) {
      if (this.transaction.db.name !== diskName(person)) return write.apply(this, args);
      throw new DOMException('The disk is full', 'QuotaExceededError');
    };
  Object.assign(IDBObjectStore.prototype, { add: unless(add), put: unless(put) });
}
/** What is written fails, for a reason of the browser's own. */
function breakDisk(): void {
  IDBObjectStore.prototype.add = function (...args) {
    if (this.name !== 'outbox') return add.apply(this, args);
    throw new DOMException('Internal error', 'UnknownError');
  };
}
function emptyDisk(): void {
  Object.assign(IDBObjectStore.prototype, { add, put });
}

test('[R419] a full disk is said; the words go back to their writer, and what is stored stays', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  expect((await chat.say('помещается')).ok).toBe(true);
  fillDisk();
  expect(await chat.say('не помещается')).toEqual({ ok: false, code: 'storage-full' });
  expect(masha.disk).toBe('full');
  expect(texts(chat)).toEqual(['Здравствуйте', 'помещается']);
  expect(masha.unsent).toBe(1);
  emptyDisk();
  expect((await chat.say('снова помещается')).ok).toBe(true);
  expect(masha.disk).toBe('open');
  expect(masha.unsent).toBe(2);
  expect(has(chat, 'помещается')).toBe(true);
});

test('[R428] a full device stays on its line, shows what arrives in a chat on screen, and stores it by itself once there is room', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const other = await school.device('masha');
  const { connections } = (await school.on('count')) as { connections: number };
  fillDisk();
  await school.say('anna', '7a', 'Завтра контрольная');
  await until(masha, 'it is on screen', () => has(chat, 'Завтра контрольная'));
  await until([masha, other], 'every tab says why', () => masha.disk === 'full' && other.disk === 'full');
  for (const text of ['Возьмите линейки', 'И циркули']) await school.say('anna', '7a', text);
  await until(masha, 'so is the rest', () => has(chat, 'И циркули'));
  const shown = texts(chat);
  expect(((await school.on('count')) as { connections: number }).connections).toBe(connections);
  emptyDisk();
  await until([masha, other], 'there is room', () => masha.disk === 'open' && other.disk === 'open');
  await chat.say('Спасибо');
  await until(masha, 'the line is as it was', () => masha.unsent === 0);
  await other.close();
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  expect(texts(await enter(later, '7a'))).toEqual([...shown, 'Спасибо']);
});

test('[R428] a device without room for what it missed asks its disk, and the school only when there is room', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await school.say('anna', '7a', 'Вы этого не слышали');
  fillDisk();
  await school.mend();
  masha.wake();
  await until(masha, 'it is on screen', () => has(chat, 'Вы этого не слышали'));
  const { connections } = (await school.on('count')) as { connections: number };
  await refusedByDisk(3);
  expect(((await school.on('count')) as { connections: number }).connections).toBe(connections);
  expect(masha.line.at).toBe('online');
  emptyDisk();
  masha.wake();
  await until(masha, 'there is room', () => masha.disk === 'open');
  await chat.say('Теперь слышно');
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(texts(chat));
});

/** Resolves when the full disk refused so many more writes. */
async function refusedByDisk(times: number): Promise<void> {
  const full = IDBObjectStore.prototype.add;
  await new Promise<void>((resolve) => {
    let left = times;
    IDBObjectStore.prototype.add = function refuse(...args) {
      if (--left === 0) resolve();
      return full.apply(this, args);
    };
  });
}

test('[R493] what is typed in a paper while the disk is full stays on screen and reaches the relay once there is room', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha, 'Поход'));
  type(paper, 'Берём палатки');
  await paper.flush();
  await until(masha, 'all is sent', () => masha.unsent === 0);
  fillDisk();
  type(paper, ' и котелок');
  expect(await paper.flush()).toEqual({ ok: false, code: 'storage-full' });
  expect(masha.disk).toBe('full');
  expect(textIn(paper)).toBe('Берём палатки и котелок');
  expect(paper.unsaved).toBe(true);
  // The page goes: what no disk has is noted, and comes back.
  paper.leave();
  expect(notesOf('masha', paper.id)).toMatchObject([[expect.anything(), { text: ' и котелок' }]]);
  emptyDisk();
  type(paper, ' на всех');
  expect((await paper.flush()).ok).toBe(true);
  expect(masha.disk).toBe('open');
  await until(masha, 'all is sent', () => paper.unsynced === 0);
  const anna = await school.device('anna');
  await enter(anna, '7a');
  const read = anna.paper(paper.id, PaperView);
  await until(anna, 'read', () => textIn(read) === 'Берём палатки и котелок на всех');
});

test('[R273] a paper that is opened on a full device shows what the school has of it, is read only, and is written in once there is room', async () => {
  const anna = await school.device('anna');
  const chat = await enter(anna, '7a');
  await settled(anna, chat);
  const made = await chat.createPaper('Поход', 'everyone');
  if (!made.ok) throw new Error(made.code);
  const hers = anna.paper(made.id, PaperView);
  await until(anna, 'the paper may be edited', () => hers.ready && hers.right === 'edit');
  type(hers, 'Берём палатки');
  await hers.flush();
  await until(anna, 'all is sent', () => anna.unsent === 0);
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await until(masha, 'listed', () => masha.papers().length === 1);
  fillDiskOf('masha');
  const paper = masha.paper(made.id, PaperView);
  await until(masha, 'the text is shown', () => paper.ready && textIn(paper) === 'Берём палатки');
  expect([paper.right, paper.reason, masha.disk]).toEqual(['read', undefined, 'full']);
  type(hers, ' и котелок');
  await hers.flush();
  await until(masha, 'what comes too', () => textIn(paper) === 'Берём палатки и котелок');
  expect(paper.right).toBe('read');

  emptyDisk();
  masha.wake();
  await until(
    masha,
    'she may write',
    () => paper.right === 'edit' && textIn(paper)?.endsWith('котелок') === true,
  );
  type(paper, ' на всех');
  expect((await paper.flush()).ok).toBe(true);
  await until(anna, 'Anna reads it', () => textIn(hers) === 'Берём палатки и котелок на всех');
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  const again = later.paper(made.id, PaperView);
  await until(later, 'and it is on the device', () => textIn(again) === 'Берём палатки и котелок на всех');
});

test('[R493] what is typed in a paper when the disk fails is saved without another key, once the disk answers', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha, 'Поход'));
  type(paper, 'Берём палатки');
  await until(masha, 'all is sent', () => paper.unsynced === 0);
  type(paper, ' и котелок');
  breakDisk();
  expect(await paper.flush()).toEqual({ ok: false, code: 'storage-failed' });
  expect(masha.disk).toBe('failed');
  emptyDisk();
  await until(masha, 'saved and sent', () => !paper.unsaved && paper.unsynced === 0);
  expect(masha.disk).toBe('open');
});

test('[R442] when the browser says that the network went, a silent socket is offline at once and one that answers is not', async () => {
  const masha = await school.device('masha');
  await until(masha, 'online', () => masha.line.at === 'online');
  const seen: string[] = [];
  masha.subscribe((topic) => {
    if (topic === 'line') seen.push(masha.line.at);
  });
  window.dispatchEvent(new Event('offline'));
  await school.on('heard', 'pong');
  await school.say('anna', '7a', 'связь есть');
  await until(masha, 'heard', () => masha.chats().some(({ last }) => last?.text === 'связь есть'));
  expect(seen).toEqual([]);
  await school.deafen();
  window.dispatchEvent(new Event('offline'));
  await until(masha, 'offline', () => masha.line.at === 'offline');
  expect(seen).toEqual(['offline']);
});

test('[R426] a visible tab takes the line over from a leader that is silent', async () => {
  const frozen = new Promise<() => void>((holding) => {
    navigator.locks
      .request('parta-petya-lead', () => new Promise<void>((free) => holding(free)))
      .catch(() => holding(() => {}));
  });
  const free = await frozen;
  const petya = await school.device('petya');
  await until(petya, 'online', () => petya.line.at === 'online' && petya.projection !== undefined);
  expect(petya.projection?.me.id).toBe('petya');
  free();
});

test('[R746] whoever takes the line over says so on the disk before anything goes out', async () => {
  const disk = new Disk('petya', 'relaxed');
  const leader = async () => (await disk.kv.get('leader'))?.value;
  const first = await school.device('petya');
  await until(first, 'online', () => first.line.at === 'online');
  const before = await leader();
  expect(before).toEqual(expect.any(String));
  const second = await school.device('petya');
  await first.close();
  await until(second, 'online', () => second.line.at === 'online');
  expect(await leader()).toEqual(expect.any(String));
  expect(await leader()).not.toBe(before);
  disk.close();
});

test('[R415] a tab that waited for an older one to let go of the database says no more that it waits', async () => {
  const old = new Dexie(diskName('petya'));
  old.version(1).stores({ kv: 'key' });
  old.on('versionchange', () => false);
  await old.open();
  const { open } = IDBFactory.prototype;
  const blocked = new Promise((told) => {
    IDBFactory.prototype.open = function (...args) {
      const asked = open.apply(this, args);
      asked.addEventListener('blocked', told);
      return asked;
    };
  });
  const opening = school.device('petya');
  await blocked;
  IDBFactory.prototype.open = open;
  old.close();
  const petya = await opening;
  await until(petya, 'online', () => petya.line.at === 'online');
  expect(petya.disk).toBe('open');
});

test('[R419] a disk that failed once and then keeps what is written is said to be well again', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  breakDisk();
  expect(await chat.say('не записано')).toEqual({ ok: false, code: 'storage-failed' });
  expect(masha.disk).toBe('failed');
  emptyDisk();
  expect((await chat.say('записано')).ok).toBe(true);
  expect(masha.disk).toBe('open');
});
