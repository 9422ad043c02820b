/** A message and its draft: whenever the page goes, the words stand in one of the two. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import {
  enter,
  has,
  openSchool,
  putRows,
  rowsOf,
  settled,
  type TestSchool,
  texts,
  until,
} from './testing.ts';
import type { Chat, Device } from './types.ts';

const WORDS = 'Завтра приду к восьми';
const NOTE = 'parta-typed/masha/draft/7a';
const PUT_OFF_MS = 600;

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

async function masha(): Promise<{ device: Device; chat: Chat }> {
  const device = await school.device('masha');
  device.me();
  return { device, chat: await enter(device, '7a') };
}

async function draftRow(): Promise<unknown> {
  const kv = (await rowsOf('masha')).get('kv') as { key: string }[] | undefined;
  return kv?.find(({ key }) => key === 'draft/7a');
}

/** Her page goes in the moment when the message is kept and the composer has not yet let go of its words. */
async function crashAfterSaying(device: Device, chat: Chat): Promise<void> {
  expect((await chat.say(WORDS)).ok).toBe(true);
  const rows = await rowsOf('masha');
  await device.close();
  await putRows('masha', rows);
}

test('[R787] words that were kept as a message are no draft any more, in the same step', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  await school.cut();
  chat.setDraft(`${WORDS} `);
  chat.drafts.hold('7a');
  const noted = localStorage.getItem(NOTE) ?? '';
  expect(noted).toContain(WORDS);
  await crashAfterSaying(device, chat);
  // The note may have outlived the page.
  localStorage.setItem(NOTE, noted);

  const later = await masha();
  expect(later.chat.draft).toBe('');
  expect(texts(later.chat).filter((text) => text === WORDS)).toHaveLength(1);
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);

  // She writes the same once more: however the page goes, that is a draft.
  later.chat.setDraft(WORDS);
  await later.device.close();
  const third = await masha();
  expect(third.chat.draft).toBe(WORDS);
  await third.device.close();
  localStorage.setItem(NOTE, noted);
  expect((await masha()).chat.draft).toBe(`${WORDS} `);
});

test('[R787] a draft that another device began, and that was sent from here, is taken from both though the page went', async () => {
  const laptop = await masha();
  await settled(laptop.device, laptop.chat);
  laptop.chat.setDraft(WORDS);
  await laptop.device.exportAll();
  await until(laptop.device, 'it is shared', () => laptop.device.unsent === 0);
  await laptop.device.close();

  await putRows('masha', new Map());
  const phone = await masha();
  await settled(phone.device, phone.chat);
  await until(phone.device, 'the draft came', () => phone.chat.draft === WORDS);
  phone.chat.setDraft(`${WORDS}!`);
  phone.chat.setDraft(WORDS);
  phone.chat.setDraft(`${WORDS} `);
  phone.chat.drafts.hold('7a');
  await crashAfterSaying(phone.device, phone.chat);

  const later = await masha();
  await until(later.device, 'online', () => later.device.line.at === 'online');
  await later.device.exportAll();
  await until(later.device, 'all is sent', () => later.device.unsent === 0);
  await later.device.close();
  const last = await masha();
  await settled(last.device, last.chat);
  expect(last.chat.draft).toBe('');
});

test('[R787] words of which the disk had only the beginning are no draft either, and none is made of them afterwards', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  chat.setDraft('Завтра');
  await expect.poll(async () => draftRow()).toEqual({ key: 'draft/7a', value: 'Завтра' });
  chat.setDraft(WORDS);
  chat.drafts.hold('7a');
  const noted = localStorage.getItem(NOTE) ?? '';
  expect((await chat.say(WORDS)).ok).toBe(true);
  // Whatever was put off until the message was on screen is done by now.
  await new Promise((done) => setTimeout(done, PUT_OFF_MS));
  expect(await draftRow()).toEqual({ key: 'draft/7a', value: '', sent: WORDS });
  const rows = await rowsOf('masha');
  await device.close();
  await putRows('masha', rows);
  localStorage.setItem(NOTE, noted);
  const later = await masha();
  expect(later.chat.draft).toBe('');
  expect(texts(later.chat).filter((text) => text === WORDS)).toHaveLength(1);
});

test('[R788] what is typed while a message is on its way to the disk takes no place of its words', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  chat.setDraft(WORDS);
  chat.drafts.hold('7a');
  const said = chat.say(WORDS);
  chat.setDraft('И ещё');
  expect((await said).ok).toBe(true);
  await expect.poll(async () => draftRow()).toEqual({ key: 'draft/7a', value: 'И ещё' });
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  const rows = await rowsOf('masha');
  await device.close();
  await putRows('masha', rows);
  const later = await masha();
  expect(later.chat.draft).toBe('И ещё');
  expect(texts(later.chat)).toContain(WORDS);
});

test('[R788] words that did not become a message go to the disk as a draft', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  const long = 'слово '.repeat(LIMITS.messageCharsMax);
  chat.setDraft(long);
  chat.drafts.hold('7a');
  expect(await draftRow()).toBe(undefined);
  expect((await chat.say(long.trim())).ok).toBe(false);
  await expect.poll(async () => draftRow()).toEqual({ key: 'draft/7a', value: long });
  await device.close();
});

test('[R787] a draft that the other devices had is taken from them too; what one of them wrote instead stays', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  const share = async (of: Device, words: string, there: Chat) => {
    there.setDraft(words);
    // What is in memory is brought to disk and into the outbox.
    await of.exportAll();
    await until(of, 'shared', () => of.unsent === 0);
  };
  await share(device, WORDS, chat);
  await crashAfterSaying(device, chat);
  const later = await masha();
  expect(later.chat.draft).toBe('');
  await until(later.device, 'sent', () => later.device.unsent === 0);
  await later.device.close();
  const aside = await rowsOf('masha');
  const fresh = async () => {
    await putRows('masha', new Map());
    const { device: laptop, chat: there } = await masha();
    await until(laptop, 'heard', () => has(there, WORDS));
    return { laptop, there };
  };
  const { laptop, there } = await fresh();
  expect(there.draft).toBe('');
  await laptop.close();

  // Once more; meanwhile she writes something else on her laptop.
  await putRows('masha', aside);
  const again = await masha();
  await share(again.device, WORDS, again.chat);
  await crashAfterSaying(again.device, again.chat);
  const crashed = await rowsOf('masha');
  const { laptop: second, there: elsewhere } = await fresh();
  await share(second, 'С другого устройства', elsewhere);
  await second.close();
  await putRows('masha', crashed);
  const last = await masha();
  await until(last.device, 'the other draft', () => last.chat.draft === 'С другого устройства');
  await until(last.device, 'sent', () => last.device.unsent === 0);
  expect(last.chat.draft).toBe('С другого устройства');
});

test('[R788] words that leave the composer in the moment they were typed are noted before they are a message', async () => {
  const { device, chat } = await masha();
  await settled(device, chat);
  chat.setDraft(WORDS);
  expect(localStorage.getItem(NOTE)).toBe(null);
  chat.drafts.hold('7a');
  const noted = localStorage.getItem(NOTE) ?? '';
  expect(noted).toContain(WORDS);
  // The disk has them soon, as a draft while they are no message, and then the note goes.
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  expect((await rowsOf('masha')).get('kv')).toContainEqual({ key: 'draft/7a', value: WORDS });
  // The page goes before anything of it was a message.
  const rows = await rowsOf('masha');
  await device.close();
  await putRows('masha', rows);
  expect((await masha()).chat.draft).toBe(WORDS);
});
