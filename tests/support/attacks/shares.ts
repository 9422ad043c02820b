/** What a pupil may not do with the papers that a chat shares. */
import { idOf } from '#shared/feed/shape.ts';
import { lastUnder } from '../scene.ts';
import { type Attack, over, set, words } from './attack.ts';
import { deleting, tell } from './tell.ts';

export const SHARES: Attack[] = [
  tell({
    name: 'rights to the teacher’s paper taken',
    rule: 'R207',
    code: 'only-owner-shares',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'papers', scene.ids.paper), { by: 'anna', title: 'План', edit: 'owner' }),
    ],
  }),
  tell({
    name: 'the teacher’s paper made one’s own',
    rule: 'R207',
    code: 'only-owner-shares',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'papers', scene.ids.paper), {
        by: 'petya',
        title: 'План',
        edit: 'owner',
      }),
    ],
  }),
  tell({
    name: 'the owner of a paper changed by its owner',
    rule: 'R207',
    by: 'anna',
    code: 'not-allowed',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'papers', scene.ids.paper), {
        by: 'masha',
        title: 'План',
        edit: 'owner',
      }),
    ],
  }),
  {
    name: 'a paper’s entry deleted',
    rule: 'R207',
    doc: 'feed',
    by: 'anna',
    code: 'not-allowed',
    build: (scene) => deleting(scene, [['papers', scene.ids.paper]]),
  },
  tell({
    name: 'a paper without a message that shares it',
    rule: 'R206',
    code: 'bad-value',
    structs: (own) => [set('papers', own.fresh(), { by: 'petya', title: 'Мой', edit: 'owner' })],
  }),
  tell({
    name: 'a paper in the teacher’s name',
    rule: 'R206',
    code: 'not-yours',
    structs: (own) => [
      set('messages', own.fresh(), words('вот', { paper: own.fresh(1) })),
      set('papers', own.fresh(1), { by: 'anna', title: 'Мой', edit: 'owner' }),
    ],
  }),
  tell({
    name: 'a paper under an id of the teacher’s lease',
    rule: 'R206',
    code: 'not-yours',
    structs: (own, scene) => [
      set('messages', own.fresh(), words('вот', { paper: idOf(scene.leases.anna, 60) })),
      set('papers', idOf(scene.leases.anna, 60), { by: 'petya', title: 'Мой', edit: 'owner' }),
    ],
  }),
  tell({
    name: 'a paper with rights that do not exist',
    rule: 'R206',
    code: 'bad-value',
    structs: (own) => [
      set('messages', own.fresh(), words('вот', { paper: own.fresh(1) })),
      set('papers', own.fresh(1), { by: 'petya', title: 'Мой', edit: 'admins' }),
    ],
  }),
  tell({
    name: 'the teacher’s paper shared again by a pupil',
    rule: 'R206',
    code: 'bad-value',
    structs: (own, scene) => [set('messages', own.fresh(), words('вот', { paper: scene.ids.paper }))],
  }),
  tell({
    name: 'two messages that share one new paper',
    rule: 'R206',
    code: 'bad-value',
    structs: (own) => [
      set('messages', own.fresh(0), words('вот', { paper: own.fresh(2) })),
      set('messages', own.fresh(1), words('вот', { paper: own.fresh(2) })),
      set('papers', own.fresh(2), { by: 'petya', title: 'Мой', edit: 'owner' }),
    ],
  }),
];
