/** What a person wrote in a paper that the school does not take, or has lost: it is there, and comes back. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type * as Y from 'yjs';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { Disk } from './disk.ts';
import { PaperView } from './paper.ts';
import { enter, openSchool, settled, type TestSchool, until } from './testing.ts';
import type { Device, Paper } from './types.ts';
import { type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

const wordsIn = (doc: Y.Doc | undefined): string =>
  (doc?.getXmlFragment('body').toString() ?? '').replace(/<[^>]+>/g, '');

async function make(device: Device, edit: 'everyone' | 'owner' = 'everyone'): Promise<Paper> {
  const chat = await enter(device, '7a');
  const made = await chat.createPaper('План экскурсии', edit);
  if (!made.ok) throw new Error(made.code);
  return open(device, made.id);
}

async function open(device: Device, id: string): Promise<Paper> {
  const paper = device.paper(id, PaperView);
  await until(device, 'the paper may be edited', () => paper.ready && paper.right === 'edit');
  return paper;
}

async function write(device: Device, paper: Paper, text: string): Promise<void> {
  type(paper, text);
  await paper.flush();
  await until(device, 'the school has it', () => device.unsent === 0 && paper.unsynced === 0);
}

async function offline(device: Device): Promise<void> {
  await school.cut();
  await until(device, 'offline', () => device.line.at !== 'online');
}

async function online(...devices: Device[]): Promise<void> {
  await school.mend();
  for (const device of devices) device.wake();
  await until(devices, 'online', () => devices.every(({ line }) => line.at === 'online'));
}

/** Anna Petrovna shares a paper, and Masha reads what stands there. */
async function lesson(): Promise<{ anna: Device; masha: Device; hers: Paper; paper: Paper }> {
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  const hers = await make(anna);
  await write(anna, hers, 'Список класса: ');
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  const paper = await open(masha, hers.id);
  await until(masha, 'words', () => wordsIn(paper.doc) === 'Список класса: ');
  return { anna, masha, hers, paper };
}

const copiesOf = (paper: Paper) =>
  Promise.all(
    paper.copies().map(async ({ id, code }) => ({ code, text: wordsIn(await paper.openCopy(id)) })),
  );
const piecesOf = (paper: Paper) => paper.returned().map(({ text, near, why }) => ({ text, near, why }));

test('[R265] a paper that was made and written after the backup is there again after a restore, with its words, for everybody', async () => {
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  const paper = await make(anna);
  await write(anna, paper, 'Выезжаем в восемь.');
  paper.close();
  await offline(anna);
  await school.restore();
  await online(anna);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  await until(masha, 'listed', () => masha.papers().length === 1);
  const read = await open(masha, masha.papers()[0]?.id ?? '');
  anna.wake();
  await until([anna, masha], 'the words are there', () => wordsIn(read.doc) === 'Выезжаем в восемь.');
  const again = await open(anna, read.id);
  await until(anna, 'hers too', () => anna.unsent === 0 && wordsIn(again.doc) === 'Выезжаем в восемь.');
  expect([again.copies(), again.returned()]).toEqual([[], []]);
});

test('[R265] what one person wrote in two tabs by turns is there again in its order, as the text it was', async () => {
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  const other = await school.device('anna');
  const paper = await make(anna);
  await write(anna, paper, 'Выезжаем ');
  const beside = await open(other, paper.id);
  await until(other, 'read', () => wordsIn(beside.doc) === 'Выезжаем ');
  await write(other, beside, 'в восемь, ');
  await until(anna, 'both', () => wordsIn(paper.doc) === 'Выезжаем в восемь, ');
  await write(anna, paper, 'от школы.');
  for (const shown of [paper, beside]) shown.close();
  await school.restore();
  const masha = await school.device('masha');
  await enter(masha, '7a');
  await until(masha, 'listed', () => masha.papers().length === 1);
  const read = await open(masha, masha.papers()[0]?.id ?? '');
  const whole = 'Выезжаем в восемь, от школы.';
  await until([masha, anna], 'the words are there', () => wordsIn(read.doc) === whole);
  const again = await open(anna, read.id);
  await until(anna, 'hers too', () => anna.unsent === 0 && wordsIn(again.doc) === whole);
  expect([again.copies(), again.returned()]).toEqual([[], []]);
});

test('[R265] a paper that gets another name, for the backup knows nothing of the hand that made it, takes its words along', async () => {
  await school.keep();
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  const paper = await make(anna);
  await write(anna, paper, 'Выезжаем в восемь.');
  paper.close();
  await offline(anna);
  await school.restore();
  await online(anna);
  await until(anna, 'made again', () => anna.papers().some(({ id }) => id !== paper.id) && anna.unsent === 0);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  await until(masha, 'listed', () => masha.papers().length === 1);
  const read = await open(masha, masha.papers()[0]?.id ?? '');
  expect(read.id).not.toBe(paper.id);
  expect(anna.papers().map(({ id }) => id)).toEqual([read.id]);
  await until(masha, 'the words are there', () => wordsIn(read.doc) === 'Выезжаем в восемь.');
});

test('[R265] words that were on their way when the school lost the paper come back beside what is there again', async () => {
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  const paper = await make(anna);
  await write(anna, paper, 'Выезжаем в восемь.');
  await offline(anna);
  type(paper, ' Берём воду.');
  await paper.flush();
  await school.restore();
  await online(anna);
  await until(anna, 'there again', () => anna.unsent === 0 && wordsIn(paper.doc) === 'Выезжаем в восемь.');
  await until(anna, 'told', () => paper.returned().length > 0);
  expect(piecesOf(paper)).toEqual([{ text: ' Берём воду.', near: 'Выезжаем в восемь.', why: 'refused' }]);
  expect(await copiesOf(paper)).toEqual([{ code: 'unknown-place', text: 'Выезжаем в восемь. Берём воду.' }]);
  await until(anna, 'she writes on', () => paper.right === 'edit');
  expect(anna.papers()).toMatchObject([{ id: paper.id, chat: '7a' }]);
});

test('[R265] what two people wrote after the backup comes back to each as their own, and is put back where the paper is made again', async () => {
  const anna = await school.device('anna');
  await settled(anna, await enter(anna, '7a'));
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await school.keep();
  await until([anna, masha], 'online again', () => masha.line.at === 'online' && anna.line.at === 'online');
  const hers = await make(anna);
  await write(anna, hers, 'Едем в музей. ');
  await until(masha, 'listed', () => masha.papers().length === 1);
  const paper = await open(masha, hers.id);
  await until(masha, 'read', () => wordsIn(paper.doc) !== '');
  await write(masha, paper, 'Беру карту.');
  await until(anna, 'both', () => wordsIn(hers.doc) === 'Едем в музей. Беру карту.');
  await offline(anna);
  await school.restore();
  await online(anna, masha);
  await until(anna, 'hers came back', () => hers.returned().length > 0 && anna.unsent === 0);
  await until(masha, 'and Masha’s', () => paper.returned().length > 0 && masha.papers().length > 0);
  expect(piecesOf(hers)).toEqual([{ text: 'Едем в музей. ', near: '', why: 'epoch' }]);
  expect(piecesOf(paper)).toEqual([{ text: 'Беру карту.', near: 'Едем в музей. ', why: 'epoch' }]);
  expect(await copiesOf(paper)).toEqual([{ code: 'wrong-epoch', text: 'Беру карту.' }]);
  await write(anna, hers, 'Едем в музей. ');
  await until(masha, 'made again', () => paper.right === 'edit' && wordsIn(paper.doc) === 'Едем в музей. ');
});

test('[R266] words that a backup does not hold come back with their places, to those who wrote them', async () => {
  const { anna, masha, hers, paper } = await lesson();
  await school.keep();
  await until([anna, masha], 'online again', () => anna.line.at === 'online' && masha.line.at === 'online');
  await write(anna, hers, 'Ира, Олег');
  await until(masha, 'heard', () => wordsIn(paper.doc).includes('Олег'));
  await offline(anna);
  type(hers, ', Вера');
  await hers.flush();
  await school.restore();
  await online(anna, masha);
  await until(anna, 'told', () => hers.returned().length > 0 && hers.unsynced === 0);
  await until(masha, 'as the school has it', () => wordsIn(paper.doc) === 'Список класса: ');
  expect(piecesOf(hers)).toEqual([{ text: 'Ира, Олег, Вера', near: 'Список класса: ', why: 'epoch' }]);
  expect(await copiesOf(hers)).toEqual([{ code: 'wrong-epoch', text: 'Список класса: Ира, Олег, Вера' }]);
  expect([paper.copies(), paper.returned()]).toEqual([[], []]);
});

test('[R266] they come back too when the line broke before the school had told what it has', async () => {
  const { anna, hers } = await lesson();
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  await write(anna, hers, 'Ира, Олег');
  await school.withhold('patch');
  await school.restore();
  anna.wake();
  await until(anna, 'the old copy is gone', () => wordsIn(hers.doc) === '');
  await offline(anna);
  await online(anna);
  await until(anna, 'told', () => hers.returned().length > 0);
  expect(piecesOf(hers)).toEqual([{ text: 'Ира, Олег', near: 'Список класса: ', why: 'epoch' }]);
  await until(anna, 'as the school has it', () => wordsIn(hers.doc) === 'Список класса: ');
});

test('[R266] what a backup holds, long ago or folded together with newer words, does not come back', async () => {
  const { anna, hers } = await lesson();
  await school.keep();
  await until(anna, 'online again', () => anna.line.at === 'online');
  await write(anna, hers, 'новое');
  await anna.close();
  // As a device has it that read the paper anew, or folded it.
  const disk = new Disk('anna', 'strict');
  const { compact } = await import('./stored-doc.ts');
  await disk.docs.update(`paper/${hers.id}`, { tailBytes: 1_000_000 });
  await compact(disk, `paper/${hers.id}`);
  expect(await disk.tails.where('doc').equals(`paper/${hers.id}`).count()).toBe(1);
  disk.close();
  await school.restore();
  const later = await school.device('anna');
  const again = later.paper(hers.id, PaperView);
  await until(later, 'told', () => again.returned().length > 0);
  expect(piecesOf(again)).toEqual([{ text: 'новое', near: 'Список класса: ', why: 'epoch' }]);
});

test('[R267] a paper that was refused leaves its words with its author, in the list and under the rule that refused it', async () => {
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await offline(masha);
  const paper = await make(masha, 'owner');
  type(paper, 'Мой дядя самых честных правил');
  await paper.flush();
  await school.on('setMatrix', '7a', DEFAULT_MATRIX, { ...DEFAULT_MATRIX, papers: 'nobody' });
  await online(masha);
  await until(masha, 'given back', () => paper.copies().length > 0 && masha.unsent === 0);
  const text = 'Мой дядя самых честных правил';
  expect(await copiesOf(paper)).toEqual([{ code: 'papers-are-off', text }]);
  expect(paper.copies()[0]).toMatchObject({ title: 'План экскурсии' });
  expect(piecesOf(paper)).toEqual([{ text, near: '', why: 'refused' }]);
  await until(masha, 'listed', () => masha.papers().length === 1);
  expect(masha.papers()[0]).toMatchObject({ id: paper.id, title: 'План экскурсии', left: true });
  await until(masha, 'not there', () => paper.right === 'none');
  await paper.dismissCopy(paper.copies()[0]?.id ?? '');
  for (const { id } of paper.returned()) await paper.dismissReturned(id);
  await until(masha, 'not listed', () => masha.papers().length === 0);
});

test('[R268] with a chat that Masha lost her unsent words in its papers stay with her, without anybody else’s', async () => {
  const { anna, masha, paper } = await lesson();
  await offline(masha);
  type(paper, 'и моя строка');
  await paper.flush();
  await school.on('setDuty', 'masha', '7a', 'student', null);
  await online(masha, anna);
  await until(masha, 'given back', () => paper.copies().length > 0 && masha.unsent === 0);
  expect(paper.right).toBe('none');
  expect(await copiesOf(paper)).toEqual([{ code: 'not-a-member', text: 'и моя строка' }]);
  expect(piecesOf(paper)).toEqual([{ text: 'и моя строка', near: 'Список класса: ', why: 'refused' }]);
  await until(masha, 'listed', () => masha.papers().length === 1);
  expect(masha.papers()[0]).toMatchObject({ title: 'План экскурсии', left: true });
  const disk = new Disk('masha', 'relaxed');
  expect(await disk.tails.where('room').equals(`paper/${paper.id}`).count()).toBe(0);
  disk.close();
  expect(await masha.exportAll()).toContain('и моя строка');
  await school.on('setDuty', 'masha', '7a', null, 'student');
  await until(masha, 'back', () => paper.right === 'edit' && wordsIn(paper.doc) === 'Список класса: ');
  expect(paper.returned()).toHaveLength(1);
  expect(masha.papers()).toMatchObject([{ id: paper.id, chat: '7a' }]);
});

test('[R861] what the school took and did not answer is given back with a lost chat, and goes from there when the paper shows it', async () => {
  const { anna, masha, hers, paper } = await lesson();
  await school.deafen();
  await school.on('count');
  type(paper, 'и моя строка');
  await paper.flush();
  await school.on('heard', 'push');
  await offline(masha);
  await school.on('setDuty', 'masha', '7a', 'student', null);
  await online(masha, anna);
  await until(anna, 'the school has it', () => wordsIn(hers.doc).includes('и моя строка'));
  await until(masha, 'given back', () => paper.copies().length > 0 && masha.unsent === 0);
  expect(piecesOf(paper)).toMatchObject([{ text: 'и моя строка' }]);
  await school.on('setDuty', 'masha', '7a', null, 'student');
  await until(masha, 'it stands', () => wordsIn(paper.doc) === 'Список класса: и моя строка');
  await until(masha, 'it stands once', () => paper.returned().length === 0);
  expect(paper.copies()).toEqual([]);
  await until(masha, 'it is no lost one', () => masha.papers()[0]?.left === undefined);
  expect(masha.papers()).toMatchObject([{ id: paper.id, chat: '7a' }]);
  await until(masha, 'she writes on', () => paper.right === 'edit');
  await write(masha, paper, '!');
  await until(anna, 'heard', () => wordsIn(hers.doc) === 'Список класса: и моя строка!');
});

test('[R861] words that the school did not take stay given back, though others that were typed with them stand in the paper', async () => {
  const { anna, masha, hers, paper } = await lesson();
  await school.deafen();
  await school.on('count');
  type(paper, 'и моя строка');
  await paper.flush();
  await school.on('heard', 'push');
  await offline(masha);
  type(paper, ', и ещё одна');
  await paper.flush();
  await school.on('setDuty', 'masha', '7a', 'student', null);
  await online(masha, anna);
  await until(anna, 'the school has it', () => wordsIn(hers.doc).includes('и моя строка'));
  await until(masha, 'given back', () => paper.copies().length > 0 && masha.unsent === 0);
  await school.on('setDuty', 'masha', '7a', null, 'student');
  await until(masha, 'the first stands', () => wordsIn(paper.doc) === 'Список класса: и моя строка');
  await until(masha, 'she writes on', () => paper.right === 'edit');
  await write(masha, paper, ', что-то иное');
  expect(piecesOf(paper)).toMatchObject([{ text: 'и моя строка, и ещё одна' }]);
});

test('[R861] a paper that the school took and did not answer is no refused one when its chat is there again; what was typed in it stays', async () => {
  const masha = await school.device('masha');
  await settled(masha, await enter(masha, '7a'));
  await school.deafen();
  await school.on('count');
  const made = await (await enter(masha, '7a')).createPaper('План экскурсии', 'everyone');
  const paper = masha.paper(made.ok ? made.id : '', PaperView);
  await until(masha, 'open', () => paper.right === 'edit');
  type(paper, 'Берём палатки');
  await paper.flush();
  await school.on('heard', 'push');
  await offline(masha);
  await school.on('setDuty', 'masha', '7a', 'student', null);
  await online(masha);
  await until(masha, 'given back', () => paper.copies().length > 0 && masha.unsent === 0);
  await until(masha, 'refused', () => masha.refused().length > 0);
  expect(masha.refused()).toMatchObject([{ intent: { act: 'paper.create' } }]);
  await school.on('setDuty', 'masha', '7a', null, 'student');
  await until(masha, 'it is there', () => paper.right === 'edit');
  await until(masha, 'and not refused', () => masha.refused().length === 0);
  expect(piecesOf(paper)).toMatchObject([{ text: 'Берём палатки' }]);
  await until(masha, 'it is no lost one', () => masha.papers()[0]?.left === undefined);
  expect(masha.papers()).toEqual([expect.objectContaining({ id: paper.id, chat: '7a' })]);
});

test('[R268] words that the school took are not given back with a chat that is lost, unless a restore loses them', async () => {
  const { anna, masha, paper } = await lesson();
  await school.keep();
  await until([anna, masha], 'online again', () => anna.line.at === 'online' && masha.line.at === 'online');
  await write(masha, paper, 'Маша тут.');
  await school.on('setDuty', 'masha', '7a', 'student', null);
  await until(masha, 'lost', () => paper.right === 'none' && masha.chats().every(({ id }) => id !== '7a'));
  await offline(masha);
  await online(masha);
  expect([paper.copies(), paper.returned(), masha.papers()]).toEqual([[], [], []]);
  await offline(masha);
  await school.restore();
  await online(masha);
  await until(masha, 'told', () => paper.returned().length > 0);
  expect(piecesOf(paper)).toEqual([{ text: 'Маша тут.', near: 'Список класса: ', why: 'epoch' }]);
  await until(masha, 'listed', () => masha.papers().length > 0);
});

test('[R269] keystrokes that were made again in vain come back to their author', async () => {
  const { anna, hers } = await lesson();
  await offline(anna);
  type(hers, 'Важные слова.');
  await hers.flush();
  await anna.close();
  const disk = new Disk('anna', 'strict');
  await disk.outbox.toCollection().modify({ tries: 12 });
  disk.close();
  await school.on('closeLeases', `paper/${hers.id}`);
  await school.mend();
  const later = await school.device('anna');
  const again = later.paper(hers.id, PaperView);
  await until(later, 'given back', () => again.copies().length > 0 && later.unsent === 0);
  expect(await copiesOf(again)).toEqual([
    { code: 'changed-meanwhile', text: 'Список класса: Важные слова.' },
  ]);
  expect(piecesOf(again)).toEqual([{ text: 'Важные слова.', near: 'Список класса: ', why: 'refused' }]);
  expect(later.refused()).toEqual([]);
  await until(
    later,
    'she writes on',
    () => again.right === 'edit' && wordsIn(again.doc) === 'Список класса: ',
  );
  await write(later, again, 'Ещё.');
  expect(wordsIn(again.doc)).toBe('Список класса: Ещё.');
});

test('[R269] what was typed on words that had just been given back comes back too, at once', async () => {
  const { anna, hers } = await lesson();
  await offline(anna);
  for (const text of ['Важные слова.', ' И ещё.']) {
    type(hers, text);
    await hers.flush();
  }
  await anna.close();
  const disk = new Disk('anna', 'strict');
  const [first] = await disk.outbox.orderBy('id').toArray();
  await disk.outbox.delete(first?.id ?? 0);
  disk.close();
  await school.mend();
  const later = await school.device('anna');
  const again = later.paper(hers.id, PaperView);
  await until(later, 'given back', () => again.copies().length > 0 && later.unsent === 0);
  expect(piecesOf(again)).toEqual([{ text: ' И ещё.', near: 'Важные слова.', why: 'refused' }]);
});
