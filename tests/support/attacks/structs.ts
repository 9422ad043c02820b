/** Kinds of structs that Yjs knows and that have no business where they stand. */
import { gc, inOrder, nested, one, raw, skip, str, struct, uint, values } from '../craft.ts';
import { type Attack, hand, words } from './attack.ts';

export const STRUCTS: Attack[] = [
  ...(
    [
      ['old JSON content', 2, inOrder(uint(1), str('{}'))],
      ['binary content', 3, raw(1, 7)],
      ['an embed', 5, str('{}')],
      ['a subdocument', 9, inOrder(str('guid'), raw(118, 0))],
      ['an unknown kind of struct', 11, raw(0)],
    ] as const
  ).map(
    ([what, ref, content]): Attack => ({
      name: `${what} in a feed`,
      rule: 'R106',
      doc: 'feed',
      code: 'malformed',
      build(scene) {
        const { lease, clock, fresh } = hand(scene, 'feed');
        return one(lease, clock, [struct(ref, { root: 'messages', sub: fresh() }, content)]);
      },
    }),
  ),
  {
    name: 'two values in one struct',
    rule: 'R106',
    doc: 'feed',
    code: 'bad-value',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [values([words('раз'), words('два')], { root: 'messages', sub: fresh() })]);
    },
  },
  {
    name: 'a skipped range of clocks',
    rule: 'R103',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [skip(5)]);
    },
  },
  {
    name: 'a nested array, map, text or hook',
    rule: 'R106',
    doc: 'paper',
    code: 'bad-value',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [nested(1, { root: 'body' })]);
    },
  },
  {
    name: 'a collected struct that names neighbours',
    rule: 'R109',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [inOrder(raw(0x20), uint(3))]);
    },
  },
  {
    name: 'a collected struct 2^40 long in one’s own name',
    rule: 'R109',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [gc(2 ** 40)]);
    },
  },
  {
    name: 'two million characters that arrive dead',
    rule: 'R109',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [gc(2_000_000)]);
    },
  },
  {
    name: 'a collected struct where nothing is nested',
    rule: 'R109',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [gc(3)]);
    },
  },
];
