import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { LARGE_SHAPES, SHAPES } from '#shared/ops/shapes.ts';
import { Random, seedOf } from '../../tests/fuzz/random.ts';
import { applyExamined } from './apply.ts';
import { examine } from './examine.ts';
import { prepare } from './shape.ts';

const SEED = 20_261_126;
const PAPERS = 300;
const EDITS = 60;
const MASHA = 7_001;
const PETYA = 7_002;

function copy(of: Uint8Array, lease?: number): Y.Doc {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  Y.applyUpdate(doc, of);
  if (lease !== undefined) doc.clientID = lease;
  return doc;
}

function paragraph(words: string): Y.XmlElement {
  const node = new Y.XmlElement('paragraph');
  node.insert(0, [new Y.XmlText(words)]);
  return node;
}

/** What hands do in an editor: type, delete, mark, split, and think better of it. */
function edit(doc: Y.Doc, random: Random, undo: Y.UndoManager): void {
  const body = doc.getXmlFragment('body');
  const at = random.below(body.length);
  const run = (body.get(at) as Y.XmlElement).get(0) as Y.XmlText;
  const dice = random.below(14);
  doc.transact(() => {
    if (dice === 0) body.insert(at, [paragraph('Новый абзац')]);
    else if (dice === 1 && body.length > 2) body.delete(at, 1);
    else if (dice === 2) run.format(random.below(run.length), Math.min(3, run.length), { bold: {} });
    else if (dice === 3 && run.length > 4) {
      const tail = run
        .toString()
        .replace(/<[^>]*>/g, '')
        .slice(3);
      run.delete(3, run.length - 3);
      body.insert(at + 1, [paragraph(tail)]);
    } else if (dice < 6 && run.length > 4) run.delete(random.below(run.length - 3), 2);
    else run.insert(random.below(run.length + 1), random.pick(['а', 'слово ', 'ещё раз, ']));
  }, 'hand');
  if (dice === 12) undo.undo();
  if (dice === 13) undo.redo();
}

test(`[R114] what an editor writes in an hour without a network is taken, whatever others wrote meanwhile (seed ${SEED})`, () => {
  for (let paper = 0; paper < PAPERS; paper++) {
    const random = new Random(seedOf(SEED, paper));
    const first = new Y.Doc();
    first.clientID = 7_000;
    first.getXmlFragment('body').insert(0, [paragraph('Повторить параграф'), paragraph('и §13')]);
    const start = Y.encodeStateAsUpdate(first);
    const relay = copy(start);
    const masha = copy(start, MASHA);
    const petya = copy(start, PETYA);
    const sent: Uint8Array[] = [];
    masha.on('update', (bytes: Uint8Array) => sent.push(bytes));
    const before = Y.encodeStateVector(masha);
    const undos = [masha, petya].map(
      (doc) =>
        new Y.UndoManager(doc.getXmlFragment('body'), {
          trackedOrigins: new Set(['hand']),
          captureTimeout: 0,
        }),
    );
    for (let i = 0; i < EDITS; i++) edit(masha, random, undos[0] as Y.UndoManager);
    for (let i = 0; i < EDITS; i++) edit(petya, random, undos[1] as Y.UndoManager);
    Y.applyUpdate(relay, Y.encodeStateAsUpdate(petya));
    const numbered = random.chance(0.5);
    const bytes = numbered ? Y.mergeUpdates(sent) : Y.encodeStateAsUpdate(masha, before);
    const examined = examine(relay, LARGE_SHAPES.paper, bytes, { lease: MASHA, numbered });
    expect(examined, `paper ${paper}, numbered: ${numbered}`).toMatchObject({ ok: true });
    if (!examined.ok) continue;
    expect(applyExamined(relay, examined)).toMatchObject({ ok: true });
    Y.applyUpdate(petya, bytes);
    expect(relay.getXmlFragment('body').toString()).toBe(petya.getXmlFragment('body').toString());
  }
});
