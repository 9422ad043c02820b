import { beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { SHAPES } from '#shared/ops/shapes.ts';
import { craft, type Id, mark, node, one, text, textRun, value } from '../../tests/support/craft.ts';
import { applyExamined } from './apply.ts';
import { examine } from './examine.ts';
import { prepare } from './shape.ts';

const [MASHA, OLYA, PETYA] = [501, 502, 900];
const LETTERS = 20_000;
const STRING = 60_000;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

let base: Uint8Array;
let first: Y.XmlText;
let letters: Y.Item[];
let long: Y.Item;

/** A paper with one paragraph of 20 000 letters by two hands in turn, and one with a single long string. */
beforeAll(() => {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  doc.clientID = MASHA;
  const body = doc.getXmlFragment('body');
  const runs = [new Y.XmlText(), new Y.XmlText('я'.repeat(STRING))];
  doc.transact(() => {
    for (const run of runs) {
      const paragraph = new Y.XmlElement('paragraph');
      body.push([paragraph]);
      paragraph.insert(0, [run]);
    }
  });
  first = runs[0] as Y.XmlText;
  doc.transact(() => {
    for (let i = 0; i < LETTERS; i++) {
      doc.clientID = i % 2 === 0 ? MASHA : OLYA;
      first.insert(i, 'а');
    }
  });
  letters = [];
  for (let item = first._start; item; item = item.right) letters.push(item);
  long = runs[1]?._start as Y.Item;
  base = Y.encodeStateAsUpdate(doc);
});

const id = (item: Y.Item | null | undefined): Id => [item?.id.client ?? 0, item?.id.clock ?? 0];
/** The paragraph of the letters. */
const paragraph = (): Id => id((first.parent as Y.XmlElement)._item);
const letter = (at: number): Id => id(letters.at(at));
const within = (at: number): Id => [MASHA, long.id.clock + at];

// Each of these costs plain Yjs tens of milliseconds to half a minute.
const DEAR: [name: string, build: () => Uint8Array][] = [
  [
    '3 500 letters at the head of a long text',
    () =>
      one(
        PETYA,
        0,
        times(3_500, () => text('х', { parent: id(first._item) })),
      ),
  ],
  [
    '3 500 letters before 3 500 different neighbours, with nothing on their left',
    () =>
      one(
        PETYA,
        0,
        times(3_500, (i) => text('х', { right: letter(i * 5) })),
      ),
  ],
  [
    '3 500 letters between the ends of a long text',
    () =>
      one(
        PETYA,
        0,
        times(3_500, (i) => text('х', { left: letter(0), right: letter(-1 - i) })),
      ),
  ],
  [
    '4 900 new letters with one left neighbour and different right ones',
    () =>
      one(PETYA, 0, [
        node('paragraph', { root: 'body' }),
        textRun({ parent: [PETYA, 0] }),
        text('хх', { parent: [PETYA, 1] }),
        ...times(4_900, (i) => text('х', { left: [PETYA, 2], right: [PETYA, 3 + i] })),
      ]),
  ],
  [
    '4 900 letters cut out of one string',
    () => craft({ deletes: [[MASHA, times(4_900, (i): [number, number] => [within(1 + i * 3)[1], 1])]] }),
  ],
  [
    '4 000 letters put into one string',
    () =>
      one(
        PETYA,
        0,
        times(4_000, (i) => text('х', { left: within(1 + i * 3), right: within(2 + i * 3) })),
      ),
  ],
  [
    'one attribute of one node 4 000 times over nothing',
    () =>
      one(
        PETYA,
        0,
        times(4_000, () => value(1, { parent: paragraph(), sub: 'level' })),
      ),
  ],
  [
    'the schema 4 000 times over nothing',
    () =>
      one(
        PETYA,
        0,
        times(3_500, () => value(1, { root: 'paper', sub: 'schema' })),
      ),
  ],
  [
    'everything deleted by fifteen bytes',
    () =>
      craft({
        deletes: [
          [MASHA, [[0, LETTERS / 2 + STRING + 4]]],
          [OLYA, [[0, LETTERS / 2]]],
        ],
      }),
  ],
  [
    'a paragraph of 20 000 letters deleted by seven bytes',
    () => craft({ deletes: [[MASHA, [[paragraph()[1], 1]]]] }),
  ],
];

test.each(DEAR)('[R111] %s cost more than they are worth', (_name, build) => {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  Y.applyUpdate(doc, base);
  const examined = examine(doc, SHAPES.paper, build(), { lease: PETYA, numbered: true });
  expect(examined).toMatchObject({ ok: false, code: 'too-long' });
});

const FAIR: [name: string, build: () => Uint8Array][] = [
  [
    'letters typed one by one in the middle',
    () =>
      one(
        PETYA,
        0,
        times(3_000, (i) => text('х', { left: i === 0 ? letter(5) : [PETYA, i - 1], right: letter(6) })),
      ),
  ],
  [
    'marks around two thousand words',
    () =>
      one(
        PETYA,
        0,
        times(2_000, (i) =>
          mark('bold', i % 2 === 0 ? {} : null, { left: letter(i * 4), right: letter(i * 4 + 1) }),
        ),
      ),
  ],
  [
    'a letter replaced in 300 places of one string',
    () => craft({ deletes: [[MASHA, times(300, (i): [number, number] => [within(1 + i * 30)[1], 1])]] }),
  ],
  [
    'one letter at the head of a long text by one who has not seen it',
    () => one(PETYA, 0, [text('х', { parent: id(first._item) })]),
  ],
];

test.each(FAIR)('[R111] %s are taken', (_name, build) => {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  Y.applyUpdate(doc, base);
  const examined = examine(doc, SHAPES.paper, build(), { lease: PETYA, numbered: true });
  if (!examined.ok) throw new Error(examined.says);
  expect(applyExamined(doc, examined)).toMatchObject({ ok: true });
});
