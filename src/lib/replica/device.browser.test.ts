import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { Disk } from './disk.ts';
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

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** The durability of each commit that put something into the outbox, as the disk confirms them from now on. */
function watchOutbox(): string[] {
  const { transaction } = IDBDatabase.prototype;
  const { add, put } = IDBObjectStore.prototype;
  const confirmed: string[] = [];
  const putting = new WeakSet<IDBTransaction>();
  // Listened to before anybody else does: whoever hears of the commit must find it here.
  IDBDatabase.prototype.transaction = function watched(stores, mode, options) {
    const made = transaction.call(this, stores, mode, options);
    made.addEventListener('complete', () => {
      if (putting.has(made)) confirmed.push(made.durability);
    });
    return made;
  };
  for (const [name, original] of Object.entries({ add, put }))
    IDBObjectStore.prototype[name as 'add' | 'put'] = function watched(...args) {
      if (this.name === 'outbox') putting.add(this.transaction);
      return original.apply(this, args);
    };
  onTestFinished(() => {
    IDBDatabase.prototype.transaction = transaction;
    Object.assign(IDBObjectStore.prototype, { add, put });
  });
  return confirmed;
}

test('[R400] what Masha writes without a network is in her chat at once and reaches the school when it can', async () => {
  const commits = watchOutbox();
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  commits.length = 0;
  const saved = chat.say('Я заболела, что задали?');
  expect(message(chat, 'Я заболела, что задали?').state).toBe('queued');
  expect((await saved).ok).toBe(true);
  expect(commits).toEqual(['strict']);
  expect(masha.unsent).toBe(1);
  expect(masha.chats()[0]).toMatchObject({ id: '7a', unsent: 1, last: { text: 'Я заболела, что задали?' } });
  await school.mend();
  masha.wake();
  await until(masha, 'sent', () => message(chat, 'Я заболела, что задали?').state !== 'queued');
  await until(masha, 'outbox empty', () => masha.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Я заболела, что задали?']);
});

test('[R401] what Anna Petrovna says appears in a chat that is open', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'online', () => masha.line.at === 'online');
  await school.say('anna', '7a', 'Завтра контрольная');
  await until(masha, 'heard', () => has(chat, 'Завтра контрольная'));
  expect(message(chat, 'Завтра контрольная')).toMatchObject({ by: 'anna', mine: false, late: false });
  expect(texts(chat)).toEqual(['Завтра контрольная']);
});

test('[R402] what the relay acknowledged is confirmed on the device: it opens offline, sent, with an empty outbox', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  expect(later.projection?.me.role).toBe('student');
  expect(later.unsent).toBe(0);
  const again = await enter(later, '7a');
  expect(message(again, 'Здравствуйте')).toMatchObject({ state: 'sent', mine: true });
  expect(message(again, 'Здравствуйте').seq).toBe(1);
});

test('[R403] an intent whose acknowledgement was lost is sent again and lands once', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.deafen();
  await chat.say('Сдам завтра');
  await until(masha, 'told', () => masha.unsent === 1);
  await school.on('heardPushes', 2);
  await school.cut();
  await school.mend();
  await school.on('count');
  const { id } = message(chat, 'Сдам завтра');
  masha.wake();
  await until(masha, 'acknowledged', () => masha.unsent === 0);
  expect(message(chat, 'Сдам завтра')).toMatchObject({ id, state: 'sent', seq: 2 });
  const { kinds } = (await school.on('count')) as { kinds: string[] };
  expect(kinds.filter((kind) => kind === 'push')).toHaveLength(1);
  // Known by its number: nobody has to look whether it landed.
  expect(kinds).not.toContain('refuse');
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Сдам завтра']);
});

test('[R404] a tab that dies between writing and sending leaves its words to the next one', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.cut();
  await chat.say('Первое');
  await chat.say('Второе');
  await masha.close();
  await school.mend();
  const later = await school.device('masha');
  expect(later.unsent).toBe(2);
  await until(later, 'sent', () => later.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Первое', 'Второе']);
});

test('[R405] a refused message stays with its author as a draft with its reason, and what was good goes on', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const question = await school.say('anna', '7a', 'Кто идёт в музей?');
  await until(masha, 'heard', () => has(chat, 'Кто идёт в музей?'));
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  const said = await chat.say('Я иду!');
  if (!said.ok) throw new Error(said.code);
  await chat.react(said.id, '🎉');
  await chat.react(question, '👍');
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await school.mend();
  masha.wake();
  await until(masha, 'refused', () => masha.refused().length > 0 && masha.unsent === 0);
  expect(masha.refused()[0]).toMatchObject({
    room: 'chat/7a',
    text: 'Я иду!',
    code: 'chat-is-read-only',
    intent: { act: 'message.create' },
  });
  expect(masha.refused()[1]).toMatchObject({
    code: 'chat-is-read-only',
    intent: { act: 'reaction.set', message: said.id },
  });
  expect(has(chat, 'Я иду!')).toBe(false);
  expect(message(chat, 'Кто идёт в музей?').reactions).toEqual([{ emoji: '👍', by: ['masha'], mine: true }]);
  chat.setDraft('Я иду!');
  await masha.reuse(masha.refused()[0]?.id ?? '');
  // What stands in the composer is on disk before the card goes.
  expect((await rowsOf('masha')).get('kv')).toContainEqual(
    expect.objectContaining({ key: 'draft/7a', value: 'Я иду!' }),
  );
  await until(masha, 'let go', () => masha.refused().every(({ text }) => text !== 'Я иду!'));
});

test('[R406] two tabs of one person never write with one lease, and both see both', async () => {
  const first = await school.device('masha');
  const one = await enter(first, '7a');
  await settled(first, one);
  const second = await school.device('masha');
  const two = await enter(second, '7a');
  await Promise.all([one.say('из первой'), two.say('из второй'), one.say('и ещё'), two.say('и тут')]);
  await until(first, 'first sees all', () => texts(one).length === 5 && first.unsent === 0);
  await until(second, 'second sees all', () => texts(two).length === 5 && second.unsent === 0);
  expect(texts(one)).toEqual(texts(two));
  expect(await school.texts('anna', '7a')).toEqual(texts(one));
  const disk = new Disk('masha', 'relaxed');
  const pens = await disk.pens.where('room').equals('chat/7a').toArray();
  disk.close();
  expect(new Set(pens.map(({ lease }) => lease)).size).toBe(2);
  expect(((await school.on('count')) as { connections: number }).connections).toBe(1);
});

test('[R407] when the leading tab dies in the middle of sending, the other one goes on and nothing doubles', async () => {
  const leader = await school.device('masha');
  await settled(leader, await enter(leader, '7a'));
  const other = await school.device('masha');
  const chat = await enter(other, '7a');
  await school.deafen();
  for (let i = 1; i <= 20; i++) void chat.say(`сообщение ${i}`);
  await school.on('heardPushes', 11);
  const closing = leader.close();
  await school.mend();
  await closing;
  await until(other, 'all sent', () => other.unsent === 0 && texts(chat).length === 21);
  const all = Array.from({ length: 20 }, (_, i) => `сообщение ${i + 1}`);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', ...all]);
  expect(texts(chat)).toEqual(['Здравствуйте', ...all]);
});

test('[R408] a relay put back from a backup gets what this device holds again, once', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await school.on('keep');
  masha.wake();
  await chat.say('После копии');
  await chat.say('И ещё одно');
  await until(masha, 'sent', () => masha.unsent === 0 && message(chat, 'И ещё одно').state === 'sent');
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  await chat.say('Без связи');
  await school.on('restore');
  await school.mend();
  masha.wake();
  await until(masha, 'sent again', () => masha.unsent === 0 && has(chat, 'Без связи'));
  const all = ['Здравствуйте', 'После копии', 'И ещё одно', 'Без связи'];
  expect(await school.texts('anna', '7a')).toEqual(all);
  expect(texts(chat)).toEqual(all);
  expect(masha.refused()).toEqual([]);
});

test('[R449] after a restart without a network the next message has an id of its own: nothing that is said vanishes', async () => {
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  const chat = await enter(later, '7a');
  expect((await chat.say('Пишу после перезапуска')).ok).toBe(true);
  expect(texts(chat)).toEqual(['Здравствуйте', 'Пишу после перезапуска']);
  expect(later.unsent).toBe(1);
  await school.mend();
  later.wake();
  await until(later, 'sent', () => later.unsent === 0);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'Пишу после перезапуска']);
});
