import { Dexie } from 'dexie';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { Disk, diskName } from './disk.ts';
import { openPaper, shared } from './paper-testing.ts';
import {
  enter,
  has,
  message,
  openSchool,
  rowsOf,
  settled,
  type TestSchool,
  texts,
  until,
} from './testing.ts';
import type { ChatAct } from './types.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R409] edits, reactions, pins and deletions show at once and are the same on the other side', async () => {
  const anna = await school.device('anna');
  const hers = await enter(anna, '7a');
  await settled(anna, hers);
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'heard', () => has(chat, 'Здравствуйте'));
  const id = message(hers, 'Здравствуйте').id;
  await hers.edit(id, 'Здравствуйте, 7А!');
  await hers.pin(id);
  await until(masha, 'edited and pinned', () => has(chat, 'Здравствуйте, 7А!') && chat.pins().length === 1);
  expect(message(chat, 'Здравствуйте, 7А!')).toMatchObject({ edited: true, pinned: true });
  await settled(masha, chat);
  await chat.react(id, '👍');
  await until(anna, 'thumb', () => message(hers, 'Здравствуйте, 7А!').reactions.length === 1);
  const reply = await chat.say('Мы тут', id);
  if (!reply.ok) throw new Error(reply.code);
  await until(anna, 'reply', () => has(hers, 'Мы тут'));
  expect(message(hers, 'Мы тут').re).toBe(id);
  expect(hers.may('remove', reply.id).ok).toBe(true);
  await hers.remove(reply.id);
  await until(masha, 'gone', () => !has(chat, 'Мы тут'));
  await hers.unpin(id);
  await until(masha, 'unpinned', () => chat.pins().length === 0);
  await until(anna, 'all acknowledged', () => anna.unsent === 0);
  expect(masha.unsent).toBe(0);
});

test('[R410] what a role may not do is not written, and says why', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const id = await school.say('anna', '7a', 'Тихо!');
  await until(masha, 'heard', () => has(chat, 'Тихо!'));
  expect(await chat.pin(id)).toEqual({ ok: false, code: 'only-some-may-pin' });
  expect(await chat.edit(id, 'Шумим!')).toEqual({ ok: false, code: 'not-yours' });
  expect(await chat.remove(id)).toEqual({ ok: false, code: 'only-leads-moderate' });
  expect(await chat.say('а'.repeat(4097))).toEqual({ ok: false, code: 'too-long' });
  expect(masha.unsent).toBe(0);
});

test('[R841] what nobody can see is no message, no edit and no title of a paper', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const said = await chat.say('Завтра');
  const made = await chat.createPaper('Список', 'everyone');
  if (!said.ok || !made.ok) throw new Error('not written');
  await until(masha, 'sent', () => masha.unsent === 0);
  for (const unseen of ['', '\u200b', '\u00ad\u2800', ' \u3164']) {
    const no = { ok: false, code: 'bad-value' };
    expect(await chat.say(unseen)).toEqual(no);
    expect(await chat.edit(said.id, unseen)).toEqual(no);
    expect(await chat.createPaper(unseen, 'everyone')).toEqual(no);
    expect(await chat.setPaperRights(made.id, { title: unseen })).toEqual(no);
  }
  expect([masha.unsent, masha.refused()]).toEqual([0, []]);
  expect(['say', 'createPaper'].map((act) => chat.may(act as ChatAct).ok)).toEqual([true, true]);
  expect(chat.may('edit', said.id).ok).toBe(true);
});

test('[R411] a message says how far it got: sent, on another device, read; the reader’s count goes down', async () => {
  const anna = await school.device('anna');
  const hers = await enter(anna, '7a');
  await settled(anna, hers);
  expect(message(hers, 'Здравствуйте').state).toBe('sent');
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'heard', () => has(chat, 'Здравствуйте'));
  await until(anna, 'delivered', () => message(hers, 'Здравствуйте').state === 'delivered');
  await until(masha, 'unread', () => masha.chats().find(({ id }) => id === '7a')?.unread === 1);
  expect(chat.firstUnread).toBe(message(chat, 'Здравствуйте').id);
  chat.markRead();
  await until(masha, 'read', () => masha.chats().find(({ id }) => id === '7a')?.unread === 0);
  await until(anna, 'read by Masha', () => message(hers, 'Здравствуйте').state === 'read');
});

test('[R468] whoever sees an own unsent message has read what stands above it', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  const unread = () => masha.chats().find(({ id }) => id === '7a')?.unread;
  await school.say('anna', '7a', 'Завтра экскурсия');
  await until(masha, 'unread', () => unread() === 1);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at === 'offline');
  const own = await chat.say('Ещё не ушло');
  expect(own.ok).toBe(true);
  chat.markRead(own.ok ? own.id : '');
  await until(masha, 'nothing unread', () => unread() === 0);
});

test('[R482] a chat that goes on and on is folded on the disk', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const long = (i: number) => `${i} ${'ы'.repeat(2_900)}`;
  for (let i = 0; i < 20; i++) await school.say('anna', '7a', long(i));
  await until(masha, 'heard', () => has(chat, long(19)));
  await masha.close();
  const tails = (await rowsOf('masha')).get('tails') as { doc: string }[];
  expect(tails.filter(({ doc }) => doc === 'chat/7a/feed/1').length).toBeLessThan(15);
});

test('[R412] an older segment comes when it is asked for, from the relay and then from disk', async () => {
  await school.on('fill', 'anna', '7a', 540);
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'newest', () => has(chat, 'сообщение 540'));
  expect(has(chat, 'сообщение 1')).toBe(false);
  expect(await chat.older()).toBe(true);
  await until(masha, 'both segments', () => texts(chat).length === 540);
  expect(texts(chat)[0]).toBe('сообщение 1');
  expect(texts(chat)[539]).toBe('сообщение 540');
  expect(chat.hasOlder).toBe(false);
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  expect(await again.older()).toBe(true);
  await until(later, 'both segments from disk', () => texts(again).length === 540);
});

test('[R413] a message that meets a closed segment goes into the open one by itself', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Пока вы тут писали');
  await school.on('fill', 'anna', '7a', 505);
  await school.mend();
  masha.wake();
  await until(masha, 'sent', () => masha.unsent === 0 && has(chat, 'сообщение 505'));
  expect(masha.refused()).toEqual([]);
  const there = await school.texts('anna', '7a');
  expect(there[there.length - 1]).toBe('Пока вы тут писали');
  expect(texts(chat)[texts(chat).length - 1]).toBe('Пока вы тут писали');
});

test('[R414] a chat that stops being readable is purged; what was written for it is not', async () => {
  const olga = await school.device('olga');
  const chat = await enter(olga, '7a.parents');
  await settled(olga, chat);
  await school.cut();
  await until(olga, 'offline', () => olga.line.at !== 'online');
  await chat.say('Когда собрание?');
  await school.on('setRole', 'olga', 'parent', 'student');
  await school.mend();
  olga.wake();
  await until(olga, 'purged', () => olga.refused().length === 1 && olga.unsent === 0);
  expect(olga.refused()[0]).toMatchObject({ text: 'Когда собрание?', code: 'not-a-member' });
  const row = () => olga.chats().find(({ id }) => id === '7a.parents');
  expect(row()).toMatchObject({ title: '', members: 0, refused: 1 });
  const disk = new Disk('olga', 'relaxed');
  expect(await disk.docs.where('room').equals('chat/7a.parents').count()).toBe(0);
  disk.close();
  await olga.dismiss(olga.refused()[0]?.id ?? '');
  await until(olga, 'the chat is gone with its last words', () => row() === undefined);
});

test('[R414] a chat that stays on screen while its person is taken out and put back fills again', async () => {
  const masha = await school.device('masha');
  const hers = await enter(masha, '7a');
  await settled(masha, hers);
  const petya = await school.device('petya');
  const his = await enter(petya, '7a');
  await until(petya, 'he reads it', () => has(his, 'Здравствуйте'));
  await school.on('setDuty', 'petya', '7a', 'student', null);
  await until(petya, 'it is purged', () => texts(his).length === 0);
  await school.on('setDuty', 'petya', '7a', null, 'student');
  await until(petya, 'he reads it again', () => has(his, 'Здравствуйте'));
  await hers.say('С возвращением');
  await until(petya, 'and what is new', () => has(his, 'С возвращением'));
  expect((await his.say('Спасибо')).ok).toBe(true);
  await until(masha, 'she hears him', () => has(hers, 'Спасибо'));
});

test('[R415] a newer database closes this tab’s one after everything is saved', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  chat.setDraft('не дописала');
  const saved = chat.say('успела');
  const newer = new Dexie(diskName('masha'));
  newer.version(2).stores({ tomorrow: 'id', outbox: '++id, room, [room+lease+n]', kv: 'key' });
  await newer.open();
  expect((await saved).ok).toBe(true);
  expect(masha.disk).toBe('superseded');
  const kept = await newer.table('outbox').where('room').equals('chat/7a').toArray();
  expect(kept).toMatchObject([{ intent: { text: 'успела' } }]);
  expect(await newer.table('kv').get('draft/7a')).toMatchObject({ value: 'не дописала' });
  expect(await chat.say('поздно')).toEqual({ ok: false, code: 'storage-failed' });
  newer.close();
});

test('[R416] a session that ended keeps the outbox, and nobody else sends it', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.on('signOut', 'masha', true);
  await until(masha, 'signed out', () => masha.line.at === 'signed-out');
  await chat.say('дописываю');
  expect(masha.unsent).toBe(1);
  const petya = await school.device('petya');
  await until(petya, 'online', () => petya.line.at === 'online');
  expect(petya.unsent).toBe(0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);
  await school.on('letIn', 'masha');
  masha.wake();
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'дописываю']);
});

test('[R416] her mother signs in on the same browser: the tab that Masha left open says nothing on that line, and takes nothing', async () => {
  const masha = await school.device('masha');
  const paper = await openPaper(masha, await shared(masha, 'Дневник'));
  const chat = await enter(masha, '7a');
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('дописываю');
  type(paper, 'Мама не знает');
  await paper.flush();
  const { unsent, projection } = masha;
  await school.on('handOver', 'masha', 'olga');
  await school.mend();
  masha.wake();
  await until(masha, 'signed out', () => masha.line.at === 'signed-out');
  expect(masha.projection).toEqual(projection);
  expect(texts(chat)).toEqual(['Здравствуйте', '', 'дописываю']);
  expect(masha.unsent).toBe(unsent);
  expect(masha.refused()).toEqual([]);
  await school.on('letIn', 'masha');
  masha.wake();
  await until(masha, 'sent', () => masha.unsent === 0);
  expect(paper.copies()).toEqual([]);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', '', 'дописываю']);
});

test('[R417] an unfinished message is kept on the device', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  chat.setDraft('Можно выйт');
  expect(masha.chats().find(({ id }) => id === '7a')?.draft).toBe('Можно выйт');
  await masha.close();
  const later = await school.device('masha');
  expect(later.chats().find(({ id }) => id === '7a')?.draft).toBe('Можно выйт');
});

test('[R491] a draft that is longer than a message stays on its device, and the relay is not asked', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const essay = 'Вчера мы были в музее. '.repeat(300);
  chat.setDraft(essay);
  // What is in memory is brought to disk and into the outbox.
  await masha.exportAll();
  await chat.say('Пока пишу сочинение');
  await until(masha, 'all is sent', () => masha.unsent === 0);
  expect(chat.draft === essay).toBe(true);
  expect(masha.refused()).toEqual([]);
  await masha.close();
  const later = await school.device('masha');
  later.me();
  expect((await enter(later, '7a')).draft === essay).toBe(true);
});

test('[R418] rights that change while a chat is on screen are known at once', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  expect(chat.may('say').ok).toBe(true);
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await until(masha, 'told', () => !chat.may('say').ok);
  expect(await chat.say('а можно?')).toEqual({ ok: false, code: 'chat-is-read-only' });
  expect(masha.unsent).toBe(0);
});

test('[R418] rights that changed while a device was away are known when it is back, and kept', async () => {
  const readOnly = { ...DEFAULT_MATRIX, write: 'staff' };
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, readOnly);
  expect(chat.may('say').ok).toBe(true);
  await school.mend();
  masha.wake();
  await until(masha, 'told', () => !chat.may('say').ok);
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  const again = await enter(later, '7a');
  expect(again.may('say')).toEqual({ ok: false, code: 'chat-is-read-only' });
  await school.on('setMatrix', '7a', readOnly, DEFAULT_MATRIX);
  await school.mend();
  later.wake();
  await until(later, 'told again', () => again.may('say').ok);
  expect((await again.say('теперь можно')).ok).toBe(true);
});
