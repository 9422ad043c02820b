/** Landing where one may not: roots, keys and nodes that hold something else. */
import { dead, mark, node, one, text, textRun, value } from '../craft.ts';
import { lastUnder } from '../scene.ts';
import { type Attack, hand, set } from './attack.ts';
import { firstIn, runId, topNode } from './spots.ts';

export const PLACES: Attack[] = [
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
