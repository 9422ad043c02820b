/** A message that waits and is withdrawn: whenever the page goes, its words stand in what waits or in the draft. */
import { afterEach, beforeEach, expect, test } from 'vitest';
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
} from '#lib/replica/testing.ts';
import { OpenChat } from './open-chat.svelte.ts';

const WORDS = 'Завтра приду к восьми';
const EDITED = 'Завтра приду к девяти';
const NOTE = 'parta-typed/masha/draft/7a';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

/** A tab of Masha's, in her chat, without a network. */
async function tab() {
  const device = await school.device('masha');
  const chat = await enter(device, '7a');
  device.me();
  return { device, chat, open: new OpenChat(device, '7a') };
}

async function offline() {
  const masha = await tab();
  await settled(masha.device, masha.chat);
  await school.cut();
  await until(masha.device, 'offline', () => masha.device.line.at !== 'online');
  return masha;
}

/** What a page that goes in the moment when nothing waits any more leaves behind. */
async function leftBehind() {
  for (;;) {
    const noted = localStorage.getItem(NOTE);
    const rows = await rowsOf('masha');
    const waiting = rows.get('outbox') as { room: string }[];
    if (waiting.every(({ room }) => room !== 'chat/7a')) return { noted, rows };
  }
}

test('[R857] a message that Masha withdraws is her draft from before it leaves what waits', async () => {
  const { device, chat, open } = await offline();
  await chat.say(WORDS);
  open.composer.type('Мама, ');
  const withdrawn = open.actsOn(message(chat, WORDS)).withdraw?.();
  const { noted, rows } = await leftBehind();
  await withdrawn;
  expect(open.composer.text).toBe(`Мама, \n${WORDS}`);
  await device.close();
  await putRows('masha', rows);
  if (noted === null) localStorage.removeItem(NOTE);
  else localStorage.setItem(NOTE, noted);

  const later = await tab();
  expect(texts(later.chat)).toEqual(['Здравствуйте']);
  expect(later.open.composer.text).toBe(`Мама, \n${WORDS}`);
});

test('[R857] a message that stays is not in the composer as well', async () => {
  const { device, chat, open } = await offline();
  await chat.say(WORDS, message(chat, 'Здравствуйте').id);
  open.composer.type('Мама');
  const { withdraw } = open.actsOn(message(chat, WORDS));
  await device.close();
  await withdraw?.();
  expect(open.composer.text).toBe('Мама');
  expect(open.composer.writing.at).toBe('new');
  expect(open.refusal?.code).toBe('storage-failed');
});

/** In another tab she edits what she then withdraws in the first one. */
async function editedElsewhere() {
  const here = await offline();
  const there = await tab();
  await here.chat.say(WORDS);
  await until(there.device, 'seen', () => has(there.chat, WORDS));
  there.open.composer.change(message(there.chat, WORDS));
  there.open.composer.type(EDITED);
  const withdraw = async () => {
    await here.open.actsOn(message(here.chat, WORDS)).withdraw?.();
    await until(there.device, 'it left', () => !has(there.chat, WORDS));
  };
  return { here, there, withdraw };
}

test('[R860] an edit that Masha has begun in another tab of what she withdraws is her draft once she looks away from it', async () => {
  const { there, withdraw } = await editedElsewhere();
  there.open.composer.answer(message(there.chat, 'Здравствуйте'));
  await withdraw();
  there.open.composer.rescue();
  expect(there.open.composer.text).toContain(EDITED);
  expect(there.open.composer.unfinished).toMatchObject([{ of: undefined }]);
});

test('[R860] an edit that Masha sends of what she has withdrawn in another tab is back in the composer, as a message', async () => {
  const { there, withdraw } = await editedElsewhere();
  await withdraw();
  there.open.composer.rescue();
  expect(there.open.composer.writing.at).toBe('edit');
  expect(await there.open.composer.send()).toBe(false);
  expect(there.open.composer.refusal?.code).toBe('message-is-gone');
  expect(there.open.composer.writing.at).toBe('new');
  expect(there.open.composer.text).toContain(EDITED);
  expect(await there.open.composer.send()).toBe(true);
});

test('[R860] a page that comes later asks the school for the message, and makes a draft of the edit when there is none', async () => {
  const { here, there, withdraw } = await editedElsewhere();
  await withdraw();
  await there.device.close();
  await here.device.close();
  await school.mend();
  const later = await tab();
  await until(later.device, 'online', () => later.device.line.at === 'online');
  later.open.findBegun();
  await until(later.device, 'nobody has it', () =>
    later.open.composer.elsewhere.every((id) => later.chat.isGone(id)),
  );
  later.open.composer.rescue();
  expect(later.open.composer.text).toContain(EDITED);
  expect(later.open.composer.elsewhere).toEqual([]);
});

test('[R885] an edit that Masha sends in another tab in the moment in which she withdraws the message stays', async () => {
  const { here, there } = await editedElsewhere();
  const sent = there.open.composer.send();
  await here.open.actsOn(message(here.chat, WORDS)).withdraw?.();
  await sent;
  await until([here.device, there.device], 'both tabs know', () =>
    [here, there].every(({ chat, open }) => has(chat, EDITED) || open.composer.text.includes(EDITED)),
  );
  expect(here.open.composer.text).toBe('');
  expect(here.open.refusal?.code).toBe('changed-meanwhile');
});
