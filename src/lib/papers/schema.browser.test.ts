import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Json } from '#shared/ops/op.ts';
import { attrFits, markFits, nodeFits } from '#shared/papers/content.ts';
import { PAPER_ATTRS, PAPER_CONTENT, PAPER_MARKS, PAPER_NODES } from '#shared/papers/shape.ts';
import { ACTIONS, type ActionName } from './actions.ts';
import { isAllowedLink, linkOf } from './links.ts';
import { content, Desk, type Plain, paragraph, type Seat } from './two-editors.ts';

let desk: Desk;
afterEach(() => desk?.close());

const anna = 101;
const lesson: Plain[] = [paragraph('Тема урока'), paragraph('Первое'), paragraph('Второе'), paragraph('')];

/** Everything that a seat's updates name: nodes, marks with their values, attributes of each node with theirs. */
function named(seat: Seat) {
  const nodes = new Set<string>();
  const marks = new Map<string, unknown[]>();
  const attrs = new Map<string, unknown[]>();
  const others = new Set<string>();
  for (const { bytes } of seat.wrote) {
    for (const struct of Y.decodeUpdate(bytes).structs) {
      if (!(struct instanceof Y.Item)) continue;
      const { content: inside, parentSub } = struct;
      if (inside instanceof Y.ContentType) {
        if (inside.type instanceof Y.XmlElement) nodes.add(inside.type.nodeName);
        else if (!(inside.type instanceof Y.XmlText)) others.add(inside.type.constructor.name);
      } else if (inside instanceof Y.ContentFormat) {
        marks.set(inside.key, [...(marks.get(inside.key) ?? []), inside.value]);
      } else if (inside instanceof Y.ContentAny) {
        // A value that follows another under its name is written without the name.
        const name = parentSub ?? (struct.origin ? undefined : '');
        if (name !== undefined) attrs.set(name, [...(attrs.get(name) ?? []), ...inside.arr]);
      } else if (!(inside instanceof Y.ContentString || inside instanceof Y.ContentDeleted)) {
        others.add(inside.constructor.name);
      }
    }
  }
  return { nodes, marks, attrs, others };
}

/** What stands in a body where it may not: nodes, words, attributes. */
function misfits(within: Y.XmlFragment, inside: string): string[] {
  return within.toArray().flatMap((child) => {
    const name = child instanceof Y.XmlElement ? child.nodeName : 'text';
    const nest = nodeFits(name, inside) ? [] : [`${name} in ${inside}`];
    if (!(child instanceof Y.XmlElement)) return nest;
    const attrs = Object.entries(child.getAttributes() as Record<string, Json>)
      .filter(([attr, value]) => !attrFits(name, attr, value))
      .map(([attr, value]) => `${name}.${attr} as ${value}`);
    return [...nest, ...attrs, ...misfits(child, name)];
  });
}

function expectKnown(seat: Seat): ReturnType<typeof named> {
  const found = named(seat);
  expect([...found.nodes].filter((node) => !(PAPER_NODES as readonly string[]).includes(node))).toEqual([]);
  const badMarks = [...found.marks].flatMap(([name, values]) =>
    values.filter((value) => !markFits(name, value as Json)).map((value) => [name, value]),
  );
  expect(badMarks).toEqual([]);
  expect(misfits(seat.doc.getXmlFragment('body'), '')).toEqual([]);
  expect([...found.others]).toEqual([]);
  return found;
}

describe('what an editor writes', () => {
  for (const name of Object.keys(ACTIONS) as ActionName[]) {
    test(`[R246] «${name}» writes only what the shape of a paper names`, () => {
      desk = new Desk(content(lesson));
      const seat = desk.seat('Anna', anna);
      const { editor } = seat;
      if (/row|column|cell|table/i.test(name) && name !== 'table') {
        editor.tiptap.commands.setTextSelection(14);
        expect(editor.run('table')).toBe(true);
      } else if (name === 'unlink') {
        editor.tiptap.commands.setTextSelection({ from: 1, to: 5 });
        editor.setLink('school.ru');
      } else if (name === 'redo' || name === 'undo') {
        editor.tiptap.commands.insertContentAt(1, 'Ещё ');
        if (name === 'redo') editor.run('undo');
      } else {
        editor.tiptap.commands.setTextSelection({ from: 3, to: 16 });
      }
      const before = seat.wrote.length;
      if (name === 'mergeCells') selectTwoCells(seat);
      editor.run(name);
      expectKnown(seat);
      if (name !== 'text') expect(seat.wrote.length).toBeGreaterThan(before);
      if (name !== 'undo' && name !== 'redo') editor.run(name);
      expectKnown(seat);
    });
  }

  test('[R246] all marks over each other, taken off again, are named plainly with {} , an address, or null', () => {
    desk = new Desk(content(lesson));
    const seat = desk.seat('Anna', anna);
    const { editor } = seat;
    editor.tiptap.commands.setTextSelection({ from: 1, to: 8 });
    for (const mark of ['bold', 'italic', 'underline', 'strike'] as const) editor.run(mark);
    editor.setLink('https://school.ru');
    editor.tiptap.commands.setTextSelection({ from: 3, to: 5 });
    for (const mark of ['bold', 'italic', 'underline', 'strike', 'unlink', 'code'] as const) editor.run(mark);
    const { marks } = expectKnown(seat);
    for (const [mark, values] of marks) {
      for (const value of values) {
        if (mark === 'link') expect([null, { href: 'https://school.ru' }]).toContainEqual(value);
        else expect([null, {}]).toContainEqual(value);
      }
    }
    expect([...marks.keys()].sort()).toEqual(['bold', 'code', 'italic', 'link', 'strike', 'underline']);
  });

  test('[R246] no mark may stand beside itself, so none is written under a hashed name', () => {
    desk = new Desk();
    const { marks } = desk.seat('Anna', anna).editor.tiptap.schema;
    expect(Object.keys(marks).sort()).toEqual([...PAPER_MARKS].sort());
    for (const mark of Object.values(marks)) expect(mark.excludes(mark)).toBe(true);
  });

  test('[R246] the editor knows the nodes of the shape and no others', () => {
    desk = new Desk();
    const { nodes } = desk.seat('Anna', anna).editor.tiptap.schema;
    expect(
      Object.keys(nodes)
        .filter((node) => node !== 'doc' && node !== 'text')
        .sort(),
    ).toEqual([...PAPER_NODES].sort());
    const attrs = Object.values(nodes).flatMap(({ name, spec }) =>
      Object.keys(spec.attrs ?? {}).map((attr) => `${name}.${attr}`),
    );
    const shape = Object.entries(PAPER_ATTRS).flatMap(([name, all]) => all.map((attr) => `${name}.${attr}`));
    expect(attrs.sort()).toEqual(shape.sort());
  });

  test('[R278] the editor lets stand in a node exactly what the shape does', () => {
    desk = new Desk();
    const { nodes } = desk.seat('Anna', anna).editor.tiptap.schema;
    const allowed = (name: string) => {
      const seen = new Set<string>();
      const from = [nodes[name]?.contentMatch];
      for (const match of from)
        for (let i = 0; match && i < match.edgeCount; i++) {
          const { type, next } = match.edge(i);
          seen.add(type.name);
          if (!from.includes(next)) from.push(next);
        }
      return [...seen].sort();
    };
    for (const [name, content] of Object.entries(PAPER_CONTENT))
      expect([name, allowed(name || 'doc')]).toEqual([name, [...content].sort()]);
  });

  test('[R247] a pasted page brings its text and leaves styles, scripts, pictures and bad addresses behind', () => {
    desk = new Desk(content(lesson));
    const seat = desk.seat('Anna', anna);
    seat.editor.tiptap.commands.setTextSelection(1);
    seat.editor.tiptap.view.pasteHTML(`
      <h5 style="color:red" id="x" align="center">Заголовок</h5><script>alert(1)</script><img src="x" onerror="1">
      <p dir="rtl" class="y"><a href="javascript:alert(1)" target="_top" title="t">плохая</a>
      <a href="https://school.ru/a" rel="me" class="z">хорошая</a> <mark>метка</mark></p>
      <ol start="-3" type="a"><li>три</li></ol><ul data-type="taskList"><li data-checked="true">готово</li></ul>
      <pre><code class="language-js§">let x</code></pre><details><summary>итог</summary></details>
      <table width="9"><tr><th colspan="900" data-colwidth="100,50" style="text-align:center">шапка</th></tr>
      <tr><td>1</td><td bgcolor="red">2</td></tr></table>`);
    const { marks } = expectKnown(seat);
    expect(marks.get('link')?.filter((value) => value !== null)).toEqual([{ href: 'https://school.ru/a' }]);
    const text = seat.editor.tiptap.getText();
    for (const word of [
      'Заголовок',
      'плохая',
      'хорошая',
      'метка',
      'три',
      'готово',
      'let x',
      'итог',
      'шапка',
    ]) {
      expect(text).toContain(word);
    }
  });
});

test('[R248] an address is a page, a letter or a phone; what runs is none', () => {
  expect(linkOf('school.ru/7а')).toBe('https://school.ru/7а');
  expect(linkOf('director@school.ru')).toBe('mailto:director@school.ru');
  expect(linkOf('tel:+79990000000')).toBe('tel:+79990000000');
  expect(linkOf('http://school.ru')).toBe('http://school.ru');
  for (const bad of [
    'javascript:alert(1)',
    'data:text/html,x',
    ' ',
    'просто слова',
    'слово',
    'vbscript:x',
    'file:///etc',
  ])
    expect(linkOf(bad)).toBeUndefined();
  expect(isAllowedLink('JavaScript:alert(1)')).toBe(false);
});

function selectTwoCells(seat: Seat): void {
  const cells: number[] = [];
  seat.editor.tiptap.state.doc.descendants((node, pos) => {
    if (node.type.name === 'tableHeader') cells.push(pos);
  });
  seat.editor.tiptap.commands.setCellSelection({
    anchorCell: cells[0] as number,
    headCell: cells[1] as number,
  });
}
