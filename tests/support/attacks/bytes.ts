/** Bytes that could be read in two ways, or not to the end. */
import { craft, inOrder, node, one, raw, str, struct, text, textRun, uint } from '../craft.ts';
import { type Attack, hand, set, words } from './attack.ts';

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
    name: 'a parent that is neither a root nor an id',
    rule: 'R101',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [inOrder(raw(8, 2), str('messages'), uint(1), raw(126))]);
    },
  },
];
