/**
 * The scene that attacks are played in: class 7a, its chat, pins and a paper. Anna Petrovna teaches, Masha and Petya
 * are pupils, Petya attacks. The same steps seed a plain document in a unit test and a real relay through its door.
 */
import * as Y from 'yjs';
import { prepare } from '#server/judge/shape.ts';
import { editKey, idOf, reactionKey } from '#shared/feed/shape.ts';
import type { JudgedKind } from '#shared/ops/judge-ops.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { type ChatPlace, DEFAULT_MATRIX, type PaperPlace } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';

export type Who = 'anna' | 'masha' | 'petya';
export const PEOPLE: Readonly<Record<Who, Standing>> = {
  anna: { person: 'anna', role: 'teacher', duties: { '7a': 'class-teacher' } },
  masha: { person: 'masha', role: 'student', duties: { '7a': 'student' } },
  petya: { person: 'petya', role: 'student', duties: { '7a': 'student' } },
};
export const CHAT: ChatPlace = {
  kind: 'chat',
  unit: '7a',
  audience: ['class-teacher', 'teacher', 'student'],
  people: {},
  matrix: DEFAULT_MATRIX,
};
export const PAPER: PaperPlace = { kind: 'paper', chat: CHAT, owner: 'anna', edit: 'everyone' };

export type SceneKind = Extract<JudgedKind, 'feed' | 'pins' | 'paper'>;
export type Leases = Readonly<Record<Who, number>>;

/** One honest intent of the seeding, in order. */
export interface SeedStep {
  kind: SceneKind;
  who: Who;
  bytes: Uint8Array;
}

export interface Scene {
  leases: Leases;
  /** The relay's copies, by kind of document. */
  docs: Readonly<Record<SceneKind, Y.Doc>>;
  ids: {
    annas: string;
    mashas: string;
    petyas: string;
    /** Masha wrote and deleted it. */
    gone: string;
    /** Anna's message that shares `paper`. */
    sharing: string;
    paper: string;
    annasEdit: string;
  };
}

/** Makes the scene; `persons` are the ids under which the school knows the three. */
export function makeScene(
  leases: Leases,
  persons: Readonly<Record<Who, string>> = NAMES,
): Scene & { steps: SeedStep[] } {
  const docs = { feed: new Y.Doc(), pins: new Y.Doc(), paper: new Y.Doc() };
  for (const kind of Object.keys(docs) as SceneKind[]) prepare(docs[kind], SHAPES[kind]);
  const steps: SeedStep[] = [];
  const ids = {
    annas: idOf(leases.anna, 1),
    mashas: idOf(leases.masha, 1),
    petyas: idOf(leases.petya, 1),
    gone: idOf(leases.masha, 2),
    sharing: idOf(leases.anna, 2),
    paper: idOf(leases.anna, 3),
    annasEdit: editKey(idOf(leases.anna, 1), idOf(leases.anna, 4)),
  };
  const write = (kind: SceneKind, who: Who, change: (doc: Y.Doc) => void): void => {
    const doc = docs[kind];
    const relay = doc.clientID;
    doc.clientID = leases[who];
    doc.once('update', (bytes: Uint8Array) => steps.push({ kind, who, bytes }));
    doc.transact(() => change(doc));
    doc.clientID = relay;
  };
  const say = (who: Who, id: string, text: string, more: object = {}): void =>
    write('feed', who, (doc) => {
      doc.getMap('messages').set(id, { by: persons[who], at: AT, text, ...more });
    });
  say('anna', ids.annas, 'Завтра контрольная');
  say('masha', ids.mashas, 'А что повторить? 📚');
  say('petya', ids.petyas, 'Ой');
  say('masha', ids.gone, 'Не туда');
  write('feed', 'masha', (doc) => doc.getMap('messages').delete(ids.gone));
  write('feed', 'anna', (doc) =>
    doc.getMap('edits').set(ids.annasEdit, { at: AT, text: 'Завтра контрольная, §12' }),
  );
  write('feed', 'masha', (doc) => doc.getMap('reactions').set(reactionKey(ids.annas, persons.masha), '👍'));
  write('feed', 'anna', (doc) => {
    doc.getMap('messages').set(ids.sharing, { by: persons.anna, at: AT, text: 'План', paper: ids.paper });
    doc.getMap('papers').set(ids.paper, { by: persons.anna, title: 'План урока', edit: 'everyone' });
  });
  write('pins', 'anna', (doc) => doc.getMap('pins').set(ids.annas, { by: persons.anna, at: AT }));
  write('paper', 'anna', (doc) => {
    doc.getMap('paper').set('schema', 1);
    doc
      .getXmlFragment('body')
      .insert(0, [paragraph('План урока', 'heading'), paragraph('Повторить §12 😀 вместе')]);
  });
  write('paper', 'masha', (doc) => {
    const run = (doc.getXmlFragment('body').get(1) as Y.XmlElement).get(0) as Y.XmlText;
    run.insert(9, ' и §13');
    run.format(0, 4, { bold: {} });
  });
  return { leases, docs, ids, steps };
}

/** The next clock of a person's lease in a document. */
export function clockOf(scene: Scene, kind: SceneKind, who: Who): number {
  return Y.getState(scene.docs[kind].store, scene.leases[who]);
}

/** Id of the last item under a key of a root map. */
export function lastUnder(
  scene: Scene,
  kind: SceneKind,
  root: string,
  key: string,
): readonly [number, number] {
  const item = scene.docs[kind].getMap(root)._map.get(key);
  if (!item) throw new Error(`nothing under ${key}`);
  return [item.id.client, item.id.clock + item.length - 1];
}

/** The text run of a top node of the paper. */
export function runOf(scene: Scene, index: number): Y.XmlText {
  return (scene.docs.paper.getXmlFragment('body').get(index) as Y.XmlElement).get(0) as Y.XmlText;
}

export const AT = 1_760_000_000_000;
const NAMES: Readonly<Record<Who, string>> = { anna: 'anna', masha: 'masha', petya: 'petya' };

function paragraph(text: string, node = 'paragraph'): Y.XmlElement {
  const element = new Y.XmlElement(node);
  if (node === 'heading') element.setAttribute('level', 2 as never);
  element.insert(0, [new Y.XmlText(text)]);
  return element;
}
