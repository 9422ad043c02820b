/** More, longer or deeper than any update: what would be read at a price. */
import { dead, inOrder, mark, node, one, raw, str, struct, textRun, uint } from '../craft.ts';
import { runOf } from '../scene.ts';
import { type Attack, hand, set, words } from './attack.ts';

const deepAny = (depth: number) => inOrder(...Array.from({ length: depth }, () => raw(117, 1)), raw(126));

export const SIZES: Attack[] = [
  {
    name: 'a value nested a little deeper than values are',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, inOrder(uint(1), deepAny(8)))]);
    },
  },
  {
    name: 'a mark of 3 000 parts',
    rule: 'R110',
    doc: 'paper',
    code: 'too-long',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [
        node('paragraph', { root: 'body' }),
        textRun({ parent: own(0) }),
        mark(
          'bold',
          Array.from({ length: 3_000 }, () => 0),
          { parent: own(1) },
        ),
      ]);
    },
  },
  {
    name: 'nested values 20 000 deep (#10)',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [
        struct(8, { root: 'messages', sub: fresh() }, inOrder(uint(1), deepAny(20_000))),
      ]);
    },
  },
  {
    name: 'a mark whose JSON is 10 000 deep',
    rule: 'R110',
    doc: 'paper',
    code: 'too-long',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const last = runOf(scene, 1)._start;
      if (!last) throw new Error('paper is empty');
      const json = '['.repeat(10_000) + ']'.repeat(10_000);
      return one(lease, clock, [
        struct(6, { left: [last.id.client, last.id.clock] }, inOrder(str('bold'), str(json))),
      ]);
    },
  },
  {
    name: 'a value of 3 000 parts',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [
        set(
          'messages',
          fresh(),
          Array.from({ length: 3_000 }, () => 0),
        ),
      ]);
    },
  },
  {
    name: '6 000 structs',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'feed');
      const structs = Array.from({ length: 6_000 }, (_, i) =>
        i === 0 ? dead(1, { root: 'messages', sub: 'x' }) : dead(1, { left: own(i - 1) }),
      );
      return one(lease, clock, structs);
    },
  },
  {
    name: 'an update over the cap of bytes',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [set('messages', fresh(), words('я'.repeat(40_000)))]);
    },
  },
];
