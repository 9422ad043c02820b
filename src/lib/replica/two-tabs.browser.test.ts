/** What two tabs of one browser begin in one chat, before either was shared. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherDraft } from '#shared/me/shape.ts';
import { Disk } from './disk.ts';
import { enter, has, openSchool, settled, type TestSchool, until } from './testing.ts';
import type { Chat, Device } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const BESIDE = otherDraft('7a', 0);
const NOTE = 'parta-typed/masha/draft/7a';
const BEGUN = 'Мы с мамой уезжаем в пятницу';

async function masha(): Promise<{ device: Device; chat: Chat }> {
  const device = await school.device('masha');
  const chat = await enter(device, '7a');
  device.me();
  return { device, chat };
}

async function opened() {
  const { device, chat } = await masha();
  await settled(device, chat);
  return { device, chat };
}

/** As a tab leaves it that was closed within seconds of the last letter. */
async function aTabLeft(words: string, noted?: string): Promise<void> {
  const disk = new Disk('masha', 'strict');
  await disk.kv.put({ key: 'draft/7a', value: words });
  disk.close();
  if (noted !== undefined) localStorage.setItem(NOTE, JSON.stringify(noted));
}

async function kept(name = '7a'): Promise<unknown> {
  const disk = new Disk('masha', 'strict');
  const row = await disk.kv.get(`draft/${name}`);
  disk.close();
  return row?.value;
}

const besides = ({ drafts }: Chat): string[] =>
  [...new Set(drafts.draftNames())].filter(
    (name) => name.startsWith(otherDraft('7a', '')) && drafts.draft(name),
  );

test('[R850] what a tab began that is closed stays beside what another writes in the same chat', async () => {
  const { device, chat } = await opened();
  await aTabLeft(BEGUN);
  chat.setDraft('Завтра');
  await until(device, 'the other words are here', () => chat.drafts.draft(BESIDE) === BEGUN);
  chat.setDraft('Приду');
  await expect.poll(() => kept()).toBe('Приду');
  await expect.poll(() => kept(BESIDE)).toBe(BEGUN);
  await device.close();
  const later = await masha();
  expect([later.chat.draft, later.chat.drafts.draft(BESIDE)]).toEqual(['Приду', BEGUN]);
});

test('[R850] the last letters of the closed tab stay too, though they were only noted, and its words stand once', async () => {
  const { device, chat } = await opened();
  await aTabLeft('Мы с мамой', BEGUN);
  chat.setDraft('Завтра');
  await until(device, 'the other words are here', () => chat.drafts.draft(BESIDE) === BEGUN);
  await expect.poll(() => kept()).toBe('Завтра');
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  expect(besides(chat)).toEqual([BESIDE]);
});

test('[R850] they stay when the other tab sends at once what was typed there, and when it clears it', async () => {
  const { device, chat } = await opened();
  await aTabLeft(BEGUN);
  chat.setDraft('Приду');
  chat.drafts.hold('7a');
  expect((await chat.say('Приду')).ok).toBe(true);
  chat.setDraft('');
  await until(device, 'the other words are here', () => chat.drafts.draft(BESIDE) === BEGUN);
  await expect.poll(() => kept()).toBe('');
  await device.close();
  const later = await masha();
  expect([later.chat.draft, later.chat.drafts.draft(BESIDE)]).toEqual(['', BEGUN]);
  expect(has(later.chat, 'Приду')).toBe(true);
});

test('[R850] what the other tab had shared before it was closed is replaced by what is made of it here', async () => {
  const first = await opened();
  const second = await masha();
  first.chat.setDraft(BEGUN);
  await first.device.exportAll();
  await until(second.device, 'it is here too', () => second.chat.draft === BEGUN);
  await first.device.close();
  // It went before it could note that.
  await aTabLeft(BEGUN, BEGUN);
  second.chat.setDraft('Никуда не едем');
  await expect.poll(() => kept()).toBe('Никуда не едем');
  await expect.poll(() => localStorage.getItem(NOTE)).toBe(null);
  await second.device.exportAll();
  expect([second.chat.draft, besides(second.chat)]).toEqual(['Никуда не едем', []]);
});

test('[R850] two tabs that both live hold what each has typed', async () => {
  const first = await opened();
  const second = await masha();
  first.chat.setDraft(BEGUN);
  await expect.poll(() => kept()).toBe(BEGUN);
  second.chat.setDraft('Завтра приду');
  await until(second.device, 'the first', () => second.chat.drafts.draft(BESIDE) === BEGUN);
  await until(first.device, 'heard of', () => first.chat.drafts.draft(BESIDE) === BEGUN);
  await first.device.exportAll();
  await second.device.exportAll();
  await until(first.device, 'agreed', () => first.chat.draft === second.chat.draft);
  for (const { chat } of [first, second]) {
    const all = [chat.draft, ...besides(chat).map((name) => chat.drafts.draft(name))];
    expect([...new Set(all)].sort()).toEqual(['Завтра приду', BEGUN].sort());
  }
});

test('[R850] what is typed in one tab when the other shares its own words stands once', async () => {
  const first = await opened();
  const second = await masha();
  first.chat.setDraft(BEGUN);
  await expect.poll(() => kept()).toBe(BEGUN);
  second.chat.setDraft('Завтра приду');
  // Neither is hurried: each shares when its hand rests.
  await until(first.device, 'both are shared', () => first.chat.draft === 'Завтра приду');
  await until(second.device, 'and sent', () => second.device.unsent === 0);
  await expect.poll(() => kept()).toBe('Завтра приду');
  expect(besides(first.chat).map((name) => first.chat.drafts.draft(name))).toEqual([BEGUN]);
});

test('[R850] who writes in one tab alone has their words once, however they change', async () => {
  const before = await opened();
  before.chat.setDraft('Завтра');
  await expect.poll(() => kept()).toBe('Завтра');
  before.chat.setDraft('Не приду');
  await before.device.exportAll();
  await before.device.close();
  const { device, chat } = await masha();
  chat.setDraft('Не знаю');
  await expect.poll(() => kept()).toBe('Не знаю');
  chat.setDraft('Приду');
  chat.drafts.hold('7a');
  chat.setDraft('Нет');
  chat.drafts.hold('7a');
  await expect.poll(() => kept()).toBe('Нет');
  await device.exportAll();
  chat.setDraft('');
  await expect.poll(() => kept()).toBe('');
  await device.exportAll();
  expect([chat.draft, besides(chat)]).toEqual(['', []]);
});

test('[R886] a draft that its tab sends within seconds leaves a tab that was opened meanwhile', async () => {
  const first = await opened();
  first.chat.setDraft(BEGUN);
  await expect.poll(() => kept()).toBe(BEGUN);
  const second = await masha();
  expect(second.chat.draft).toBe(BEGUN);
  first.chat.drafts.hold('7a');
  expect((await first.chat.say(BEGUN)).ok).toBe(true);
  first.chat.setDraft('');
  await until(second.device, 'it was sent', () => second.chat.draft === '');
  expect(besides(second.chat)).toEqual([]);
});

test('[R886] a tab that was opened meanwhile goes along with what the first one makes of its draft', async () => {
  const first = await opened();
  first.chat.setDraft('Мы с мамой');
  await expect.poll(() => kept()).toBe('Мы с мамой');
  const second = await masha();
  first.chat.setDraft(BEGUN);
  await first.device.exportAll();
  await until(second.device, 'it goes on', () => second.chat.draft === BEGUN);
  first.chat.setDraft('');
  await first.device.exportAll();
  await until(second.device, 'it is cleared', () => second.chat.draft === '');
  expect([first, second].map(({ chat }) => besides(chat))).toEqual([[], []]);
});
