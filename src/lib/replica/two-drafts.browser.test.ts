import { afterEach, beforeEach, expect, test } from 'vitest';
import { otherDraft } from '#shared/me/shape.ts';
import { enter, openSchool, putRows, rowsOf, settled, type TestSchool, until } from './testing.ts';
import type { Device } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const BESIDE = otherDraft('7a', 0);
const FROM_LAPTOP = 'Мы с мамой уезжаем в пятницу';

/** A device of Masha's in her chat, with her own document at hand. */
async function opened() {
  const { device, chat } = await offline();
  await settled(device, chat);
  return { device, chat };
}

/** The network may come later. */
async function offline() {
  const device = await school.device('masha');
  const chat = await enter(device, '7a');
  device.me();
  return { device, chat };
}

/** What she began goes to her other devices. */
async function shared(device: Device) {
  await device.exportAll();
  await until(device, 'it is there', () => device.unsent === 0);
}

/** Her phone knows the chat; while it is off she begins a draft on the laptop. Then the phone is as it was. */
async function laptopBegan() {
  const before = await opened();
  await before.device.close();
  const phone = await rowsOf('masha');
  await putRows('masha', new Map());
  const laptop = await opened();
  laptop.chat.setDraft(FROM_LAPTOP);
  await shared(laptop.device);
  await laptop.device.close();
  await putRows('masha', phone);
}

test('[R495] two drafts of one chat, begun on two devices of which one had no network, both stay', async () => {
  await laptopBegan();
  await school.cut();
  const again = await offline();
  again.chat.setDraft('Завтра не приду');
  await again.device.exportAll();
  await school.mend();
  again.device.wake();
  await until(again.device, 'the other words came', () => again.chat.drafts.draft(BESIDE) !== '');
  expect([again.chat.draft, again.chat.drafts.draft(BESIDE)]).toEqual(['Завтра не приду', FROM_LAPTOP]);
});

test('[R495] words that came from another device while others were typed here stay beside them', async () => {
  await laptopBegan();
  const again = await offline();
  again.chat.setDraft('Завтра не приду');
  await settled(again.device, again.chat);
  await shared(again.device);
  expect([again.chat.draft, again.chat.drafts.draft(BESIDE)]).toEqual(['Завтра не приду', FROM_LAPTOP]);
});

test('[R495] what goes on where another device stopped stands once, and goes from both when it is cleared', async () => {
  const laptop = await opened();
  laptop.chat.setDraft('Мы с мамой');
  await shared(laptop.device);
  await laptop.device.close();
  const aside = await rowsOf('masha');

  await putRows('masha', new Map());
  const phone = await opened();
  await until(phone.device, 'the draft came', () => phone.chat.draft === 'Мы с мамой');
  phone.chat.setDraft('Мы с мамой уезжаем');
  await shared(phone.device);
  phone.chat.setDraft('Мы уезжаем');
  await shared(phone.device);
  expect(phone.chat.drafts.draft(BESIDE)).toBe('');
  await phone.device.close();

  await putRows('masha', aside);
  const again = await opened();
  await until(again.device, 'it went on here', () => again.chat.draft === 'Мы уезжаем');
  again.chat.setDraft('');
  await shared(again.device);
  expect([again.chat.draft, again.chat.drafts.draft(BESIDE)]).toEqual(['', '']);
});

test('[R495] a draft that is cleared takes nothing along that another device wrote meanwhile', async () => {
  await laptopBegan();
  const again = await offline();
  again.chat.setDraft('Завтра');
  await settled(again.device, again.chat);
  again.chat.setDraft('');
  await shared(again.device);
  expect(again.chat.draft).toBe(FROM_LAPTOP);
});
