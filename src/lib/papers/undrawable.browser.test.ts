import { Plugin } from '@tiptap/pm/state';
import { afterEach, describe, expect, test } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { content, Desk, type Plain, paragraph, type Seat, whenIdle } from './two-editors.ts';

let desk: Desk;
afterEach(() => desk.close());

const anna = 101;
const masha = 202;

const row = (...cells: Plain[]): Plain => ({ type: 'tableRow', content: cells });
const table = (...rows: Plain[]): Plain => ({ type: 'table', content: rows });

describe('what stands in a table', () => {
  const odd: Record<string, Plain> = {
    'words in a cell without a paragraph': table(
      row({ type: 'tableCell', attrs: { rowspan: 2 }, content: ['слово'] }),
    ),
    'a cell with nothing in it': table(row({ type: 'tableCell', attrs: { rowspan: 2 } })),
    'rows of unequal length': table(
      row({ type: 'tableCell' }),
      row({ type: 'tableCell' }, { type: 'tableCell' }),
    ),
    'more squares than anybody can go through': table(
      row(...Array.from({ length: 200 }, () => ({ type: 'tableCell', attrs: { colspan: 64 } }))),
      ...Array.from({ length: 1_000 }, () => row()),
    ),
  };
  for (const [what, poison] of Object.entries(odd)) {
    test(`[R277] ${what}: it arrives, the paper opens again, and Masha writes beside it`, async () => {
      desk = new Desk(content([paragraph('Начало'), paragraph('Конец')]));
      const hers = desk.seat('masha', masha);
      await whenIdle();
      brings(desk, (body) => body.insert(1, [...fragmentOf(poison)]));
      brings(desk, (body) => body.insert(0, [...fragmentOf(paragraph('Чужое'))]));
      hers.editor.tiptap.commands.insertContentAt(1, 'Моё ');
      await whenIdle();
      const later = desk.seat('anna', anna);
      await whenIdle();

      const text = desk.relay.getXmlFragment('body').toString();
      for (const word of ['Начало', 'Конец', 'Чужое', 'Моё']) expect(text).toContain(word);
      expect(text).toContain('<table>');
      expect(text.includes('слово')).toBe(what.startsWith('words'));
      for (const seat of [hers, later]) {
        expect(seat.broken).toBe(false);
        expect(seat.editor.tiptap.state.doc.textContent).toContain('Чужое');
      }
    });
  }

  test('[R277] Masha writes in a table that nobody can go through: her words are there, and the table stays as it is', async () => {
    const wide = (...inside: Plain[]): Plain => ({
      type: 'tableCell',
      attrs: { colspan: 64 },
      content: inside,
    });
    const poison = table(
      row(...Array.from({ length: 200 }, () => wide(paragraph('слово')))),
      ...Array.from({ length: 1_000 }, () => row()),
    );
    desk = new Desk(content([paragraph('Начало'), poison]));
    const hers = desk.seat('masha', masha);
    await whenIdle();
    let at = 0;
    hers.editor.tiptap.state.doc.descendants((node, pos) => {
      if (node.text === 'слово') at ||= pos;
    });
    hers.editor.tiptap.commands.setTextSelection(at);
    hers.editor.tiptap.commands.insertContent('Моё ');
    await whenIdle();
    const text = desk.relay.getXmlFragment('body').toString();
    expect(text).toContain('Моё слово');
    expect(text.split('<tablerow>')).toHaveLength(1_002);
    expect(hers.broken).toBe(false);
  });
});

describe('presence', () => {
  const carets: Record<string, object> = {
    'a caret that is nowhere': { cursor: {} },
    'a number for a caret': { cursor: 5 },
    'a number for a person': { user: 5, cursor: { anchor: at(0), head: at(0) } },
    'a place before the beginning': { cursor: { anchor: at(-5), head: at(-5) } },
    'a place in another root': { cursor: { anchor: { tname: 'other' }, head: { tname: 'other' } } },
  };
  for (const [what, state] of Object.entries(carets)) {
    test(`[R276] ${what}: what others write is drawn, and stays when Masha writes`, async () => {
      desk = new Desk(content([paragraph('Тема урока')]));
      const hers = desk.seat('masha', masha);
      await whenIdle();
      applyAwarenessUpdate(hers.awareness, waved({ person: 'petya', ...state }), 'relay');
      await whenIdle();
      brings(desk, (body) => body.insert(0, [...fragmentOf(paragraph('Чужое'))]));
      hers.editor.tiptap.commands.insertContentAt(1, 'Моё ');
      await whenIdle();
      expect(shown(hers)).toContain('Чужое');
      expect(desk.relay.getXmlFragment('body').toString()).toContain('Чужое');
      expect(desk.relay.getXmlFragment('body').toString()).toContain('Моё');
      expect([hers.broken, hers.doc.share.has('other')]).toEqual([false, false]);
    });
  }
});

test('[R275] where drawing what came throws the editor gives up, and writes nothing over it', async () => {
  desk = new Desk(content([paragraph('Тема урока')]));
  const hers = desk.seat('masha', masha);
  await whenIdle();
  hers.editor.tiptap.registerPlugin(
    new Plugin({
      appendTransaction(transactions) {
        if (transactions.some(({ docChanged }) => docChanged)) throw new RangeError('not to be drawn');
        return null;
      },
    }),
  );
  brings(desk, (body) => body.insert(0, [...fragmentOf(paragraph('Чужое'))]));
  expect(hers.broken).toBe(true);
  hers.editor.tiptap.commands.insertContentAt(1, 'Моё ');
  hers.editor.tiptap.commands.setTextSelection(3);
  await whenIdle();
  expect(hers.wrote).toEqual([]);
  expect(desk.relay.getXmlFragment('body').toString()).toContain('Чужое');
});

function at(clock: number): object {
  return { type: null, tname: null, item: { client: 1, clock }, assoc: 0 };
}

function waved(state: object): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 777;
  const awareness = new Awareness(doc);
  awareness.setLocalState(state as Record<string, unknown>);
  const bytes = encodeAwarenessUpdate(awareness, [777]);
  awareness.destroy();
  return bytes;
}

/** Somebody else's write, through the relay to everybody. */
function brings(to: Desk, write: (body: Y.XmlFragment) => void): void {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(to.relay));
  const before = Y.encodeStateVector(doc);
  write(doc.getXmlFragment('body'));
  to.take(Y.encodeStateAsUpdate(doc, before));
}

function fragmentOf(node: Plain): Y.XmlElement[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, content([node]));
  return doc
    .getXmlFragment('body')
    .toArray()
    .map((it) => (it as Y.XmlElement).clone());
}

function shown(seat: Seat): string {
  return seat.editor.tiptap.state.doc.textContent;
}
