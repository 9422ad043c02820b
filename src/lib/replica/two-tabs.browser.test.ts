/** Two tabs of one chat: what was typed in one that was closed stands beside what is typed in the other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherDraft } from '#shared/me/shape.ts';
import { Disk } from './disk.ts';
import { enter, openSchool, rowsOf, settled, type TestSchool, texts, until } from './testing.ts';
import type { Chat, Device } from './types.ts';

const THOUGHT = 'А: целая новая мысль о музее';
const NOTE = 'parta-typed/masha/draft/7a';
const BESIDE = [otherDraft('7a', 0), otherDraft('7a', 1)];

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** A tab of Masha's in her class chat. */
async function tab() {
  const device = await school.device('masha');
  const chat = await enter(device, '7a');
  device.me();
  await until(device, 'online', () => device.line.at === 'online');
  return { device, chat };
}

/** What another tab that was closed in the middle of typing had kept, and what its last moment noted. */
async function typedElsewhere(kept: string, noted?: string) {
  const disk = new Disk('masha', 'strict');
  await disk.kv.put({ key: 'draft/7a', value: kept });
  disk.close();
  if (noted !== undefined) localStorage.setItem(NOTE, JSON.stringify(noted));
}

async function kept() {
  const kv = (await rowsOf('masha')).get('kv') as { key: string; value: string }[];
  return kv.find(({ key }) => key === 'draft/7a')?.value;
}

const drafts = (chat: Chat) => [chat.draft, ...BESIDE.map((name) => chat.drafts.draft(name))];

async function shared(device: Device) {
  await device.exportAll();
  await until(device, 'it is there', () => device.unsent === 0);
}

test('[R851] what a tab that was closed had of a draft stands beside what is typed in the other one', async () => {
  const { device, chat } = await tab();
  await settled(device, chat);
  await typedElsewhere('А: целая новая');
  chat.setDraft('Привет');
  await expect.poll(kept).toBe('Привет');
  expect(drafts(chat)).toEqual(['Привет', 'А: целая новая', '']);
  // However this tab goes, too.
  const rows = (await rowsOf('masha')).get('kv');
  expect(rows).toContainEqual({ key: `draft/${BESIDE[0]}`, value: 'А: целая новая' });
  await shared(device);
  await device.close();
  expect(drafts((await tab()).chat)).toEqual(['Привет', 'А: целая новая', '']);
});

test('[R851] what it noted in its last moment stands beside it as well, and the same words once', async () => {
  const { device, chat } = await tab();
  await settled(device, chat);
  await typedElsewhere('А: целая новая', THOUGHT);
  chat.setDraft('Привет');
  await expect.poll(kept).toBe('Привет');
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  chat.setDraft('Привет всем');
  await shared(device);
  await device.close();
  expect(drafts((await tab()).chat)).toEqual(['Привет всем', THOUGHT, '']);
});

test('[R851] a message that is typed and sent at once takes no place of what the other tab had', async () => {
  const { device, chat } = await tab();
  await settled(device, chat);
  await typedElsewhere(THOUGHT);
  chat.setDraft('+');
  chat.drafts.hold('7a');
  expect((await chat.say('+')).ok).toBe(true);
  chat.setDraft('');
  await shared(device);
  await device.close();
  const later = await tab();
  expect(drafts(later.chat)).toEqual([THOUGHT, '', '']);
  expect(texts(later.chat)).toContain('+');
});
