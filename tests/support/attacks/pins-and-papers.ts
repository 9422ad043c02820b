/** Pins that a pupil may not set; what must not stand in a paper. */
import { craft, type Id, mark, node, one, text, textRun, value, type Write } from '../craft.ts';
import { AT, lastUnder, runOf, type Scene, type SceneKind, type Who } from '../scene.ts';
import { type Attack, type Hand, hand, over, set } from './attack.ts';

interface Told {
  name: string;
  rule: string;
  code: Attack['code'];
  by?: Who;
  structs(hand: Hand, scene: Scene): Write[];
}
const tell =
  (doc: SceneKind) =>
  ({ structs, ...told }: Told): Attack => ({
    ...told,
    doc,
    build(scene) {
      const own = hand(scene, doc, told.by);
      return one(own.lease, own.clock, structs(own, scene));
    },
  });
const pin = tell('pins');
const paper = tell('paper');

function topNode(scene: Scene, index: number): Id {
  const item = runOf(scene, index).parent?._item;
  if (!item) throw new Error('paper is empty');
  return [item.id.client, item.id.clock];
}

const inNewText =
  (...structs: ((own: Hand) => Write)[]) =>
  (own: Hand) => [
    node('paragraph', { root: 'body' }),
    textRun({ parent: own.own(0) }),
    ...structs.map((make) => make(own)),
  ];
/** Nodes, each within the one before it, the first in the body. */
const nested = (names: readonly string[]) => (own: Hand) =>
  names.map((name, i) => node(name, i === 0 ? { root: 'body' } : { parent: own.own(i - 1) }));
const link = (attrs: unknown) => inNewText((own) => mark('link', attrs, { parent: own.own(1) }));

export const PINS: Attack[] = [
  pin({
    name: 'a pin set by a pupil',
    rule: 'R210',
    code: 'only-some-may-pin',
    structs: (_, scene) => [set('pins', scene.ids.petyas, { by: 'petya', at: AT })],
  }),
  {
    name: 'the teacher’s pin removed by a pupil',
    rule: 'R210',
    doc: 'pins',
    code: 'only-some-may-pin',
    build(scene) {
      const [client, clock] = lastUnder(scene, 'pins', 'pins', scene.ids.annas);
      return craft({ deletes: [[client, [[clock, 1]]]] });
    },
  },
  pin({
    name: 'a pin in another’s name',
    rule: 'R210',
    by: 'anna',
    code: 'bad-value',
    structs: (_, scene) => [set('pins', scene.ids.petyas, { by: 'masha', at: AT })],
  }),
  pin({
    name: 'a pin that carries a text',
    rule: 'R210',
    by: 'anna',
    code: 'bad-value',
    structs: (_, scene) => [set('pins', scene.ids.petyas, { by: 'anna', at: AT, text: 'Ой' })],
  }),
  pin({
    name: 'a pin on something that is no message id',
    rule: 'R210',
    by: 'anna',
    code: 'bad-value',
    structs: () => [set('pins', 'hello world', { by: 'anna', at: AT })],
  }),
  pin({
    name: 'a pin made on a state that is no longer current',
    rule: 'R209',
    by: 'anna',
    code: 'stale',
    structs: (_, scene) => [set('pins', scene.ids.annas, { by: 'anna', at: AT })],
  }),
  pin({
    name: '300 pins',
    rule: 'R211',
    by: 'anna',
    code: 'too-many-pins',
    structs: (own) =>
      Array.from({ length: 300 }, (_, i) => set('pins', own.fresh(i), { by: 'anna', at: AT })),
  }),
];

export const PAPERS: Attack[] = [
  paper({
    name: 'a node that papers do not know',
    rule: 'R231',
    code: 'bad-value',
    structs: () => [node('iframe', { root: 'body' })],
  }),
  paper({
    name: 'a mark that papers do not know',
    rule: 'R231',
    code: 'bad-value',
    structs: inNewText((own) => mark('onclick', {}, { parent: own.own(1) })),
  }),
  paper({
    name: 'an unknown mark that hides behind a hash',
    rule: 'R231',
    code: 'bad-value',
    structs: inNewText((own) => mark('style--abcdefgh', {}, { parent: own.own(1) })),
  }),
  paper({
    name: 'a mark with attributes of its own',
    rule: 'R231',
    code: 'bad-value',
    structs: inNewText((own) => mark('bold', { style: 'position:fixed' }, { parent: own.own(1) })),
  }),
  ...(
    [
      ['javascript', { href: 'javascript:alert(1)' }],
      ['javascript in disguise', { href: ' java\nscript:alert(1)' }],
      ['javascript in capitals', { href: 'JaVaScRiPt:alert(1)' }],
      ['a data address', { href: 'data:text/html,<script>' }],
      ['a file', { href: 'file:///etc/passwd' }],
      ['javascript behind a no-break space', { href: '\u00a0javascript:alert(1)' }],
    ] as [string, unknown][]
  ).map(([what, attrs]) =>
    paper({ name: `a link to ${what}`, rule: 'R232', code: 'bad-value', structs: link(attrs) }),
  ),
  paper({
    name: 'a link with a class that dresses it as the app',
    rule: 'R232',
    code: 'bad-value',
    structs: link({ href: 'https://example.org', class: 'fixed inset-0' }),
  }),
  paper({
    name: 'a link with an attribute of its own',
    rule: 'R232',
    code: 'bad-value',
    structs: link({ href: 'https://example.org', onclick: 'x' }),
  }),
  ...(
    [
      ['heading', 'onload', 'x'],
      ['heading', 'level', 99],
      ['heading', 'level', '2'],
      ['orderedList', 'start', -1],
      ['codeBlock', 'language', 'js" onload="x'],
      ['paragraph', 'language', 'c'],
      ['paragraph', 'textAlign', 'left;position:fixed'],
      ['constructor', 'name', 'x'],
    ] as [string, string, unknown][]
  ).map(([kind, name, what]) =>
    paper({
      name: `the attribute ${name} of ${kind} as ${JSON.stringify(what).slice(0, 30)}`,
      rule: 'R231',
      code: 'bad-value',
      structs: (own) => [node(kind, { root: 'body' }), value(what, { parent: own.own(0), sub: name })],
    }),
  ),
  ...(
    [
      [['table', 'tableRow', 'tableCell'], 'colspan', 1_000_000],
      [['table', 'tableRow', 'tableHeader'], 'colwidth', Array.from({ length: 100 }, () => 1)],
      [['taskList', 'taskItem'], 'checked', 'yes'],
      [['taskList', 'taskItem'], 'colspan', 2],
    ] as [string[], string, unknown][]
  ).map(([nest, name, what]) =>
    paper({
      name: `the attribute ${name} of ${nest.at(-1)} as ${JSON.stringify(what).slice(0, 30)}`,
      rule: 'R231',
      code: 'bad-value',
      structs: (own) => [...nested(nest)(own), value(what, { parent: own.own(nest.length - 1), sub: name })],
    }),
  ),
  ...['horizontalRule', 'bulletList', 'table'].map((kind) =>
    paper({
      name: `words that nobody sees, straight in a ${kind}`,
      rule: 'R278',
      code: 'bad-value',
      structs: (own) => [...nested([kind])(own), textRun({ parent: own.own(0) })],
    }),
  ),
  ...[
    ['paragraph', 'hardBreak', 'paragraph'],
    ['horizontalRule', 'paragraph'],
    ['codeBlock', 'hardBreak'],
    ['paragraph', 'paragraph'],
    ['table', 'paragraph'],
    ['bulletList', 'taskItem'],
    ['listItem'],
    ['hardBreak'],
    ['constructor'],
  ].map((nest) =>
    paper({
      name: `a node where no editor draws it: ${nest.join(' › ')}`,
      rule: 'R278',
      code: 'bad-value',
      structs: nested(nest),
    }),
  ),
  paper({
    name: 'words that nobody sees, in a line break of another’s line',
    rule: 'R278',
    code: 'bad-value',
    structs: (own, scene) => [
      node('hardBreak', { parent: topNode(scene, 1) }),
      textRun({ parent: own.own(0) }),
      text('тайник', { parent: own.own(1) }),
    ],
  }),
  paper({
    name: 'another schema for a paper that has one',
    rule: 'R230',
    code: 'stale',
    structs: (_, scene) => [over(lastUnder(scene, 'paper', 'paper', 'schema'), 1)],
  }),
  paper({
    name: 'a schema from the future',
    rule: 'R230',
    code: 'bad-value',
    structs: (_, scene) => [over(lastUnder(scene, 'paper', 'paper', 'schema'), 2)],
  }),
  {
    name: 'the schema of a paper removed',
    rule: 'R230',
    doc: 'paper',
    code: 'not-allowed',
    build(scene) {
      const [client, clock] = lastUnder(scene, 'paper', 'paper', 'schema');
      return craft({ deletes: [[client, [[clock, 1]]]] });
    },
  },
  paper({
    name: 'a key of one’s own beside the schema',
    rule: 'R230',
    code: 'not-allowed',
    structs: () => [set('paper', 'note', 'тайник')],
  }),
  paper({
    name: 'hidden text in a text run of a text run',
    rule: 'R106',
    code: 'malformed',
    structs: inNewText(
      (own) => textRun({ parent: own.own(1) }),
      (own) => text('тайник', { parent: own.own(2) }),
    ),
  }),
];
