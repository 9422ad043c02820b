import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPaper, shared, words } from './paper-testing.ts';
import { enter, has, message, openSchool, type TestSchool, until } from './testing.ts';
import { lastRun, type } from './typing.ts';

let school: TestSchool;
beforeEach(async () => {
  school = await openSchool();
});
afterEach(() => school.end());

test('[R420] keystrokes of a moment are one intent, and the other editor reads them', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  expect(hers.schema).toBe('empty');
  for (const letter of 'Собираемся') type(hers, letter);
  await hers.flush();
  await until(anna, 'synced', () => hers.unsynced === 0);
  const { kinds } = (await school.on('count')) as { kinds: string[] };
  // A greeting, the paper, its words and its schema.
  expect(kinds.filter((kind) => kind === 'push')).toHaveLength(4);
  const masha = await school.device('masha');
  const chat = await enter(masha, '7a');
  await until(masha, 'card', () => chat.messages().some(({ paper }) => paper?.id === id));
  await until(masha, 'listed', () => masha.papers().length === 1);
  expect(masha.papers()[0]).toMatchObject({ id, title: 'План экскурсии', chat: '7a', by: 'anna' });
  const paper = await openPaper(masha, id);
  await until(masha, 'words', () => words(paper.doc) === 'Собираемся');
  expect(paper.schema).toBe('known');
  type(paper, ' в восемь');
  await until(anna, 'both', () => words(hers.doc) === 'Собираемся в восемь');
});

test('[R279] a paper that Anna Petrovna makes is hers to write in all along: nothing takes it from under her hands while it reaches the school', async () => {
  const anna = await school.device('anna');
  const chat = await enter(anna, '7a');
  await until(anna, 'a lease', () => chat.may('createPaper').ok);
  const made = await chat.createPaper('План экскурсии', 'everyone');
  if (!made.ok) throw new Error(made.code);
  const paper = await openPaper(anna, made.id);
  chat.close();
  const { doc } = paper;
  const seen = new Set<string>();
  const stop = anna.subscribe(() => {
    seen.add(`${paper.right}, ${paper.doc === doc ? 'the' : 'another'} text`);
  });
  for (const letter of 'Собираемся в восемь') {
    type(paper, letter);
    await paper.flush();
  }
  await until(anna, 'all is with the school', () => anna.unsent === 0 && paper.unsynced === 0);
  await until(anna, 'listed', () => anna.papers().some(({ at }) => at > 0));
  stop();
  expect([...seen]).toEqual(['edit, the text']);
  expect(words(paper.doc)).toBe('Собираемся в восемь');
});

test('[R420] what is typed between own and arriving words, in the same moment, is taken', async () => {
  const [anna, masha] = [await school.device('anna'), await school.device('masha')];
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'План: ');
  await enter(masha, '7a');
  await until(masha, 'the paper is there', () => masha.papers().some((row) => row.id === id));
  const his = await openPaper(masha, id);
  await until(masha, 'the beginning is there', () => words(his.doc) === 'План: ');
  type(his, 'а');
  type(hers, 'Х');
  // Hers is on its way at once, while his moment still lasts.
  await hers.flush();
  await until(masha, 'both are there', () => words(his.doc).length === 8);
  const binding = { key: 'y-sync$' };
  his.doc.transact((transaction) => {
    transaction.meta.set('addToHistory', true);
    lastRun(his.doc.getXmlFragment('body'))?.insert(7, 'б');
  }, binding);
  await until(masha, 'all is sent', () => masha.unsent === 0);
  await until(anna, 'all is read', () => words(hers.doc).length === 9);
  expect(words(hers.doc)).toBe(words(his.doc));
  expect(words(hers.doc)).toMatch(/План: (абХ|Хба)/);
  expect(his.copies()).toEqual([]);
});

test('[R421] two editors write through an outage and no character is lost', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'Начало. ');
  await until(anna, 'synced', () => hers.unsynced === 0);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'words', () => words(paper.doc) === 'Начало. ');
  await school.cut();
  await until(masha, 'offline', () => masha.line.at !== 'online');
  for (const word of ['Маша ', 'пишет ', 'без ', 'связи. ']) {
    type(paper, word);
    await paper.flush();
  }
  type(hers, 'Анна тоже. ');
  await hers.flush();
  await school.mend();
  masha.wake();
  anna.wake();
  await until(masha, 'synced', () => paper.unsynced === 0 && words(paper.doc).includes('Анна тоже.'));
  await until(anna, 'synced', () => hers.unsynced === 0 && words(hers.doc) === words(paper.doc));
  expect(words(hers.doc)).toContain('Маша пишет без связи. ');
});

test('[R404] a tab that dies with unsent words of a paper leaves them to a tab that does not show it', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'Начало. ');
  await until(anna, 'synced', () => hers.unsynced === 0);
  await school.cut();
  await until(anna, 'offline', () => anna.line.at !== 'online');
  type(hers, 'Не ушло.');
  await hers.flush();
  await anna.close();
  await school.mend();
  const later = await school.device('anna');
  expect(later.unsent).toBe(1);
  await until(later, 'sent', () => later.unsent === 0);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'words', () => words(paper.doc) === 'Начало. Не ушло.');
});

test('[R422] an edit right that was lost while offline turns the unsent words into a private copy', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'Список класса: ');
  await until(anna, 'synced', () => hers.unsynced === 0);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'words', () => words(paper.doc) === 'Список класса: ');
  await masha.close();
  const before = await enter(anna, '7a');
  await before.setPaperRights(id, { edit: 'owner' });
  await until(anna, 'rights are set', () => anna.unsent === 0);
  await school.cut();
  const offline = await school.device('masha');
  const again = await openPaper(offline, id);
  type(again, 'и моя строка');
  await again.flush();
  await school.mend();
  offline.wake();
  await until(offline, 'a copy', () => again.copies().length === 1 && again.unsynced === 0);
  expect(again.copies()[0]).toMatchObject({ code: 'paper-is-read-only', title: 'План экскурсии' });
  const copy = await again.openCopy(again.copies()[0]?.id ?? '');
  expect(copy && words(copy)).toBe('Список класса: и моя строка');
  expect(words(again.doc)).toBe('Список класса: ');
  expect(again.returned()).toMatchObject([{ text: 'и моя строка', why: 'refused' }]);
  await until(offline, 'right', () => again.right === 'read');
});

test('[R423] words of a paper survive a lease that was lost under them: they move to a fresh one', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'Один. ');
  await until(anna, 'synced', () => hers.unsynced === 0);
  await school.cut();
  await until(anna, 'offline', () => anna.line.at !== 'online');
  type(hers, 'Два. ');
  await hers.flush();
  type(hers, 'Три. ');
  await hers.flush();
  await school.on('closeLeases', `paper/${id}`);
  await school.mend();
  anna.wake();
  await until(anna, 'synced', () => hers.unsynced === 0);
  expect(words(hers.doc)).toBe('Один. Два. Три. ');
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  await until(masha, 'words', () => words(paper.doc) === 'Один. Два. Три. ');
  expect(hers.returned()).toEqual([]);
});

test('[R424] a write that no person made is not sent: the replica is read anew', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  type(hers, 'Текст');
  await until(anna, 'synced', () => hers.unsynced === 0);
  const before = hers.doc;
  before.getXmlFragment('body').delete(0, 1);
  await until(anna, 'anew', () => hers.doc !== before && words(hers.doc) === 'Текст');
  expect(hers.unsynced).toBe(0);
});

test('[R425] a message that shares a paper shows its card to everyone', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const chat = await enter(anna, '7a');
  expect(has(chat, 'Здравствуйте')).toBe(true);
  expect(message(chat, '').paper).toEqual({ id, title: 'План экскурсии', by: 'anna', edit: 'everyone' });
});

test('[R444] who has a paper on screen is seen there by name, and by nobody once it is closed', async () => {
  const anna = await school.device('anna');
  const id = await shared(anna);
  const hers = await openPaper(anna, id);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const paper = await openPaper(masha, id);
  const seen = () => [...paper.awareness.getStates()].filter(([client]) => client !== paper.doc.clientID);
  hers.awareness.setLocalStateField('wave', { at: 1 });
  await new Promise<void>((resolve) => {
    paper.awareness.on('change', () => {
      if (seen().some(([, state]) => state.wave?.at === 1)) resolve();
    });
  });
  const left = new Promise<void>((resolve) => {
    paper.awareness.on('change', () => {
      if (seen().length === 0) resolve();
    });
  });
  hers.close();
  await left;
  await school.on('heard', 'shut');
  // Whoever closed it hears no carets either.
  await school.on('count');
  paper.awareness.setLocalStateField('wave', { at: 2 });
  await school.on('heard', 'aware');
  await school.say('masha', '7a', 'Смотрю план');
  await until(anna, 'heard', () => anna.chats().some(({ last }) => last?.text === 'Смотрю план'));
  const { kinds } = (await school.on('count')) as { kinds: string[] };
  expect(kinds.filter((kind) => kind === 'aware')).toHaveLength(1);
});
