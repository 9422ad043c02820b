/** A message and its draft: whenever the page goes, the words stand in one of the two. */
import { afterEach, beforeEach, expect, test } from 'vitest';
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
  // On the disk the draft is one at once, and then the note goes.
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  expect((await rowsOf('masha')).get('kv')).toContainEqual({ key: 'draft/7a', value: WORDS });
  // The page goes before anything of it was a message.
  const rows = await rowsOf('masha');
  await device.close();
  await putRows('masha', rows);
  expect((await masha()).chat.draft).toBe(WORDS);
});
