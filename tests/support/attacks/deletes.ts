/** Delete sets that lie, cut, or cost more than they say. */
import { craft, one, text } from '../craft.ts';
import { clockOf, lastUnder, runOf } from '../scene.ts';
import { type Attack, hand } from './attack.ts';
import { emojiHalf } from './spots.ts';

export const DELETES: Attack[] = [
  {
    name: 'a delete range that ends in the victim’s future',
    rule: 'R108',
    doc: 'feed',
    code: 'missing-deps',
    build: (scene) => craft({ deletes: [[scene.leases.masha, [[0, clockOf(scene, 'feed', 'masha') + 10]]]] }),
  },
  {
    name: 'a delete range of one’s own future',
    rule: 'R108',
    doc: 'paper',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      const start = runOf(scene, 0)._start;
      if (!start) throw new Error('text is empty');
      return one(lease, clock, [text('а', { left: [start.id.client, start.id.clock] })], {
        deletes: [[lease, [[own(0)[1], 5]]]],
      });
    },
  },
  {
    name: 'a delete range of a client that nobody knows',
    rule: 'R108',
    doc: 'feed',
    code: 'missing-deps',
    build: () => craft({ deletes: [[424_242, [[0, 1]]]] }),
  },
  {
    name: 'overlapping delete ranges',
    rule: 'R108',
    doc: 'feed',
    code: 'malformed',
    build: (scene) =>
      craft({
        deletes: [
          [
            scene.leases.masha,
            [
              [0, 2],
              [1, 1],
            ],
          ],
        ],
      }),
  },
  {
    name: 'descending delete ranges',
    rule: 'R108',
    doc: 'feed',
    code: 'malformed',
    build: (scene) =>
      craft({
        deletes: [
          [
            scene.leases.masha,
            [
              [1, 1],
              [0, 1],
            ],
          ],
        ],
      }),
  },
  {
    name: 'delete ranges of one client in two lists',
    rule: 'R108',
    doc: 'feed',
    code: 'malformed',
    build: (scene) =>
      craft({
        deletes: [
          [scene.leases.masha, [[0, 1]]],
          [scene.leases.masha, [[1, 1]]],
        ],
      }),
  },
  {
    name: 'a delete range of no length',
    rule: 'R108',
    doc: 'feed',
    code: 'malformed',
    build: (scene) => craft({ deletes: [[scene.leases.masha, [[0, 0]]]] }),
  },
  {
    name: 'a delete range that overflows',
    rule: 'R108',
    doc: 'feed',
    code: 'malformed',
    build: (scene) => craft({ deletes: [[scene.leases.masha, [[0, Number.MAX_SAFE_INTEGER]]]] }),
  },
  {
    name: '6 000 delete ranges',
    rule: 'R110',
    doc: 'feed',
    code: 'too-long',
    build: (scene) =>
      craft({
        deletes: [
          [scene.leases.masha, Array.from({ length: 6_000 }, (_, i): [number, number] => [2 * i, 1])],
        ],
      }),
  },
  {
    name: 'half an emoji deleted',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const [client, half] = emojiHalf(scene);
      return craft({ deletes: [[client, [[half, 1]]]] });
    },
  },
  {
    name: 'the other half of an emoji deleted',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const [client, half] = emojiHalf(scene);
      return craft({ deletes: [[client, [[half + 1, 3]]]] });
    },
  },
  {
    name: 'half an emoji of the same update deleted',
    rule: 'R107',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      const start = runOf(scene, 0)._start;
      if (!start) throw new Error('text is empty');
      return one(lease, clock, [text('а😀', { left: [start.id.client, start.id.clock] })], {
        deletes: [[lease, [[clock + 2, 1]]]],
      });
    },
  },
  {
    name: 'another’s message deleted by a bare delete set',
    rule: 'R203',
    doc: 'feed',
    code: 'only-leads-moderate',
    build(scene) {
      const [client, clock] = lastUnder(scene, 'feed', 'messages', scene.ids.mashas);
      return craft({ deletes: [[client, [[clock, 1]]]] });
    },
  },
  {
    name: 'everything of another deleted in one range',
    rule: 'R203',
    doc: 'feed',
    code: 'only-leads-moderate',
    build: (scene) => craft({ deletes: [[scene.leases.anna, [[0, clockOf(scene, 'feed', 'anna')]]]] }),
  },
];
