/** Landing where one may not: through neighbours, parents, roots and keys. */
import { dead, type Id, mark, node, one, text, textRun, value } from '../craft.ts';
import { lastUnder, runOf, type Scene } from '../scene.ts';
import { type Attack, hand, over, set, words } from './attack.ts';

function topNode(scene: Scene, index: number): Id {
  const item = runOf(scene, index).parent?._item;
  if (!item) throw new Error('paper is empty');
  return [item.id.client, item.id.clock];
}
function runId(scene: Scene, index: number): Id {
  const item = runOf(scene, index)._item;
  if (!item) throw new Error('paper is empty');
  return [item.id.client, item.id.clock];
}
function firstIn(scene: Scene, index: number): Id {
  const item = runOf(scene, index)._start;
  if (!item) throw new Error('text is empty');
  return [item.id.client, item.id.clock];
}
/** The clock of the first half of the emoji in the paper's second paragraph. */
export function emojiHalf(scene: Scene): Id {
  for (let item = runOf(scene, 1)._start; item; item = item.right) {
    const at = (item.content as { str?: string }).str?.indexOf('😀') ?? -1;
    if (at >= 0) return [item.id.client, item.id.clock + at];
  }
  throw new Error('the emoji is gone');
}

export const PLACES: Attack[] = [
  {
    name: 'an origin-only struct that aims at another’s message (#1)',
    rule: 'R105',
    doc: 'feed',
    code: 'not-yours',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [
        over(lastUnder(scene, 'feed', 'messages', scene.ids.annas), words('Я дурак', { by: 'anna' })),
      ]);
    },
  },
  {
    name: 'neighbours under different keys (#11)',
    rule: 'R105',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      const left = lastUnder(scene, 'feed', 'messages', scene.ids.petyas);
      const right = lastUnder(scene, 'feed', 'messages', scene.ids.annas);
      return one(lease, clock, [value(words(), { left, right })]);
    },
  },
  {
    name: 'neighbours in different paragraphs (#11)',
    rule: 'R105',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('а', { left: firstIn(scene, 0), right: firstIn(scene, 1) })]);
    },
  },
  {
    name: 'a thousand unknown roots (#9)',
    rule: 'R106',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(
        lease,
        clock,
        Array.from({ length: 1_000 }, (_, i) => set(`root${i}`, 'k', 1)),
      );
    },
  },
  {
    name: 'a root named like a thing that every object has',
    rule: 'R106',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [set('__proto__', 'k', 1)]);
    },
  },
  {
    name: 'list content in a root used as a map (#13)',
    rule: 'R106',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [value('тайник', { root: 'messages' })]);
    },
  },
  {
    name: 'characters under a key of a map',
    rule: 'R106',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [text('тайник', { root: 'messages', sub: fresh() })]);
    },
  },
  {
    name: 'a node under a key of a map',
    rule: 'R106',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [node('paragraph', { root: 'messages', sub: fresh() })]);
    },
  },
  {
    name: 'a value as the parent of another',
    rule: 'R105',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [
        value(1, { parent: lastUnder(scene, 'feed', 'messages', scene.ids.petyas), sub: 'x' }),
      ]);
    },
  },
  {
    name: 'one’s own value as the parent of another',
    rule: 'R105',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh, own } = hand(scene, 'feed');
      return one(lease, clock, [set('messages', fresh(), words()), value(1, { parent: own(0), sub: 'x' })]);
    },
  },
  {
    name: 'a key on the root of a paper',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [value('тайник', { root: 'body', sub: 'x' })]);
    },
  },
  {
    name: 'characters at the root of a paper',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('тайник', { root: 'body' })]);
    },
  },
  {
    name: 'a text run at the root of a paper',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [textRun({ root: 'body' })]);
    },
  },
  {
    name: 'characters right in a node',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('тайник', { parent: topNode(scene, 0) })]);
    },
  },
  {
    name: 'a mark right in a node, which breaks Yjs’ own view of it',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [mark('bold', {}, { parent: topNode(scene, 0) })]);
    },
  },
  {
    name: 'a node inside a text run',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [node('paragraph', { left: firstIn(scene, 0) })]);
    },
  },
  {
    name: 'a key on a text run',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [value('тайник', { parent: runId(scene, 0), sub: 'x' })]);
    },
  },
  {
    name: 'characters as an attribute',
    rule: 'R106',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('2', { parent: topNode(scene, 0), sub: 'level' })]);
    },
  },
  {
    name: 'a right neighbour on the left of the left one',
    rule: 'R114',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const [client, first] = firstIn(scene, 0);
      return one(lease, clock, [text('да', { left: [client, first + 6], right: [client, first + 3] })]);
    },
  },
  {
    name: 'a right neighbour that is the left one',
    rule: 'R114',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const at = firstIn(scene, 0);
      return one(lease, clock, [text('да', { left: at, right: at })]);
    },
  },
  {
    name: 'a right neighbour in a piece of text behind which the left one stands',
    rule: 'R114',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const words = text('давайте', { left: firstIn(scene, 0) });
      const backwards = text('нет', { left: [lease, clock + 5], right: [lease, clock + 2] });
      return one(lease, clock, [words, backwards]);
    },
  },
  {
    name: 'a neighbour in the middle of an emoji, which Yjs would break for everybody',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const [client, half] = emojiHalf(scene);
      return one(lease, clock, [text('а', { left: [client, half], right: [client, half + 1] })]);
    },
  },
  {
    name: 'a right neighbour in the middle of an emoji',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const [client, half] = emojiHalf(scene);
      return one(lease, clock, [text('а', { right: [client, half + 1] })]);
    },
  },
  {
    name: 'a neighbour in the middle of an emoji of the same update',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [
        text('а😀б', { left: firstIn(scene, 0) }),
        text('в', { left: own(1), right: own(2) }),
      ]);
    },
  },
  {
    name: 'nodes nested deeper than any paper',
    rule: 'R110',
    doc: 'paper',
    code: 'too-long',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(
        lease,
        clock,
        Array.from({ length: 40 }, (_, i) =>
          node('blockquote', i === 0 ? { root: 'body' } : { parent: own(i - 1) }),
        ),
      );
    },
  },
  {
    name: 'something dead written into another’s message, taking it along',
    rule: 'R203',
    doc: 'feed',
    code: 'only-leads-moderate',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [dead(1, { left: lastUnder(scene, 'feed', 'messages', scene.ids.annas) })]);
    },
  },
];
