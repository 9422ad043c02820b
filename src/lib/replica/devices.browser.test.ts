import { afterEach, beforeEach, expect, test } from 'vitest';
import { Disk } from './disk.ts';
import {
  enter,
  has,
  message,
  openSchool,
  putRows,
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

/** The lease that the chat is written with. */
async function penInHand(): Promise<number | undefined> {
  const disk = new Disk('masha', 'relaxed');
  const pen = await disk.pens.get(['chat/7a', 0]);
  disk.close();
  return pen?.lease;
}

async function leasesIn(slot: number): Promise<number[]> {
  const disk = new Disk('masha', 'relaxed');
  const rows = await disk.leases.where('slot').equals(slot).toArray();
  disk.close();
  return rows.map(({ lease }) => lease);
}

test('[R440] a phone put back from its own backup burns its lease: what it says is said under a fresh one', async () => {
  const phone = await school.device('masha');
  await settled(phone, await enter(phone, '7a'));
  await phone.close();
  const backup = await rowsOf('masha');
  const lease = await penInHand();
  const same = await school.device('masha');
  await (await enter(same, '7a')).say('после копии телефона');
  await until(same, 'sent', () => same.unsent === 0);
  await same.close();

  await putRows('masha', backup);
  await school.cut();
  const back = await school.device('masha');
  const chat = await enter(back, '7a');
  expect(texts(chat)).toEqual(['Здравствуйте']);
  await chat.say('с телефона из копии');
  await school.mend();
  back.wake();
  await until(back, 'all is sent', () => back.unsent === 0 && texts(chat).length === 3);
  expect(await school.texts('anna', '7a')).toEqual([
    'Здравствуйте',
    'после копии телефона',
    'с телефона из копии',
  ]);
  expect(back.refused()).toEqual([]);
  expect(await leasesIn(-2)).toEqual([lease]);
});

test('[R440] a cloned phone finds its number taken by other words, and loses none of its own', async () => {
  const phone = await school.device('masha');
  await settled(phone, await enter(phone, '7a'));
  await phone.close();
  const clone = await rowsOf('masha');
  await school.cut();
  const first = await school.device('masha');
  await (await enter(first, '7a')).say('с первого');
  await school.mend();
  first.wake();
  await until(first, 'sent', () => first.unsent === 0);
  await first.close();

  await putRows('masha', clone);
  await school.cut();
  const second = await school.device('masha');
  const chat = await enter(second, '7a');
  // Its lease's next number is one that the relay holds with other words.
  expect((await chat.say('со второго')).ok).toBe(true);
  await school.mend();
  second.wake();
  await until(second, 'sent', () => second.unsent === 0 && texts(chat).length === 3);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'с первого', 'со второго']);
  expect(await leasesIn(-2)).toHaveLength(1);
});

test('[R440] two clones at once: the words that came second are not taken for those that came first', async () => {
  const phone = await school.device('masha');
  const chat = await enter(phone, '7a');
  await settled(phone, chat);
  await school.on('hold');
  await chat.say('с этого');
  await school.on('cloneSays', 'masha', '7a', await penInHand(), 'с другого');
  await school.say('anna', '7a', 'Кто из вас Маша?');
  await until(phone, 'heard', () => has(chat, 'Кто из вас Маша?'));
  await school.on('letGo');
  await until(phone, 'sent', () => phone.unsent === 0 && texts(chat).length === 4);
  const all = ['Здравствуйте', 'с другого', 'Кто из вас Маша?', 'с этого'];
  expect(await school.texts('anna', '7a')).toEqual(all);
});

test('[R440] what a clone’s number hides but the school holds is not said twice', async () => {
  const phone = await school.device('masha');
  const chat = await enter(phone, '7a');
  await settled(phone, chat);
  const { length } = ((await school.on('count')) as { kinds: string[] }).kinds.filter(
    (kind) => kind === 'push',
  );
  await school.deafen();
  await chat.say('дошло, но ответа нет');
  await school.on('heardPushes', length + 1);
  await school.on('cloneSays', 'masha', '7a', await penInHand(), 'с другого');
  await school.cut();
  await school.mend();
  // It learns of its clone before it learns what of its own arrived.
  await school.on('keepBehind', 'chat/7a/feed/1');
  phone.wake();
  await until(phone, 'sent', () => phone.unsent === 0 && texts(chat).length === 3);
  expect(await school.texts('anna', '7a')).toEqual(['Здравствуйте', 'дошло, но ответа нет', 'с другого']);
});

test('[R441] an unfinished message goes on on another device of hers, and is gone from both when it was sent', async () => {
  const phone = await school.device('masha');
  const chat = await enter(phone, '7a');
  await settled(phone, chat);
  chat.setDraft('Завтра не приду, пото');
  await until(phone, 'shared', () => phone.me().settings() !== undefined && draftsOut(phone.unsent));
  await phone.close();
  const aside = await rowsOf('masha');

  await putRows('masha', new Map());
  const laptop = await school.device('masha');
  const there = await enter(laptop, '7a');
  laptop.me();
  await until(laptop, 'the draft came', () => there.draft === 'Завтра не приду, пото');
  await settled(laptop, there);
  there.setDraft('');
  await there.say('Завтра не приду, потому что болею');
  await until(laptop, 'sent', () => laptop.unsent === 0);
  await laptop.close();

  await putRows('masha', aside);
  const again = await school.device('masha');
  const back = await enter(again, '7a');
  again.me();
  await until(again, 'heard', () => texts(back).includes('Завтра не приду, потому что болею'));
  await until(again, 'no draft', () => back.draft === '');
  expect(message(back, 'Завтра не приду, потому что болею').mine).toBe(true);
});

let wasUnsent = false;
/** True once something was unsent and is not any more. */
function draftsOut(unsent: number): boolean {
  if (unsent > 0) wasUnsent = true;
  return wasUnsent && unsent === 0;
}
