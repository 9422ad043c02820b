import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { SHAPES } from '#shared/ops/shapes.ts';
import { Random, seedOf } from '../../tests/fuzz/random.ts';
import { type Id, one, text, type Write } from '../../tests/support/craft.ts';
import { applyExamined } from './apply.ts';
import { examine } from './examine.ts';
import { prepare } from './shape.ts';

const SEED = 20_261_125;
const PAPERS = 400;
const STRUCTS = 40;
const LEASES = [7_001, 7_002, 7_003];
const WORDS = ['а', 'слово ', 'ещё раз, '];

function fresh(): Y.Doc {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.paper);
  return doc;
}

/** A paragraph that three people have typed in, here and there. */
function typed(random: Random): Y.Doc {
  const doc = fresh();
  doc.clientID = LEASES[0] as number;
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('Повторить параграф')]);
  doc.getXmlFragment('body').insert(0, [paragraph]);
  const run = paragraph.get(0) as Y.XmlText;
  for (let i = 0; i < 6; i++) {
    doc.clientID = random.pick(LEASES);
    if (random.chance(0.3)) run.delete(random.below(run.length - 2), 2);
    else run.insert(random.below(run.length), random.pick(WORDS));
  }
  return doc;
}

const anywhere = (doc: Y.Doc, random: Random): Id => {
  const client = random.pick([...doc.store.clients.keys()]);
  return [client, random.below(Y.getState(doc.store, client))];
};
/** A few pieces of text in one update; the later ones stand beside the earlier ones, or inside of them. */
function several(doc: Y.Doc, lease: number, clock: number, random: Random): Write[] {
  const structs: Write[] = [];
  let next = clock;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const own = (): Id => [lease, clock + random.below(next - clock)];
    const some = () => (next > clock && random.chance(0.6) ? own() : anywhere(doc, random));
    const at = some();
    // Near one another is where it gets difficult.
    const near: Id = [at[0], Math.max(0, at[1] + random.below(5) - 2)];
    const word = random.pick(WORDS);
    structs.push(text(word, { left: at, right: random.chance(0.5) ? near : some() }));
    next += word.length;
  }
  return structs;
}
const bodyOf = (doc: Y.Doc) => doc.getXmlFragment('body').toString();

test(`[R114] wherever a struct says that it stands, who hears of it agrees with the relay, or it is refused (seed ${SEED})`, () => {
  let accepted = 0;
  for (let paper = 0; paper < PAPERS; paper++) {
    const random = new Random(seedOf(SEED, paper));
    const start = Y.encodeStateAsUpdate(typed(random));
    const live = fresh();
    Y.applyUpdate(live, start);
    const relay = fresh();
    Y.applyUpdate(relay, start);
    for (let i = 0; i < STRUCTS; i++) {
      const lease = random.pick(LEASES);
      const clock = Y.getState(relay.store, lease);
      const structs = several(relay, lease, clock, random);
      const numbered = random.chance(0.5);
      // What a stock client deletes beside what it writes is told in other bytes than it was sent in.
      const [client, dead] = anywhere(relay, random);
      const deletes: [number, [number, number][]][] = numbered ? [] : [[client, [[dead, 1]]]];
      const bytes = one(lease, clock, structs, { deletes });
      const examined = examine(relay, SHAPES.paper, bytes, { lease, numbered });
      if (!examined.ok) continue;
      const applied = applyExamined(relay, examined);
      if (!applied.ok) throw new Error(applied.says);
      accepted++;
      Y.applyUpdate(live, applied.update);
      expect(bodyOf(live), `paper ${paper}, struct ${i}`).toBe(bodyOf(relay));
    }
  }
  expect(accepted).toBeGreaterThan(PAPERS);
});
