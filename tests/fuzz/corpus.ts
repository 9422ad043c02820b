/** Real updates of honest people, each made by a stock document on top of one scene. */
import * as Y from 'yjs';
import { prepare } from '#server/judge/shape.ts';
import { editKey, idOf, reactionKey } from '#shared/feed/shape.ts';
import type { JudgedKind } from '#shared/ops/judge-ops.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { AT, makeScene, type Who } from '../support/scene.ts';
import type { Random } from './random.ts';

export const LEASES: Readonly<Record<Who, number>> = { anna: 7_001, masha: 7_002, petya: 7_003 };
export const KINDS: readonly JudgedKind[] = ['feed', 'pins', 'paper', 'me'];
export const WHO: readonly Who[] = ['anna', 'masha', 'petya'];

export interface Corpus {
  /** The relay's copy that every update stands on, by kind. */
  base: Readonly<Record<JudgedKind, Uint8Array>>;
  /** Honest updates, by kind and author. */
  updates: Readonly<Record<JudgedKind, Readonly<Record<Who, Uint8Array[]>>>>;
  /** Keys of each kind that mutations aim at. */
  keys: readonly string[];
}

const PER_HAND = 16;

export function load(kind: JudgedKind, base: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  prepare(doc, SHAPES[kind]);
  Y.applyUpdate(doc, base);
  return doc;
}

export function makeCorpus(random: Random): Corpus {
  const scene = makeScene(LEASES);
  const me = new Y.Doc();
  prepare(me, SHAPES.me);
  me.clientID = LEASES.masha;
  me.getMap('settings').set('theme', 'dark');
  const base = {
    feed: Y.encodeStateAsUpdate(scene.docs.feed),
    pins: Y.encodeStateAsUpdate(scene.docs.pins),
    paper: Y.encodeStateAsUpdate(scene.docs.paper),
    me: Y.encodeStateAsUpdate(me),
  };
  const { ids } = scene;
  const messages = [ids.annas, ids.mashas, ids.petyas, ids.gone, ids.sharing];
  const acts = { feed: feedActs(messages, ids.paper), pins: pinActs(messages), paper: paperActs, me: meActs };
  const updates = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      Object.fromEntries(
        WHO.map((who) => [
          who,
          Array.from({ length: PER_HAND }, () => record(kind, base[kind], who, random, acts[kind])),
        ]),
      ),
    ]),
  ) as Corpus['updates'];
  const keys = [
    ...messages,
    ids.paper,
    ids.annasEdit,
    ...WHO.flatMap((who) => [reactionKey(ids.annas, who), idOf(LEASES[who], 500)]),
    'schema',
    'theme',
    'level',
    'x',
  ];
  return { base, updates, keys };
}

type Acts = ((doc: Y.Doc, who: Who, random: Random) => void)[];

function record(kind: JudgedKind, base: Uint8Array, who: Who, random: Random, acts: Acts): Uint8Array {
  const doc = load(kind, base);
  doc.clientID = LEASES[who];
  const before = Y.encodeStateVector(doc);
  let update: Uint8Array | undefined;
  doc.on('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  doc.transact(() => {
    for (let left = 1 + random.below(3); left > 0; left--) random.pick(acts)(doc, who, random);
  });
  // A stock client sends the whole delete set of the document when it comes back.
  return update === undefined || random.chance(0.2) ? Y.encodeStateAsUpdate(doc, before) : update;
}

function feedActs(messages: string[], paper: string): Acts {
  let fresh = 1_000;
  const own = (who: Who) => idOf(LEASES[who], fresh++);
  return [
    (doc, who) => doc.getMap('messages').set(own(who), { by: who, at: AT, text: 'Спасибо 🙂' }),
    (doc, who, random) =>
      doc.getMap('messages').set(own(who), { by: who, at: AT, text: 'Да', re: random.pick(messages) }),
    (doc, who, random) =>
      doc.getMap('edits').set(editKey(random.pick(messages), own(who)), { at: AT, text: 'Точнее' }),
    (doc, who, random) => doc.getMap('reactions').set(reactionKey(random.pick(messages), who), '👍'),
    (doc, who, random) => doc.getMap('reactions').delete(reactionKey(random.pick(messages), who)),
    (doc, _who, random) => {
      const message = random.pick(messages);
      doc.getMap('messages').delete(message);
      for (const key of doc.getMap('edits').keys())
        if (key.startsWith(message)) doc.getMap('edits').delete(key);
    },
    (doc, who) => {
      const id = own(who);
      doc.getMap('messages').set(own(who), { by: who, at: AT, text: 'Вот', paper: id });
      doc.getMap('papers').set(id, { by: who, title: 'Доклад', edit: 'everyone' });
    },
    (doc) => doc.getMap('papers').set(paper, { by: 'anna', title: 'Новый план', edit: 'staff' }),
    (doc, who) => {
      const id = own(who);
      doc.getMap('messages').set(id, { by: who, at: AT, text: 'Раздумал' });
      doc.getMap('messages').delete(id);
    },
  ];
}

const pinActs = (messages: string[]): Acts => [
  (doc, who, random) => doc.getMap('pins').set(random.pick(messages), { by: who, at: AT }),
  (doc, _who, random) => doc.getMap('pins').delete(random.pick(messages)),
];

const meActs: Acts = [
  (doc, _who, random) => doc.getMap('settings').set(random.pick(['theme', 'mute/7a']), random.below(9)),
  (doc) => doc.getMap('settings').delete('theme'),
  (doc) => doc.getMap('drafts').set('7a', 'Надо бы…'),
];

const runs = (doc: Y.Doc): Y.XmlText[] =>
  doc
    .getXmlFragment('body')
    .toArray()
    .flatMap((node) => (node instanceof Y.XmlElement ? node.toArray() : []))
    .filter((child) => child instanceof Y.XmlText);

const paperActs: Acts = [
  (doc, _who, random) => {
    const run = random.pick(runs(doc));
    run.insert(random.below(4), random.pick(['а', 'слово ', '😀', 'ещё раз ']));
  },
  (doc, _who, random) => {
    const run = random.pick(runs(doc));
    if (run.length > 3) run.delete(random.below(3), 1);
  },
  (doc, _who, random) => {
    const run = random.pick(runs(doc));
    run.format(
      0,
      Math.min(3, run.length),
      random.pick([{ bold: {} }, { link: { href: 'https://example.org' } }]),
    );
  },
  (doc) => {
    const node = new Y.XmlElement('paragraph');
    node.insert(0, [new Y.XmlText('Новый абзац')]);
    doc.getXmlFragment('body').insert(0, [node]);
  },
  (doc) => {
    if (doc.getXmlFragment('body').length > 1) doc.getXmlFragment('body').delete(0, 1);
  },
  (doc, _who, random) => {
    const node = doc.getXmlFragment('body').get(0);
    if (node instanceof Y.XmlElement) node.setAttribute('level', (1 + random.below(6)) as never);
  },
];
