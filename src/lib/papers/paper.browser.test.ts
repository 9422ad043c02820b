import { afterEach, beforeEach, expect, test } from 'vitest';
import { PaperView } from '#lib/replica/paper.ts';
import { enter, openSchool, type TestSchool, until } from '#lib/replica/testing.ts';
import type { Device, Paper } from '#lib/replica/types.ts';
import { readBody, textOf } from './body.ts';
import { fillFromCopy } from './new-from-copy.ts';
import { PaperEditor } from './paper-editor.ts';
import { whenIdle } from './two-editors.ts';

let school: TestSchool;
const open: Reader[] = [];
beforeEach(async () => {
  school = await openSchool();
});
afterEach(async () => {
  for (const reader of open.splice(0)) reader.close();
  await school.end();
});

const refused: string[] = [];

/** A person with a paper on screen. */
interface Reader {
  device: Device;
  paper: Paper;
  editor: PaperEditor;
  text(): string;
  close(): void;
}

async function openPaper(device: Device, id: string): Promise<Reader> {
  const paper = device.paper(id, PaperView);
  await until(device, 'the paper is here', () => paper.ready && paper.right !== 'none');
  const element = document.createElement('div');
  document.body.append(element);
  const reader: Reader = {
    device,
    paper,
    editor: bind(device, paper, element),
    text: () => readBody(paper.doc.getXmlFragment('body')).map(textOf).join('\n'),
    close() {
      stop();
      reader.editor.destroy();
      paper.close();
      element.remove();
    },
  };
  // As the page does: another replica gets another editor.
  let bound = paper.doc;
  const stop = device.subscribe(() => {
    if (paper.doc === bound) return;
    bound = paper.doc;
    reader.editor.destroy();
    reader.editor = bind(device, paper, element);
  });
  open.push(reader);
  return reader;
}

function bind(device: Device, paper: Paper, element: HTMLElement): PaperEditor {
  return new PaperEditor({
    element,
    doc: paper.doc,
    awareness: paper.awareness,
    pending: paper.pending(),
    mayWrite: () => paper.right === 'edit',
    lookOf: (person) => {
      const card = device.who(person);
      return card && { name: card.name.split(' ')[1] ?? '', hue: 150 };
    },
    label: 'Текст',
    onChange: () => {},
    onTooBig: (why) => {
      refused.push(why);
    },
    onBroken: () => expect.fail('the text is not known'),
  });
}

/** Anna Petrovna has made a paper in 7А with these paragraphs, and Masha has it too. */
async function lesson(...paragraphs: string[]): Promise<{ anna: Reader; masha: Reader; id: string }> {
  const [teacher, pupil] = [await school.device('anna'), await school.device('masha')];
  const chat = await enter(teacher, '7a');
  await until(teacher, 'online', () => teacher.line.at === 'online');
  await until(teacher, 'a lease', () => chat.may('createPaper').ok);
  const made = await chat.createPaper('Осень', 'everyone');
  if (!made.ok) throw new Error(made.code);
  const anna = await openPaper(teacher, made.id);
  anna.editor.tiptap.commands.setContent(
    paragraphs.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
  );
  await anna.paper.flush();
  await until(teacher, 'all is with the relay', () => teacher.unsent === 0 && anna.paper.unsynced === 0);
  await enter(pupil, '7a');
  const masha = await openPaper(pupil, made.id);
  await until(pupil, 'the text came', () => masha.text() === anna.text());
  return { anna, masha, id: made.id };
}

async function settled(...readers: Reader[]): Promise<void> {
  for (const { paper } of readers) await paper.flush();
  for (const { device, paper } of readers)
    await until(device, 'all is with the relay', () => device.unsent === 0 && paper.unsynced === 0);
  const devices = readers.map(({ device }) => device);
  await until(devices, 'all see the same', () =>
    readers.every((reader) => reader.text() === readers[0]?.text()),
  );
  await whenIdle();
}

async function offline(...readers: Reader[]): Promise<void> {
  await school.cut();
  for (const { device } of readers) await until(device, 'offline', () => device.line.at === 'offline');
}

async function online(...readers: Reader[]): Promise<void> {
  await school.mend();
  for (const { device } of readers) {
    device.wake();
    await until(device, 'online', () => device.line.at === 'online');
  }
}

function typeAtEnd({ editor }: Reader, block: number, text: string): void {
  const { doc } = editor.tiptap.state;
  let end = 0;
  for (let i = 0; i <= block; i++) end += doc.child(i).nodeSize;
  for (const [i, letter] of [...text].entries()) editor.tiptap.commands.insertContentAt(end - 1 + i, letter);
}

const returnedTo = ({ paper }: Reader) => paper.returned().map(({ text }) => text);

test('[R260] a whole book is not pasted at once: nothing of it stands in the paper, and the editor says why', async () => {
  const { anna, masha } = await lesson('Осень');
  refused.length = 0;
  // Each one is a transaction of its own.
  const insert = (what: object) => anna.editor.tiptap.commands.insertContent(what);
  const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });
  insert(paragraph('листья '.repeat(200_000)));
  insert(Array.from({ length: 3_000 }, (_, i) => paragraph(`Глава ${i}`)));
  const nested = (levels: number): object =>
    levels === 0
      ? paragraph('на дне')
      : {
          type: 'bulletList',
          content: [{ type: 'listItem', content: [paragraph('ещё'), nested(levels - 1)] }],
        };
  insert(nested(20));
  expect(refused).toEqual(['much', 'much', 'deep']);
  expect(anna.text()).toBe('Осень');
  anna.editor.tiptap.commands.insertContentAt(1, 'листья '.repeat(20_000));
  await settled(anna, masha);
  expect(masha.text().length).toBeGreaterThan(140_000);
  expect(anna.paper.copies()).toEqual([]);
});

test('[R250] Anna Petrovna and Masha write in one paper through an outage, and no character is lost', async () => {
  const { anna, masha } = await lesson('Утро.', 'День.', 'Вечер.');
  await offline(anna, masha);
  typeAtEnd(anna, 0, ' Туман над рекой.');
  typeAtEnd(masha, 2, ' Зажглись окна.');
  anna.editor.tiptap.chain().setTextSelection({ from: 1, to: 6 }).toggleBold().run();
  await online(anna, masha);
  await settled(anna, masha);
  expect(anna.text()).toBe('Утро. Туман над рекой.\nДень.\nВечер. Зажглись окна.');
  expect(returnedTo(anna)).toEqual([]);
  expect(returnedTo(masha)).toEqual([]);
});

test('[R250] [R253] Anna Petrovna turns a paragraph into a heading while Masha types in it: her sentence comes back and is put back', async () => {
  const { anna, masha } = await lesson('Солнце светит.', 'Конец.');
  await offline(anna, masha);
  typeAtEnd(masha, 0, ' И птицы поют.');
  await masha.paper.flush();
  anna.editor.tiptap.chain().setTextSelection(2).toggleHeading({ level: 2 }).run();
  await anna.paper.flush();
  await school.mend();
  anna.device.wake();
  await until(anna.device, 'the heading is with the relay', () => anna.device.unsent === 0);
  await online(masha);
  await settled(anna, masha);
  await until(masha.device, 'it came back', () => masha.paper.returned().length > 0);
  expect(returnedTo(masha)).toEqual([' И птицы поют.']);
  expect(returnedTo(anna)).toEqual([]);
  expect(anna.text()).toBe('Солнце светит.\nКонец.');
  const [piece] = masha.paper.returned();
  if (!piece) throw new Error('nothing came back');
  expect(piece.near).toBe('Солнце светит.');
  expect(masha.editor.place(piece.text, piece.near)).toBe(true);
  await masha.paper.dismissReturned(piece.id);
  await settled(anna, masha);
  expect(anna.text()).toContain('И птицы поют.');
  expect(returnedTo(masha)).toEqual([]);
});

test('[R869] words that stood at the very start of a paper are put back there', async () => {
  const { masha } = await lesson('Солнце светит.', 'Конец.');
  expect(masha.editor.place('Погода на неделю', '')).toBe(true);
  expect(masha.text()).toBe('Погода на неделю\nСолнце светит.\nКонец.');
});

test('[R250] [R251] the pupil’s words are with the relay before the heading: they come back to her, also when she was away', async () => {
  const { anna, masha, id } = await lesson('Солнце светит.', 'Конец.');
  await offline(anna, masha);
  anna.editor.tiptap.chain().setTextSelection(2).toggleHeading({ level: 2 }).run();
  await anna.paper.flush();
  await school.mend();
  masha.device.wake();
  await until(masha.device, 'online', () => masha.device.line.at === 'online');
  typeAtEnd(masha, 0, ' И птицы поют.');
  await masha.paper.flush();
  await until(masha.device, 'her words are with the relay', () => masha.device.unsent === 0);
  open.splice(open.indexOf(masha), 1);
  masha.close();
  await masha.device.close();
  await online(anna);
  await settled(anna);
  expect(anna.text()).toBe('Солнце светит.\nКонец.');
  const again = await school.device('masha');
  const back = await openPaper(again, id);
  await until(again, 'it came back', () => back.paper.returned().length > 0);
  expect(returnedTo(back).join('')).toBe(' И птицы поют.');
  for (const { id: piece } of back.paper.returned()) await back.paper.dismissReturned(piece);
  expect(returnedTo(back)).toEqual([]);
  await offline(back);
  await online(back);
  await whenIdle();
  expect(returnedTo(back)).toEqual([]);
});

test('[R258] a paper that Anna Petrovna makes without a network opens at once, the chat left behind, and is sent later', async () => {
  const teacher = await school.device('anna');
  const chat = await enter(teacher, '7a');
  await until(teacher, 'online', () => teacher.line.at === 'online');
  await until(teacher, 'a lease', () => chat.may('createPaper').ok);
  await school.cut();
  await until(teacher, 'offline', () => teacher.line.at === 'offline');
  const made = await chat.createPaper('Без сети', 'everyone');
  if (!made.ok) throw new Error(made.code);
  chat.close();
  const anna = await openPaper(teacher, made.id);
  expect(anna.paper.right).toBe('edit');
  expect(anna.paper.card?.title).toBe('Без сети');
  anna.editor.tiptap.commands.setContent('Первая строка');
  await anna.paper.flush();
  await online(anna);
  await until(teacher, 'all is with the relay', () => teacher.unsent === 0);
  const masha = await school.device('masha');
  await enter(masha, '7a');
  const read = await openPaper(masha, made.id);
  await until(masha, 'the text came', () => read.text() === 'Первая строка');
});

test('[R257] a private copy becomes a paper of its own, whole, and stays until it is removed', async () => {
  const { anna, masha } = await lesson('Правила похода.');
  await offline(masha);
  typeAtEnd(masha, 0, ' Мои мысли.');
  await masha.paper.flush();
  await school.mend();
  anna.device.wake();
  await until(anna.device, 'online', () => anna.device.line.at === 'online');
  const chat = anna.device.chat('7a');
  expect((await chat.setPaperRights(anna.paper.id, { edit: 'owner' })).ok).toBe(true);
  await until(anna.device, 'the right is with the relay', () => anna.device.unsent === 0);
  await online(masha);
  await until(masha.device, 'the copy is there', () => masha.paper.copies().length > 0);
  await until(masha.device, 'a reader now', () => masha.paper.right === 'read');
  const [copy] = masha.paper.copies();
  const doc = copy && (await masha.paper.openCopy(copy.id));
  if (!doc) throw new Error('no copy');
  const made = await masha.device.chat('7a').createPaper('Мои правила', 'owner');
  if (!made.ok) throw new Error(made.code);
  const own = masha.device.paper(made.id, PaperView);
  await until(masha.device, 'the new paper is here', () => own.ready && own.right === 'edit');
  expect(await fillFromCopy(doc, own)).toBe(true);
  expect(readBody(own.doc.getXmlFragment('body')).map(textOf)).toEqual(['Правила похода. Мои мысли.']);
  await until(masha.device, 'it is with the relay', () => masha.device.unsent === 0);
  own.close();
  expect(masha.paper.copies()).toHaveLength(1);
  expect(masha.text()).toBe('Правила похода.');
});

test('[R249] Anna Petrovna takes back the list she made, and Masha’s words in it stay where they are', async () => {
  const { anna, masha } = await lesson('Первый.');
  anna.editor.tiptap.commands.insertContentAt(anna.editor.tiptap.state.doc.content.size, {
    type: 'bulletList',
    content: [
      { type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'пункт' }] }] },
    ],
  });
  await settled(anna, masha);
  masha.editor.tiptap.commands.insertContentAt(masha.editor.tiptap.state.doc.content.size - 3, ' Маши');
  await settled(anna, masha);
  anna.editor.run('undo');
  await settled(anna, masha);
  expect(anna.text()).toContain('Маши');
  expect(anna.text()).not.toContain('пункт');
  expect(masha.editor.tiptap.getHTML()).toContain('<li>');
  expect(returnedTo(masha)).toEqual([]);
});

for (const seed of [1, 42, 2026]) {
  test(`[R250] two people write, split, join and restyle through five outages (${seed}): every letter is in the paper or came back`, async () => {
    const { anna, masha } = await lesson('Ав.', 'Бв.', 'Гв.');
    let state = seed;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    // Each keystroke is a letter that was never typed before.
    const typed: string[] = [];
    const letter = () => typed[typed.push(String.fromCodePoint(0x4e00 + typed.length)) - 1] as string;
    const step = ({ editor: { tiptap } }: Reader) => {
      const places: number[] = [];
      tiptap.state.doc.descendants((node, pos) => {
        if (node.isTextblock) for (let i = 0; i <= node.content.size; i++) places.push(pos + 1 + i);
      });
      const at = places[random(places.length)] as number;
      tiptap.commands.setTextSelection(at);
      tiptap.commands.insertContent(letter());
      tiptap.commands.insertContent(letter());
      const what = random(7);
      if (what === 0) tiptap.commands.toggleHeading({ level: 2 });
      if (what === 1) tiptap.commands.splitBlock();
      if (what === 2) tiptap.commands.toggleBulletList();
      if (what === 3) tiptap.commands.toggleBlockquote();
      if (what === 4) tiptap.commands.joinBackward();
      if (what === 5) tiptap.chain().selectParentNode().toggleBold().run();
    };
    for (let round = 0; round < 5; round++) {
      await offline(anna, masha);
      for (let i = 0; i < 5; i++) for (const reader of [anna, masha]) step(reader);
      await Promise.all([anna.paper.flush(), masha.paper.flush()]);
      await online(anna, masha);
      await settled(anna, masha);
    }
    const everything = () => [anna.text(), ...returnedTo(anna), ...returnedTo(masha)].join('\n');
    expect(typed).toHaveLength(100);
    expect(typed.filter((one) => !everything().includes(one))).toEqual([]);
  });
}
