/** Bytes that Yjs reads at a price, in two ways, or not to the end. */
import {
  craft,
  dead,
  gc,
  inOrder,
  mark,
  nested,
  node,
  one,
  raw,
  skip,
  str,
  struct,
  text,
  textRun,
  uint,
  values,
} from '../craft.ts';
import { lastUnder, runOf } from '../scene.ts';
import { type Attack, hand, set, words } from './attack.ts';

const deepAny = (depth: number) => inOrder(...Array.from({ length: depth }, () => raw(117, 1)), raw(126));

export const BYTES: Attack[] = [
  {
    name: 'the same client block twice (#5)',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const block = (id: string) => ({ client: lease, clock, structs: [set('messages', id, words())] });
      return craft({ blocks: [block(fresh(0)), block(fresh(1))] });
    },
  },
  {
    name: 'trailing bytes (#6)',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [set('messages', fresh(), words())], { tail: [0] });
    },
  },
  {
    name: 'a struct count of 33 million in seven bytes (#7)',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: () => craft({ blocks: [{ client: 1, clock: 0, structs: [], count: 33_000_000 }] }),
  },
  {
    name: 'a delete-range count of 33 million',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: () => new Uint8Array([0, 1, 5, 0xc0, 0x8c, 0xde, 0x0f]),
  },
  {
    name: 'a count of client blocks beyond the bytes',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: () => new Uint8Array([0xff, 0xff, 0xff, 0x7f, 0]),
  },
  {
    name: 'an array count beyond the bytes',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const huge = inOrder(uint(1), raw(117), uint(2 ** 31));
      return one(lease, clock, [struct(8, { root: 'messages', sub: fresh() }, huge)]);
    },
  },
  {
    name: 'a string longer than the bytes',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [inOrder(raw(8, 1), uint(5_000), raw(0x6d))]);
    },
  },
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
    name: 'a float cut off',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      const cut = struct(8, { root: 'messages', sub: fresh() }, inOrder(uint(1), raw(123, 0x40)));
      return one(lease, clock, [cut]).subarray(0, -1);
    },
  },
  {
    name: 'nothing at all',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: () => new Uint8Array(),
  },
  {
    name: 'an update cut off in its last value',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock, [set('messages', fresh(), words())]).subarray(0, -8);
    },
  },
  {
    name: 'an empty client block',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: (scene) => {
      const { lease, clock } = hand(scene, 'feed');
      return craft({ blocks: [{ client: lease, clock, structs: [] }], deletes: [[lease, [[0, 1]]]] });
    },
  },
  {
    name: 'an empty list of delete ranges',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: (scene) =>
      craft({
        deletes: [
          [scene.leases.petya, []],
          [
            scene.leases.masha,
            [
              [1, 1],
              [2, 1],
            ],
          ],
        ],
      }),
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
  {
    name: 'the second version of the format, a run-length bomb (#12)',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build: () =>
      new Uint8Array([
        0, 0, 6, 1, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0,
        0,
      ]),
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
    name: 'an empty string, which takes no clock',
    rule: 'R101',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [
        node('paragraph', { root: 'body' }),
        textRun({ parent: own(0) }),
        text('', { parent: own(1) }),
      ]);
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
    name: 'a parent that is neither a root nor an id',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [inOrder(raw(8, 2), str('messages'), uint(1), raw(126))]);
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
