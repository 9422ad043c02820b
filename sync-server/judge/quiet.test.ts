import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { SHAPES } from '#shared/ops/shapes.ts';
import { Random, seedOf } from '../../tests/fuzz/random.ts';
import { applyExamined } from './apply.ts';
import { examine } from './examine.ts';
import { prepare } from './shape.ts';

const SEED = 20_261_124;
const STEPS = 1_500;
const WORDS = ['а', 'слово ', 'ещё раз, ', '\n'];

function fresh(lease?: number): Y.Doc {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  if (lease !== undefined) doc.clientID = lease;
  return doc;
}

/** Three people in one paper, each behind the others by what has not reached them yet. */
class Table {
  readonly relay = fresh();
  readonly stock = fresh();
  readonly #random: Random;
  readonly #hands = [7_001, 7_002, 7_003].map((lease) => ({
    lease,
    doc: fresh(lease),
    coming: [] as Uint8Array[],
  }));

  constructor(random: Random) {
    this.#random = random;
  }

  step(): void {
    const random = this.#random;
    const hand = random.pick(this.#hands);
    if (random.chance(0.5))
      for (const update of hand.coming.splice(0)) Y.applyUpdate(hand.doc, update, 'line');
    const sent: Uint8Array[] = [];
    const keep = (bytes: Uint8Array, origin: unknown) => {
      if (origin !== 'line') sent.push(bytes);
    };
    hand.doc.on('update', keep);
    hand.doc.transact(() => write(hand.doc, random));
    hand.doc.off('update', keep);
    for (const update of sent) {
      const examined = examine(this.relay, SHAPES.paper, update, { lease: hand.lease, numbered: true });
      if (!examined.ok) throw new Error(examined.says);
      expect(applyExamined(this.relay, examined)).toMatchObject({ ok: true });
      Y.applyUpdate(this.stock, update);
      for (const other of this.#hands) if (other !== hand) other.coming.push(update);
    }
  }
}

function write(doc: Y.Doc, random: Random): void {
  const body = doc.getXmlFragment('body');
  const node = body.length > 0 ? body.get(random.below(body.length)) : undefined;
  const run = node instanceof Y.XmlElement ? node.get(0) : undefined;
  const dice = random.below(10);
  if (!(run instanceof Y.XmlText) || dice === 0) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText('Новый абзац')]);
    body.insert(random.below(body.length + 1), [paragraph]);
  } else if (dice === 1 && body.length > 3) body.delete(random.below(body.length - 1), 1);
  else if (dice === 2) (node as Y.XmlElement).setAttribute('level', (1 + random.below(6)) as never);
  else if (dice === 3)
    run.format(0, Math.min(3, run.length), random.chance(0.5) ? { bold: {} } : { bold: null });
  else if (dice < 6 && run.length > 4) run.delete(random.below(run.length - 3), 2);
  else run.insert(random.below(run.length + 1), random.pick(WORDS));
}

test(`[R114] a paper that three people write keeps the structs that Yjs would keep, one for one (seed ${SEED})`, () => {
  const table = new Table(new Random(seedOf(SEED, 0)));
  for (let step = 0; step < STEPS; step++) {
    table.step();
    const [ours, theirs] = [table.relay, table.stock].map((doc) => Buffer.from(Y.encodeStateAsUpdate(doc)));
    expect(ours?.equals(theirs as Buffer), `step ${step}`).toBe(true);
  }
  expect(table.relay.getXmlFragment('body').toString().length).toBeGreaterThan(1_000);
  expect(table.relay._transaction).toBe(null);
});

test('[R114] a document that answers what a stock client sent with a change of its own is not used any more', () => {
  const written = fresh(7_001);
  written.getXmlFragment('body').push([new Y.XmlElement('paragraph')]);
  const relay = fresh();
  Y.applyUpdate(relay, Y.encodeStateAsUpdate(written));
  // It comes back with what the relay has, of another, and something new.
  const hand = fresh(7_002);
  Y.applyUpdate(hand, Y.encodeStateAsUpdate(written));
  hand.clientID = 7_002;
  hand.getXmlFragment('body').push([new Y.XmlElement('paragraph')]);
  const examined = examine(relay, SHAPES.paper, Y.encodeStateAsUpdate(hand), {
    lease: 7_002,
    numbered: false,
  });
  if (!examined.ok) throw new Error(examined.says);
  relay.once('afterTransaction', () => relay.getXmlFragment('body').push([new Y.XmlElement('heading')]));
  expect(applyExamined(relay, examined)).toMatchObject({ ok: false, broken: true });
});
