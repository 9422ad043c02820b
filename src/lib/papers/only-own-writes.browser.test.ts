import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { isKnownBody } from './known.ts';
import { content, Desk, type Plain, paragraph, whenIdle } from './two-editors.ts';

let desk: Desk;
afterEach(() => desk.close());

const anna = 101;
const masha = 202;
const petya = 303;

const strange: Record<string, Plain[]> = {
  'an empty paper': [],
  'a paper of plain text': [paragraph('Утром был туман.'), paragraph('')],
  'a paper that ends with a table': [
    {
      type: 'table',
      content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [paragraph('1')] }] }],
    },
  ],
  'a ragged table': [
    {
      type: 'table',
      content: [
        { type: 'tableRow', content: [{ type: 'tableCell', content: [paragraph('1')] }] },
        {
          type: 'tableRow',
          content: [
            { type: 'tableCell', content: [paragraph('2')] },
            { type: 'tableCell', content: [paragraph('3')] },
          ],
        },
      ],
    },
  ],
  'a list point without its paragraph': [{ type: 'bulletList', content: [{ type: 'listItem' }] }],
  'a list without points': [{ type: 'bulletList' }, paragraph('После списка')],
  'a heading of a level that does not exist': [{ type: 'heading', attrs: { level: 9 }, content: ['Глава'] }],
  'an attribute that nobody knows': [{ type: 'paragraph', attrs: { smell: 'мел' }, content: ['Доска'] }],
  'two runs of text side by side': [{ type: 'paragraph', content: ['Мы ', 'вместе'] }],
  'an address without spaces around': [paragraph('school.ru и https://school.ru ')],
};

describe('opening', () => {
  for (const [what, nodes] of Object.entries(strange)) {
    for (const mayWrite of [true, false]) {
      test(`[R259] ${what}, opened by ${mayWrite ? 'Anna Petrovna who edits' : 'Masha who reads'}, is written by nobody`, async () => {
        desk = new Desk(content(nodes));
        // Client 1 wrote it: whoever opens it with that lease owns the text, as after a restart.
        const seat = desk.seat('Anna', 1, mayWrite);
        await whenIdle();
        seat.editor.tiptap.commands.focus('end');
        seat.editor.tiptap.commands.setTextSelection(1);
        seat.editor.tiptap.commands.blur();
        await whenIdle();
        expect(seat.wrote).toEqual([]);
        expect(seat.broken).toBe(false);
        expect(Y.encodeStateVector(seat.doc)).toEqual(Y.encodeStateVector(desk.relay));
      });
    }
  }

  test('[R241] what a newer app wrote is told apart before an editor is bound', () => {
    desk = new Desk(content([{ type: 'mindMap', content: [paragraph('Весна')] }]));
    expect(isKnownBody(desk.relay.getXmlFragment('body'))).toBe(false);
    desk = new Desk(content([paragraph('Весна')]));
    expect(isKnownBody(desk.relay.getXmlFragment('body'))).toBe(true);
  });

  test('[R241] bound all the same, the editor deletes nothing and says that it is lost', async () => {
    desk = new Desk(content([{ type: 'mindMap', content: [paragraph('Весна')] }, paragraph('Лето')]));
    const seat = desk.seat('Anna', anna);
    await whenIdle();
    seat.editor.tiptap.commands.insertContentAt(seat.editor.tiptap.state.doc.content.size - 1, 'поверх');
    await whenIdle();
    expect(seat.broken).toBe(true);
    expect(seat.wrote).toEqual([]);
    expect(desk.relay.getXmlFragment('body').toString()).toContain('Весна');
  });
});

describe('reading along', () => {
  test('[R242] two editors make one range bold, and the reader writes nothing', async () => {
    desk = new Desk(content([paragraph('Сбор в восемь у школы')]));
    const [first, second] = [desk.seat('Anna', anna), desk.seat('Masha', masha)];
    const reader = desk.seat('Petya', petya, false);
    for (const seat of [first, second]) desk.goOffline(seat);
    for (const seat of [first, second]) {
      seat.editor.tiptap.chain().setTextSelection({ from: 1, to: 6 }).toggleBold().run();
    }
    for (const seat of [first, second]) desk.comeBack(seat);
    await whenIdle();
    expect(reader.wrote).toEqual([]);
    expect(reader.editor.tiptap.getHTML()).toContain('<strong>Сбор </strong>');
    for (const seat of [first, second]) expect(seat.wrote.length).toBe(1);
  });

  test('[R242] a table that two editors pulled apart is mended by nobody who only looks', async () => {
    desk = new Desk(content(strange['a ragged table'] as Plain[]));
    const writer = desk.seat('Anna', anna);
    const editor = desk.seat('Masha', masha);
    const reader = desk.seat('Petya', petya, false);
    writer.editor.tiptap.commands.insertContentAt(0, {
      type: 'paragraph',
      content: [{ type: 'text', text: 'Итоги' }],
    });
    await whenIdle();
    expect([editor.wrote, reader.wrote]).toEqual([[], []]);
  });

  test('[R243] a reader’s hands change nothing: keys, paste, commands, ticks', async () => {
    desk = new Desk(
      content([
        paragraph('Правила'),
        {
          type: 'taskList',
          content: [{ type: 'taskItem', attrs: { checked: 0 }, content: [paragraph('Сдать тетради')] }],
        },
      ]),
    );
    const reader = desk.seat('Petya', petya, false);
    const { tiptap } = reader.editor;
    tiptap.commands.insertContentAt(1, 'взлом');
    tiptap.commands.toggleBold();
    tiptap.view.pasteText('взлом');
    tiptap.view.dom.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    await whenIdle();
    expect(reader.wrote).toEqual([]);
    expect(tiptap.getText()).not.toContain('взлом');
  });

  test('[R243] the right that is lost while the paper is open takes the pen at once, and gives it back', async () => {
    desk = new Desk(content([paragraph('План')]));
    const seat = desk.seat('Masha', masha);
    seat.mayWrite = false;
    seat.editor.rightChanged();
    expect(seat.editor.tiptap.view.dom.getAttribute('contenteditable')).toBe('false');
    seat.editor.tiptap.commands.insertContentAt(1, 'нет');
    seat.mayWrite = true;
    seat.editor.rightChanged();
    seat.editor.tiptap.commands.insertContentAt(1, 'да');
    await whenIdle();
    expect(seat.wrote.map(({ own }) => own)).toEqual([true]);
    expect(desk.relay.getXmlFragment('body').toString()).toContain('даПлан');
  });
});

describe('writing', () => {
  test('[R244] keys, commands, undo and redo are the person’s own writes', async () => {
    desk = new Desk(content([paragraph('План')]));
    const seat = desk.seat('Masha', masha);
    const { tiptap } = seat.editor;
    tiptap.commands.insertContentAt(1, 'Наш ');
    tiptap.chain().selectAll().toggleHeading({ level: 1 }).run();
    tiptap.commands.undo();
    tiptap.commands.redo();
    expect(seat.wrote.length).toBeGreaterThan(3);
    expect(seat.wrote.every(({ own }) => own)).toBe(true);
  });

  test('[R244] what arrives is never taken for an own write, and an answer to it is none', async () => {
    desk = new Desk(content([paragraph('План')]));
    const seat = desk.seat('Masha', masha);
    const other = desk.seat('Anna', anna);
    other.editor.tiptap.commands.insertContentAt(1, 'Общий ');
    await whenIdle();
    expect(seat.wrote).toEqual([]);
    expect(seat.editor.tiptap.getText()).toBe('Общий План');
  });

  test('[R245] two who begin in one empty paragraph keep every letter, once', async () => {
    desk = new Desk(content([{ type: 'paragraph' }]));
    const seats = [desk.seat('Anna', anna), desk.seat('Masha', masha)];
    for (const seat of seats) desk.goOffline(seat);
    seats[0]?.editor.tiptap.commands.insertContentAt(1, 'Туман. ');
    seats[1]?.editor.tiptap.commands.insertContentAt(1, 'Иней. ');
    for (const seat of seats) desk.comeBack(seat);
    seats[0]?.editor.tiptap.commands.insertContentAt(1, '— ');
    seats[1]?.editor.tiptap.commands.insertContentAt(1, '— ');
    await whenIdle();
    const texts = seats.map((seat) => seat.editor.tiptap.getText());
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]?.match(/Туман/g)).toHaveLength(1);
    expect(texts[0]?.match(/Иней/g)).toHaveLength(1);
    for (const seat of seats) expect(seat.wrote.every(({ own }) => own)).toBe(true);
  });
});
