import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { readBody, textOf } from './body.ts';
import { restoreVersion } from './restore.ts';
import { content, Desk, type Plain, paragraph, type Seat } from './two-editors.ts';

let desk: Desk;
afterEach(() => desk.close());

const textOfDoc = (doc: Y.Doc) => readBody(doc.getXmlFragment('body')).map(textOf);
const asItWas = (doc: Y.Doc): Y.Doc => {
  const old = new Y.Doc();
  Y.applyUpdate(old, Y.encodeStateAsUpdate(doc));
  return old;
};

/** Anna Petrovna and Masha sit at one paper. */
function lesson(...nodes: Plain[]): { anna: Seat; masha: Seat } {
  desk = new Desk(content(nodes));
  return { anna: desk.seat('Анна Петровна', 11), masha: desk.seat('Маша', 12) };
}

test('[R261] a version comes back as one own write of blocks alone that differ, and the other editor sees it', () => {
  const table: Plain = {
    type: 'table',
    content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [paragraph('9:00')] }] }],
  };
  const { anna, masha } = lesson(paragraph('Один'), paragraph('Два'), table, paragraph('Четыре'));
  const old = asItWas(anna.doc);
  const first = (anna.doc.getXmlFragment('body').get(0) as Y.XmlElement)._item?.id;
  anna.editor.tiptap.commands.deleteRange({ from: 6, to: anna.editor.tiptap.state.doc.content.size });
  masha.editor.tiptap.commands.insertContentAt(1, 'Раз: ');
  expect(textOfDoc(desk.relay)).toEqual(['Раз: Один']);
  const later = asItWas(anna.doc);

  anna.wrote.length = 0;
  expect(restoreVersion(old, anna.doc, () => true)).toBe('written');
  expect(anna.wrote.map(({ own }) => own)).toEqual([true]);
  for (const doc of [anna.doc, masha.doc, desk.relay])
    expect(textOfDoc(doc)).toEqual(['Один', 'Два', '9:00', 'Четыре']);
  expect(masha.editor.tiptap.getText()).toContain('9:00');
  expect((anna.doc.getXmlFragment('body').get(0) as Y.XmlElement)._item?.id).toEqual(first);

  expect(restoreVersion(later, anna.doc, () => true)).toBe('written');
  expect(textOfDoc(desk.relay)).toEqual(['Раз: Один']);
  expect(restoreVersion(later, anna.doc, () => true)).toBe('same');
});

test('[R261] what may not be written, is not known or is too much changes nothing', () => {
  const { anna, masha } = lesson(paragraph('Один'));
  const other = (...nodes: Plain[]) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, content(nodes));
    return doc;
  };
  anna.wrote.length = 0;
  expect(restoreVersion(other(paragraph('Два')), anna.doc, () => false)).toBe('not-written');
  expect(restoreVersion(other({ type: 'map' }), anna.doc, () => true)).toBe('unknown');
  const book = Array.from({ length: 5_000 }, (_, page) => paragraph(`Страница ${page}`));
  expect(restoreVersion(other(...book), anna.doc, () => true)).toBe('too-much');
  expect(anna.wrote).toEqual([]);
  expect(textOfDoc(masha.doc)).toEqual(['Один']);
});

test('[R261] of a paper that is too long to be written at once a lost page comes back', () => {
  const pages = Array.from({ length: 5_000 }, (_, page) => paragraph(`Страница ${page}`));
  const { anna } = lesson(...pages);
  const old = asItWas(anna.doc);
  anna.doc.transact(() => anna.doc.getXmlFragment('body').delete(2_500, 1), 'relay');
  expect(restoreVersion(old, anna.doc, () => true)).toBe('written');
  expect(textOfDoc(anna.doc)[2_500]).toBe('Страница 2500');
});
