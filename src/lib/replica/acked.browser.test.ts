/** What was acknowledged outlives the relay's disk: it stays on the device until a backup is announced that holds it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AckedRow, Disk } from './disk.ts';
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
import type { Device } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const acked = async (person: string) => (await rowsOf(person)).get('acked') as AckedRow[];

async function sent(device: Device): Promise<void> {
  await until(device, 'sent', () => device.unsent === 0);
}

/** A new connection: the rooms are opened anew. */
async function reconnect(device: Device): Promise<void> {
  await school.cut();
  await until(device, 'offline', () => device.line.at !== 'online');
  await school.mend();
  device.wake();
  await until(device, 'online', () => device.line.at === 'online');
}

/** Until the school is put back, nothing of the chat is on the device but what its person did there. */
async function expel(device: Device): Promise<void> {
  await school.on('setRole', 'petya', 'student', 'parent');
  await until(device, 'the chat is gone', () => !device.chats().some((row) => row.id === '7a'));
}

test('[R445] all that was acknowledged after a backup comes back once, though its chat had left the device', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  const before = message(chat, 'Здравствуйте').id;
  await school.on('backup');
  await chat.say('Кто решил пятую?');
  const asked = message(chat, 'Кто решил пятую?').id;
  await chat.edit(asked, 'Кто решил пятую задачу?');
  await chat.react(before, '👍');
  for (let i = 1; i <= 20; i++) await chat.say(`${i} ${'много слов '.repeat(300)}`);
  await sent(petya);
  const said = texts(chat);
  await expel(petya);
  expect((await rowsOf('petya')).get('docs')).not.toContainEqual(
    expect.objectContaining({ room: 'chat/7a' }),
  );

  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.on('putBack');
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте']);
  await school.mend();
  petya.wake();
  const again = await enter(petya, '7a');
  await until(petya, 'all is back', () => texts(again).length === said.length && petya.unsent === 0);
  expect(texts(again)).toEqual(said);
  expect(message(again, 'Здравствуйте').reactions).toMatchObject([{ emoji: '👍', mine: true }]);
  expect(petya.refused()).toEqual([]);
  const held = await school.texts('anna', '7a');
  expect(held.map((text) => (text === 'Кто решил пятую?' ? 'Кто решил пятую задачу?' : text))).toEqual(said);

  await school.on('backup');
  await reconnect(petya);
  await expect.poll(() => acked('petya')).toEqual([]);
});

test('[R446] what is announced is let go, what came after it stays, and without a backup all does', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  await reconnect(petya);
  await chat.say('До копии');
  await sent(petya);
  expect((await acked('petya')).map(({ seq }) => seq)).toEqual([1, 2]);
  await school.on('backup');
  await chat.say('После копии');
  await sent(petya);
  expect(await acked('petya')).toHaveLength(3);
  await reconnect(petya);
  await expect.poll(async () => (await acked('petya')).map(({ seq }) => seq)).toEqual([3]);
});

test('[R446] of words about one thing the last is kept: what no backup holds stays small', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  const first = message(chat, 'Здравствуйте').id;
  for (const emoji of ['👍', '', '👏', '', '👍', '']) await chat.react(first, emoji);
  await sent(petya);
  const reactions = (await acked('petya')).filter(({ intent }) => intent.act === 'reaction.set');
  expect(reactions).toMatchObject([{ intent: { emoji: '' }, clock: -1 }]);
});

test('[R446] what a backup of another epoch holds is not let go for it', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  await school.on('backup');
  await chat.say('Только у Пети');
  await sent(petya);
  await expel(petya);
  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.on('putBack');
  // The new time of the school goes further than Petya's old one, and is backed up before he comes.
  for (let i = 1; i <= 5; i++) await school.say('anna', '7a', `новое ${i}`);
  await school.on('backup');
  await school.mend();
  petya.wake();
  await expect.poll(() => school.texts('anna', '7a')).toContain('Только у Пети');
});

test('[R447] what was taken back after the backup is taken back again, and what others undid stays undone', async () => {
  const petya = await school.device('petya');
  const chat = await enter(petya, '7a');
  await settled(petya, chat);
  await chat.say('Удалю потом');
  await sent(petya);
  await chat.react(message(chat, 'Здравствуйте').id, '👍');
  await sent(petya);
  await school.on('backup');
  await chat.say('Удалю сразу');
  await sent(petya);
  await chat.remove(message(chat, 'Удалю потом').id);
  await chat.remove(message(chat, 'Удалю сразу').id);
  await chat.react(message(chat, 'Здравствуйте').id, '');
  await chat.say('Лишнее');
  await sent(petya);
  await school.on('removes', 'anna', '7a', message(chat, 'Лишнее').id);
  await until(petya, 'moderated', () => !has(chat, 'Лишнее'));
  expect((await acked('petya')).filter(({ intent }) => intent.act === 'message.create')).toHaveLength(1);

  await school.cut();
  await until(petya, 'offline', () => petya.line.at !== 'online');
  await school.on('putBack');
  await school.mend();
  petya.wake();
  await expect.poll(() => school.texts('anna', '7a')).toEqual(['Здравствуйте']);
  await until(petya, 'as it was', () => texts(chat).length === 1 && petya.unsent === 0);
  expect(message(chat, 'Здравствуйте').reactions).toEqual([]);
  expect(petya.refused()).toEqual([]);
});

test('[R436] a decision about the school that an older app kept comes back like any other', async () => {
  const elena = await school.device('elena');
  await until(elena, 'online', () => elena.line.at === 'online' && elena.projection !== undefined);
  await school.on('backup');
  const desk = await elena.registry();
  for (const role of ['parent', 'staff'] as const) expect((await desk.setRole('petya', role)).ok).toBe(true);
  await until(elena, 'taken', () => elena.unsent === 0 && elena.who('petya')?.role === 'staff');
  const disk = new Disk('elena', 'relaxed');
  const [{ id, room, seq, intent } = { id: 0, room: '', seq: 0, intent: undefined }] =
    await disk.acked.toArray();
  if (!intent) throw new Error('nothing was kept');
  await disk.kv.put({ key: `decided/${room}/${seq}`, value: { room, seq, intent } });
  await disk.acked.delete(id);
  disk.close();
  await school.cut();
  await until(elena, 'offline', () => elena.line.at !== 'online');
  await school.on('putBack');
  await school.mend();
  elena.wake();
  await until(elena, 'told', () => elena.refused().length === 2);
  expect(elena.refused().map((draft) => (draft.intent.act === 'role.set' ? draft.intent.to : ''))).toEqual(
    expect.arrayContaining(['parent', 'staff']),
  );
});
