/** What was taken back is gone: from the list of chats, and from the disks of everybody who had it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
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
import type { Chat, ChatRow, Device } from './types.ts';

const SECRET = 'Тайна пятого урока';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const row = (device: Device) => device.chats().find(({ id }) => id === '7a') as ChatRow;
const shows = (device: Device) => row(device).last?.text;

async function sent(device: Device): Promise<void> {
  await until(device, 'sent', () => device.unsent === 0);
}

async function leaveNet(device: Device): Promise<void> {
  await school.cut();
  await until(device, 'offline', () => device.line.at !== 'online');
}

async function comeBack(...devices: Device[]): Promise<void> {
  await school.mend();
  for (const device of devices) {
    device.wake();
    await until(device, 'online', () => device.line.at === 'online');
  }
}

/** The words as they lie on the disk, whatever row they are in: strings as such, bytes as UTF-8. */
async function storesWith(person: string, words: string): Promise<string[]> {
  const found: string[] = [];
  for (const [store, rows] of await rowsOf(person))
    if (rows.some((one) => holds(one, words))) found.push(store);
  return found;
}

function holds(value: unknown, words: string): boolean {
  if (typeof value === 'string') return value.includes(words);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value).includes(words);
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => holds(one, words));
}

/** Masha and Anna Petrovna in one chat that both know. */
async function both(): Promise<{ anna: Device; hers: Chat; masha: Device; chat: Chat }> {
  const anna = await school.device('anna');
  const hers = await enter(anna, '7a');
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  await until(anna, 'heard', () => has(hers, 'Здравствуйте'));
  return { anna, hers, masha, chat };
}

async function tells(device: Device, chat: Chat, to: Device, there: Chat): Promise<string> {
  await chat.say(SECRET);
  await sent(device);
  await until(to, 'heard', () => has(there, SECRET) && shows(to) === SECRET);
  return message(chat, SECRET).id;
}

test('[R484] what is deleted leaves both lists and the count of unread, and what stood before it shows', async () => {
  const { anna, hers, masha, chat } = await both();
  hers.markRead();
  await until(anna, 'read', () => row(anna).unread === 0);
  const id = await tells(masha, chat, anna, hers);
  await until(anna, 'counted', () => row(anna).unread === 1);
  await chat.remove(id);
  await until(anna, 'gone', () => !has(hers, SECRET));
  await until(anna, 'her list', () => shows(anna) === 'Здравствуйте' && row(anna).unread === 0);
  await until(masha, 'his list', () => shows(masha) === 'Здравствуйте');
  await masha.close();
  const again = await school.device('masha');
  expect(shows(again)).toBe('Здравствуйте');
});

test('[R484] an edit of the last words reaches both lists', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  await chat.edit(id, 'Не тайна');
  await until([anna, masha], 'edited', () => shows(anna) === 'Не тайна' && shows(masha) === 'Не тайна');
  await masha.close();
  expect(shows(await school.device('masha'))).toBe('Не тайна');
});

test('[R484] what was deleted or edited while a device was away is so in its list when it is back', async () => {
  const petya = await school.device('petya');
  const his = await enter(petya, '7a');
  const first = await school.say('anna', '7a', 'Первое');
  const last = await school.say('anna', '7a', SECRET);
  await until(petya, 'heard', () => has(his, SECRET) && row(petya).unread === 2);
  await leaveNet(petya);
  await school.on('removes', 'anna', '7a', last);
  await comeBack(petya);
  await until(petya, 'gone', () => !has(his, SECRET));
  await until(petya, 'list', () => shows(petya) === 'Первое' && row(petya).unread === 1);
  await school.on('removes', 'anna', '7a', first);
  await until(petya, 'nothing', () => row(petya).unread === 0 && !row(petya).last);
  expect(texts(his)).toEqual([]);
});

test('[R484] what is deleted or edited without a network is so in the own list at once', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  await leaveNet(masha);
  await chat.edit(id, 'Исправлено');
  expect(shows(masha)).toBe('Исправлено');
  await chat.remove(id);
  expect(row(masha).last).toMatchObject({ id: '', text: '' });
  await chat.say('Черновик мысли');
  expect(shows(masha)).toBe('Черновик мысли');
  await chat.edit(message(chat, 'Черновик мысли').id, 'Мысль');
  expect(shows(masha)).toBe('Мысль');
  await chat.remove(message(chat, 'Мысль').id);
  expect(row(masha).last).toMatchObject({ id: '', text: '' });
  await comeBack(anna, masha);
  await sent(masha);
  await until(
    [anna, masha],
    'lists',
    () => shows(anna) === 'Здравствуйте' && shows(masha) === 'Здравствуйте',
  );
});

test('[R484] the list is true for a deletion in a segment that was never here', async () => {
  await school.on('fill', 'anna', '7a', 500);
  const petya = await school.device('petya');
  await enter(petya, '7a');
  await until(petya, 'told', () => shows(petya) === 'сообщение 500');
  const anna = await school.device('anna');
  const hers = await enter(anna, '7a');
  expect(await hers.older()).toBe(true);
  await hers.remove(message(hers, 'сообщение 500').id);
  await until(petya, 'the one before it', () => shows(petya) === 'сообщение 499');
});

test('[R485] what is deleted is nowhere on the disks of its author and of who read it', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  expect(await storesWith('anna', SECRET)).toContain('tails');
  await chat.edit(id, `${SECRET}!`);
  await until(anna, 'edited', () => has(hers, `${SECRET}!`));
  await sent(masha);
  await chat.remove(id);
  await until([anna, masha], 'gone', () => !has(hers, `${SECRET}!`) && masha.unsent === 0);
  await chat.say('Дальше');
  await until(anna, 'goes on', () => has(hers, 'Дальше'));
  expect(await storesWith('anna', SECRET)).toEqual([]);
  expect(await storesWith('masha', SECRET)).toEqual([]);
  expect(texts(chat)).toEqual(['Здравствуйте', 'Дальше']);
});

test('[R485] what was deleted while they were away is nowhere on their disks when they are back', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  await school.cut();
  await until([anna, masha], 'both away', () => anna.line.at !== 'online' && masha.line.at !== 'online');
  await school.on('removes', 'anna', '7a', id);
  await comeBack(anna, masha);
  await until([anna, masha], 'gone', () => !has(hers, SECRET) && !has(chat, SECRET));
  await expect.poll(() => storesWith('anna', SECRET)).toEqual([]);
  await expect.poll(() => storesWith('masha', SECRET)).toEqual([]);
});

test('[R485] so is what stood in a closed segment that is on no screen', async () => {
  const anna = await school.device('anna');
  const hers = await enter(anna, '7a');
  await settled(anna, hers);
  await hers.say(SECRET);
  const { id } = message(hers, SECRET);
  await sent(anna);
  const petya = await school.device('petya');
  const his = await enter(petya, '7a');
  await until(petya, 'heard', () => has(his, SECRET));
  await petya.close();
  await school.on('fill', 'anna', '7a', 520);
  const later = await school.device('petya');
  const now = await enter(later, '7a');
  await until(later, 'the newest', () => has(now, 'сообщение 520'));
  expect(await storesWith('petya', SECRET)).toEqual(['tails']);
  await until(anna, 'filled', () => has(hers, 'сообщение 520'));
  await hers.remove(id);
  await sent(anna);
  await expect.poll(() => storesWith('petya', SECRET)).toEqual([]);
  await expect.poll(() => storesWith('anna', SECRET)).toEqual([]);
});

test('[R786] a pin of a deleted message is shown to nobody, here or there, now or later, and goes with the next pin', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  const { id: greeting } = message(hers, 'Здравствуйте');
  await hers.pin(id);
  await hers.pin(greeting);
  const pinned = (of: Chat) => of.pins().map((pin) => pin.message);
  await until(masha, 'pinned', () => chat.pins().length === 2);
  await chat.remove(id);
  expect(pinned(chat)).toEqual([greeting]);
  expect(chat.isGone(id)).toBe(true);
  expect(await chat.find(id)).toBe(false);
  await until(anna, 'gone', () => pinned(hers).join() === greeting);
  await sent(masha);
  await anna.close();
  const again = await school.device('anna');
  const back = await enter(again, '7a');
  await until(again, 'read anew', () => has(back, 'Здравствуйте'));
  expect(pinned(back)).toEqual([greeting]);
  // Who never had it learns from the relay that it was here.
  const petya = await school.device('petya');
  const his = await enter(petya, '7a');
  await until(petya, 'read', () => has(his, 'Здравствуйте') && his.pins().length > 0);
  expect(pinned(his)).toEqual([greeting]);
  expect([his.isGone(id), his.isGone(greeting), his.isGone('5-1')]).toEqual([true, false, false]);

  await back.unpin(greeting);
  await until(petya, 'unpinned', () => his.pins().length === 0);
  await back.pin(greeting);
  await sent(again);
  expect(await school.on('pins', 'anna', '7a')).toEqual([greeting]);
});

test('[R485] a draft that became something else is nowhere on the disk', async () => {
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await settled(masha, chat);
  const me = masha.me();
  await me.set('note', SECRET);
  await sent(masha);
  await me.set('note', 'другое');
  await sent(masha);
  await expect.poll(() => storesWith('masha', SECRET)).toEqual([]);
});

test('[R485] a reaction that changes rewrites nothing of a chat', async () => {
  const { anna, hers, masha, chat } = await both();
  const id = await tells(masha, chat, anna, hers);
  const first = async () =>
    ((await rowsOf('masha')).get('tails') as { id: number; doc: string }[]).find(
      ({ doc }) => doc === 'chat/7a/feed/1',
    )?.id;
  const before = await first();
  for (const emoji of ['👍', '👏', '']) await hers.react(id, emoji);
  await sent(anna);
  await hers.say('И всё');
  await until(masha, 'heard', () => has(chat, 'И всё'));
  expect(await first()).toBe(before);
});

for (const closed of [false, true])
  test(`[R486] own words whose acknowledgement got lost, deleted meanwhile, are not kept to be said again${closed ? ', their lease being closed' : ''}`, async () => {
    const { masha, chat } = await both();
    await school.withhold('ack');
    await chat.say(SECRET);
    const { id } = message(chat, SECRET);
    await expect.poll(() => school.texts('anna', '7a')).toContain(SECRET);
    await leaveNet(masha);
    await school.on('removes', 'anna', '7a', id);
    if (closed) await school.on('closeLeases', 'chat/7a');
    await comeBack(masha);
    await sent(masha);
    await until(masha, 'gone', () => !has(chat, SECRET));
    await expect.poll(() => storesWith('masha', SECRET)).toEqual([]);
  });
