/** Landing where one may not: between neighbours that are not, and through parents that are none. */
import { one, text, value } from '../craft.ts';
import { lastUnder } from '../scene.ts';
import { type Attack, hand, over, set, words } from './attack.ts';
import { emojiHalf, firstIn } from './spots.ts';

export const NEIGHBOURS: Attack[] = [
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
];
