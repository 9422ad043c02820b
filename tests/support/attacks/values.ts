/** Numbers, strings and values in another form than the one they have. */
import { inOrder, mark, node, one, raw, str, struct, textRun, uint } from '../craft.ts';
import { lastUnder } from '../scene.ts';
import { type Attack, hand } from './attack.ts';

export const VALUES: Attack[] = [
  {
    name: 'a whole number in a longer form than it needs',
    rule: 'R102',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [
        struct(
          8,
          { left: lastUnder(scene, 'paper', 'paper', 'schema') },
          inOrder(uint(1), raw(125, 0x81, 0x00)),
        ),
      ]);
    },
  },
  {
    name: 'a number in a longer form than it needs',
    rule: 'R102',
    doc: 'feed',
    code: 'malformed',
    build: () => new Uint8Array([0x80, 0x00, 0x00]),
  },
  {
    name: 'a number beyond the safe integers',
    rule: 'R102',
    doc: 'feed',
    code: 'malformed',
    build: () =>
      new Uint8Array([1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0, 0, 1, 0]),
  },
  {
    name: 'a string that is not UTF-8',
    rule: 'R102',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const broken = inOrder(uint(1), raw(119, 4, 0x61, 0xed, 0xa0, 0x80));
      return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, broken)]);
    },
  },
  {
    name: 'a value that changes its prototype',
    rule: 'R102',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const sly = inOrder(
        uint(1),
        raw(118),
        uint(1),
        str('__proto__'),
        raw(118),
        uint(1),
        str('by'),
        raw(119),
        str('anna'),
      );
      return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, sly)]);
    },
  },
  {
    name: 'a value with one key twice',
    rule: 'R102',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const twice = inOrder(
        uint(1),
        raw(118),
        uint(2),
        str('by'),
        raw(119),
        str('petya'),
        str('by'),
        raw(119),
        str('anna'),
      );
      return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, twice)]);
    },
  },
  ...(
    [
      ['undefined', raw(127)],
      ['a bigint', raw(122, 0, 0, 0, 0, 0, 0, 0, 1)],
      ['bytes', raw(116, 1, 7)],
      ['NaN', raw(123, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0)],
    ] as const
  ).map(
    ([what, content]): Attack => ({
      name: `${what} instead of a JSON value`,
      rule: 'R102',
      doc: 'feed',
      code: 'bad-value',
      build(scene) {
        const { lease, clock, fresh } = hand(scene, 'feed');
        return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, inOrder(uint(1), content))]);
      },
    }),
  ),
  {
    name: 'a mark that is not JSON',
    rule: 'R102',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [
        node('paragraph', { root: 'body' }),
        textRun({ parent: own(0) }),
        struct(6, { parent: own(1) }, inOrder(str('bold'), str('{'))),
      ]);
    },
  },
  {
    name: 'a mark that holds a value of the wrong kind',
    rule: 'R231',
    doc: 'paper',
    code: 'bad-value',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [
        node('paragraph', { root: 'body' }),
        textRun({ parent: own(0) }),
        mark('bold', 'yes', { parent: own(1) }),
      ]);
    },
  },
];
