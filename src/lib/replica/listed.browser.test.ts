/** The relay's list of papers on a device: its own route is tested beside the relay. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { enter, openSchool, settled, type TestSchool, until } from './testing.ts';
import type { Device, PaperRow } from './types.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const card = (id: string, chat: string, at: number): PaperRow => ({
  ...{ id, chat, at, title: `Документ ${id}`, by: 'anna', edit: 'staff' },
});
const ids = (device: Device) => device.papers().map(({ id }) => id);

test('[R448] listed papers are known on every tab, newest first, and without a network after a restart', async () => {
  const masha = await school.device('masha');
  const other = await school.device('masha');
  await enter(masha, '7a');
  await masha.keepPapers([card('7.1', '7a', 5), card('7.2', '7a', 9)]);
  await until(other, 'both are listed', () => ids(other).length === 2);
  await other.close();
  await masha.close();
  await school.cut();
  const later = await school.device('masha');
  expect(ids(later)).toEqual(['7.2', '7.1']);
  expect(later.papers()[0]).toMatchObject({ title: 'Документ 7.2', chat: '7a', edit: 'staff' });
});

test('[R448] what the chat itself says of a paper is newer than a list', async () => {
  const anna = await school.device('anna');
  const chat = await enter(anna, '7a');
  await settled(anna, chat);
  const made = await chat.createPaper('План экскурсии', 'everyone');
  if (!made.ok) throw new Error(made.code);
  await until(anna, 'listed', () => anna.unsent === 0 && ids(anna).includes(made.id));
  await anna.keepPapers([card(made.id, '7a', 1), card('7.2', '7a', 9)]);
  await until(anna, 'the other came', () => ids(anna).length === 2);
  expect(anna.papers().find(({ id }) => id === made.id)).toMatchObject({ title: 'План экскурсии' });
});

test('[R448] cards of a chat that the person does not read go with the next word on their rights', async () => {
  const masha = await school.device('masha');
  await enter(masha, '7a');
  await until(masha, 'online', () => masha.line.at === 'online');
  await masha.keepPapers([card('7.1', '7a', 5), card('7.2', 'staff', 9)]);
  await until(masha, 'both are listed', () => ids(masha).length === 2);
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, write: 'staff' });
  await until(masha, 'one went', () => ids(masha).length === 1);
  expect(ids(masha)).toEqual(['7.1']);
  await school.on('setRole', 'masha', 'student', 'parent');
  await until(masha, 'the other went', () => ids(masha).length === 0);
});
