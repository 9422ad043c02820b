/** In another's name, out of turn, or waiting for something that never came. */
import * as Y from 'yjs';
import { craft, dead, gc, one, text, value } from '../craft.ts';
import { clockOf, lastUnder, runOf } from '../scene.ts';
import { type Attack, hand, over, set, words } from './attack.ts';

export const LEASES: Attack[] = [
  {
    name: 'a collected struct of 2^40 in the victim’s name (#2)',
    rule: 'R103',
    doc: 'feed',
    code: 'malformed',
    build: (scene) => one(scene.leases.masha, clockOf(scene, 'feed', 'masha'), [gc(2 ** 40)]),
  },
  {
    name: 'a small collected struct in the victim’s name',
    rule: 'R103',
    doc: 'paper',
    code: 'foreign-lease',
    build: (scene) => one(scene.leases.masha, clockOf(scene, 'paper', 'masha'), [gc(40)]),
  },
  {
    name: 'a message in the teacher’s name and lease',
    rule: 'R103',
    doc: 'feed',
    code: 'foreign-lease',
    build: (scene) =>
      one(scene.leases.anna, clockOf(scene, 'feed', 'anna'), [
        set('messages', `${scene.leases.anna.toString(36)}.zz`, words('Уроков нет', { by: 'anna' })),
      ]),
  },
  {
    name: 'one’s own block beside the victim’s',
    rule: 'R103',
    doc: 'feed',
    code: 'foreign-lease',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return craft({
        blocks: [
          { client: lease, clock, structs: [set('messages', fresh(), words())] },
          {
            client: scene.leases.masha,
            clock: clockOf(scene, 'feed', 'masha'),
            structs: [dead(1, { root: 'reactions', sub: 'x' })],
          },
        ],
      });
    },
  },
  {
    name: 'a struct of a lease that nobody has yet',
    rule: 'R103',
    doc: 'feed',
    code: 'foreign-lease',
    build: () => one(987_654, 0, [set('messages', `${(987_654).toString(36)}.1`, words())]),
  },
  {
    name: 'a gap before one’s own structs',
    rule: 'R104',
    doc: 'feed',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock + 1, [set('messages', fresh(), words())]);
    },
  },
  {
    name: 'one’s own clock going back',
    rule: 'R103',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock - 1, [
        dead(1, { root: 'messages', sub: 'x' }),
        set('messages', fresh(), words()),
      ]);
    },
  },
  {
    name: 'a struct waiting on a clock the victim has not sent (#3)',
    rule: 'R104',
    doc: 'feed',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      return one(lease, clock, [over([scene.leases.masha, clockOf(scene, 'feed', 'masha')], words('потом'))]);
    },
  },
  {
    name: 'what its author wrote after an update that was refused (#14)',
    rule: 'R104',
    doc: 'feed',
    code: 'missing-deps',
    build(scene) {
      const { lease, fresh } = hand(scene, 'feed');
      const own = new Y.Doc();
      Y.applyUpdate(own, Y.encodeStateAsUpdate(scene.docs.feed));
      own.clientID = lease;
      own.getMap('messages').set(scene.ids.annas, words('чужое'));
      const refused = Y.encodeStateVector(own);
      own.getMap('messages').set(fresh(), words('своё'));
      return Y.encodeStateAsUpdate(own, refused);
    },
  },
  {
    name: 'a right neighbour that nobody has sent',
    rule: 'R104',
    doc: 'paper',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('а', { right: [scene.leases.masha, 9_999] })]);
    },
  },
  {
    name: 'a parent that nobody has sent',
    rule: 'R104',
    doc: 'paper',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock } = hand(scene, 'paper');
      return one(lease, clock, [text('а', { parent: [555, 0] })]);
    },
  },
  {
    name: 'a delete set applied while its replacement waits (#4)',
    rule: 'R104',
    doc: 'feed',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock } = hand(scene, 'feed');
      const [client, last] = lastUnder(scene, 'feed', 'messages', scene.ids.petyas);
      return one(lease, clock, [over([scene.leases.masha, 9_000], words('замена'))], {
        deletes: [[client, [[last, 1]]]],
      });
    },
  },
  {
    name: 'a struct that refers to its own future (#8)',
    rule: 'R105',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, fresh, own } = hand(scene, 'feed');
      return one(lease, clock, [
        set('messages', fresh(), words()),
        over(own(2), words()),
        over(own(1), words()),
      ]);
    },
  },
  {
    name: 'a struct that is its own neighbour',
    rule: 'R105',
    doc: 'feed',
    code: 'malformed',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'feed');
      return one(lease, clock, [value(words(), { right: own(0) })]);
    },
  },
  {
    name: 'a struct inside itself',
    rule: 'R105',
    doc: 'paper',
    code: 'malformed',
    build(scene) {
      const { lease, clock, own } = hand(scene, 'paper');
      return one(lease, clock, [text('а', { parent: own(0) })]);
    },
  },
  {
    name: 'own structs behind a gap that nobody fills',
    rule: 'R103',
    doc: 'feed',
    code: 'missing-deps',
    build(scene) {
      const { lease, clock, fresh } = hand(scene, 'feed');
      return one(lease, clock + 1, [set('messages', fresh(), words())]);
    },
  },
  {
    name: 'a known struct of the victim sent again by a numbered hand',
    rule: 'R103',
    doc: 'paper',
    code: 'foreign-lease',
    build(scene) {
      const item = runOf(scene, 0)._start;
      if (!item) throw new Error('paper is empty');
      return one(scene.leases.anna, 0, [text('а', { parent: [scene.leases.anna, 0] })]);
    },
  },
];
