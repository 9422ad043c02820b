/** What a pupil may not do in a chat, written honestly enough to be understood. */
import { editKey, idOf, reactionKey } from '#shared/feed/shape.ts';
import { dead } from '../craft.ts';
import { AT, lastUnder } from '../scene.ts';
import { type Attack, type Hand, over, set, words } from './attack.ts';
import { deleting, tell } from './tell.ts';

const message = (what: unknown) => (own: Hand) => [set('messages', own.fresh(), what)];

export const FEED: Attack[] = [
  ...(
    [
      ['a message signed by the teacher', 'not-yours', words('Уроков нет', { by: 'anna' })],
      ['a message without a text', 'bad-value', { by: 'petya', at: AT }],
      ['a message of nothing but invisible characters', 'bad-value', words('\u200b \u2060\u3164\u00ad')],
      ['a message with a field of its own', 'bad-value', words('привет', { html: '<b>' })],
      ['a message whose text is a list', 'bad-value', { by: 'petya', at: AT, text: ['привет'] }],
      ['a message that is a list', 'bad-value', [1, 2]],
      ['a message that is null', 'bad-value', null],
      ['a message from the year 300 000', 'bad-value', { by: 'petya', at: 9e15, text: 'привет' }],
      ['a message at half a millisecond', 'bad-value', { by: 'petya', at: AT + 0.5, text: 'привет' }],
      ['a message longer than a message', 'too-long', words('я'.repeat(4_097))],
      ['an answer to something that is no id', 'bad-value', words('да', { re: '../../etc' })],
      ['an answer whose target is an object', 'bad-value', words('да', { re: { id: 1 } })],
      ['a message that shares a paper nobody makes', 'bad-value', words('вот', { paper: idOf(1, 1) })],
    ] as [string, Attack['code'], unknown][]
  ).map(([name, code, what]) => tell({ name, rule: 'R200', code, structs: message(what) })),
  tell({
    name: 'a message under an id of the teacher’s lease',
    rule: 'R200',
    code: 'not-yours',
    structs: (_, scene) => [set('messages', idOf(scene.leases.anna, 99), words())],
  }),
  tell({
    name: 'a message under a key that is no id',
    rule: 'R200',
    code: 'bad-value',
    structs: () => [set('messages', 'toString', words())],
  }),
  tell({
    name: 'a message id with a leading zero, which reads as another’s lease',
    rule: 'R200',
    code: 'bad-value',
    structs: (own) => [set('messages', `0${own.lease.toString(36)}.1`, words())],
  }),
  tell({
    name: 'one’s own message written over',
    rule: 'R201',
    code: 'not-allowed',
    structs: (_, scene) => [over(lastUnder(scene, 'feed', 'messages', scene.ids.petyas), words('другое'))],
  }),
  tell({
    name: 'one’s own message written beside, without its origin',
    rule: 'R201',
    code: 'not-allowed',
    structs: (_, scene) => [set('messages', scene.ids.petyas, words('другое'))],
  }),
  tell({
    name: 'a deleted message brought back with other words',
    rule: 'R201',
    by: 'masha',
    code: 'not-allowed',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'messages', scene.ids.gone), words('другое', { by: 'masha' })),
    ],
  }),
  tell({
    name: 'two values for one new message',
    rule: 'R201',
    code: 'not-allowed',
    structs: (own) => [set('messages', own.fresh(), words('раз')), over(own.own(0), words('два'))],
  }),
  tell({
    name: 'the teacher’s message edited',
    rule: 'R202',
    code: 'not-yours',
    structs: (own, scene) => [
      set('edits', editKey(scene.ids.annas, own.fresh()), { at: AT, text: 'Контрольной нет' }),
    ],
  }),
  tell({
    name: 'an edit of one’s own message under another’s edit id',
    rule: 'R202',
    code: 'not-yours',
    structs: (_, scene) => [
      set('edits', editKey(scene.ids.petyas, idOf(scene.leases.anna, 50)), { at: AT, text: 'да' }),
    ],
  }),
  tell({
    name: 'an edit of a deleted message',
    rule: 'R202',
    by: 'masha',
    code: 'message-is-gone',
    structs: (own, scene) => [set('edits', editKey(scene.ids.gone, own.fresh()), { at: AT, text: 'да' })],
  }),
  tell({
    name: 'an edit without a message',
    rule: 'R202',
    code: 'bad-value',
    structs: (own) => [set('edits', own.fresh(), { at: AT, text: 'да' })],
  }),
  tell({
    name: 'an edit to nothing',
    rule: 'R202',
    code: 'bad-value',
    structs: (own, scene) => [set('edits', editKey(scene.ids.petyas, own.fresh()), { at: AT, text: ' ' })],
  }),
  tell({
    name: 'an edit with an author of its own',
    rule: 'R202',
    code: 'bad-value',
    structs: (own, scene) => [
      set('edits', editKey(scene.ids.petyas, own.fresh()), { at: AT, text: 'да', by: 'anna' }),
    ],
  }),
  tell({
    name: 'the teacher’s edit written over',
    rule: 'R202',
    code: 'not-yours',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'edits', scene.ids.annasEdit), { at: AT, text: 'Контрольной нет' }),
    ],
  }),
  {
    name: 'a message deleted while its history stays',
    rule: 'R204',
    doc: 'feed',
    by: 'anna',
    code: 'stale',
    build: (scene) => deleting(scene, [['messages', scene.ids.annas]]),
  },
  {
    name: 'history deleted while its message stays',
    rule: 'R204',
    doc: 'feed',
    by: 'anna',
    code: 'not-allowed',
    build: (scene) => deleting(scene, [['edits', scene.ids.annasEdit]]),
  },
  tell({
    name: 'a reaction in another’s name',
    rule: 'R205',
    code: 'not-yours',
    structs: (_, scene) => [set('reactions', reactionKey(scene.ids.annas, 'anna'), '🤡')],
  }),
  tell({
    name: 'another’s reaction changed',
    rule: 'R205',
    code: 'not-yours',
    structs: (_, scene) => [
      over(lastUnder(scene, 'feed', 'reactions', reactionKey(scene.ids.annas, 'masha')), '👎'),
    ],
  }),
  {
    name: 'another’s reaction taken back',
    rule: 'R205',
    doc: 'feed',
    code: 'not-yours',
    build: (scene) => deleting(scene, [['reactions', reactionKey(scene.ids.annas, 'masha')]]),
  },
  ...(
    [
      ['words instead of an emoji', 'дурак'],
      ['two emoji', '👍👍'],
      ['markup', '<b>'],
      ['an endless family', `👨${'\u200d👨'.repeat(20)}`],
      ['nothing', ''],
      ['a number', 5],
    ] as [string, unknown][]
  ).map(([what, reaction]) =>
    tell({
      name: `${what} as a reaction`,
      rule: 'R205',
      code: 'bad-value',
      structs: (_, scene) => [set('reactions', reactionKey(scene.ids.annas, 'petya'), reaction)],
    }),
  ),
  tell({
    name: 'a reaction to a message that is gone',
    rule: 'R205',
    code: 'message-is-gone',
    structs: (_, scene) => [set('reactions', reactionKey(scene.ids.gone, 'petya'), '👍')],
  }),
  tell({
    name: 'a reaction made on a state that is no longer current',
    rule: 'R209',
    by: 'masha',
    code: 'stale',
    structs: (_, scene) => [set('reactions', reactionKey(scene.ids.annas, 'masha'), '👎')],
  }),
  tell({
    name: 'a good message and a bad reaction in one update',
    rule: 'R100',
    code: 'not-yours',
    structs: (own, scene) => [
      set('messages', own.fresh(), words()),
      set('reactions', reactionKey(scene.ids.annas, 'anna'), '🤡'),
    ],
  }),
  tell({
    name: 'a blank under another’s id',
    rule: 'R200',
    code: 'not-yours',
    structs: (_, scene) => [dead(1, { root: 'messages', sub: idOf(scene.leases.anna, 98) })],
  }),
];
