import { describe, expect, test } from 'vitest';
import { editKey, idOf, reactionKey } from '../feed/shape.ts';
import { ME_LIMITS } from '../me/policy.ts';
import { hrefFits } from '../papers/content.ts';
import { LIMITS } from '../school/limits.ts';
import { type ChatPlace, DEFAULT_MATRIX, type PaperPlace, type Place } from '../school/may.ts';
import type { Standing } from '../school/roles.ts';
import { type JudgedKind, judgeOps } from './judge-ops.ts';
import type { Json, Op } from './op.ts';
import type { PolicyContext, Ruling } from './policy.ts';

const CHAT: ChatPlace = {
  kind: 'chat',
  unit: '7a',
  audience: ['class-teacher', 'student'],
  people: {},
  matrix: DEFAULT_MATRIX,
};
const PAPER: PaperPlace = { kind: 'paper', chat: CHAT, owner: 'masha', edit: 'everyone' };
const MASHA: Standing = { person: 'masha', role: 'student', duties: { '7a': 'student' } };
const ANNA: Standing = { person: 'anna', role: 'teacher', duties: { '7a': 'class-teacher' } };
const LEASE = { masha: 71, anna: 72 } as const;
const AT = 1_760_000_000_000;
const mashas = idOf(LEASE.masha, 1);
const annas = idOf(LEASE.anna, 1);

interface Setting extends Partial<PolicyContext> {
  holds?: Record<string, Record<string, Json>>;
}
function ask(kind: JudgedKind, who: Standing, ops: Op[], { holds = {}, ...more }: Setting = {}): Ruling {
  const place: Place = kind === 'paper' ? PAPER : kind === 'me' ? { kind: 'me', person: 'masha' } : CHAT;
  return judgeOps(kind, ops, {
    who,
    place,
    owns: (lease) => lease === LEASE[who.person as 'masha'],
    read: (root, key) => holds[root]?.[key],
    keys: (root) => Object.keys(holds[root] ?? {}),
    paperExists: () => false,
    open: true,
    ...more,
  });
}
const set = (root: string, key: string, value: Json, prior?: Json): Op => ({
  op: 'map.set',
  root,
  key,
  value,
  prior: prior === undefined ? undefined : { value: prior, lease: 1 },
  chained: true,
  fresh: prior === undefined,
});
const drop = (root: string, key: string, value: Json): Op => ({
  op: 'map.delete',
  root,
  key,
  prior: { value, lease: 1 },
  current: true,
});
const message = (by: string, more: object = {}): Json => ({ by, at: AT, text: 'Здравствуйте', ...more });
const HELD = { messages: { [mashas]: message('masha'), [annas]: message('anna') } };

describe('feed', () => {
  test('[R200] Masha’s message is taken, and gets a place', () => {
    const id = idOf(LEASE.masha, 2);
    expect(ask('feed', MASHA, [set('messages', id, message('masha', { re: annas }))])).toMatchObject({
      ok: true,
      acts: [{ act: 'message.create', target: id }],
      effects: { places: [id], gone: [], papers: [] },
    });
  });

  test('[R208] a new message or paper meets a closed segment; edits, reactions and deletions go on', () => {
    const closed = { open: false, holds: HELD };
    const id = idOf(LEASE.masha, 2);
    const code = (ops: Op[]) => ask('feed', MASHA, ops, closed);
    expect(code([set('messages', id, message('masha'))])).toEqual({ ok: false, code: 'segment-closed' });
    expect(code([{ op: 'map.blank', root: 'messages', key: id, chained: true }])).toMatchObject({
      ok: false,
    });
    const paper = set('papers', id, { by: 'masha', title: 'Доклад', edit: 'owner' });
    expect(code([paper])).toEqual({ ok: false, code: 'segment-closed' });
    expect(code([set('edits', editKey(mashas, id), { at: AT, text: 'Добрый день' })])).toMatchObject({
      ok: true,
    });
    expect(code([set('reactions', reactionKey(annas, 'masha'), '👍')])).toMatchObject({ ok: true });
    expect(code([drop('messages', mashas, message('masha'))])).toMatchObject({ ok: true });
  });

  test('[R202] an edit is a new key with a place of its own; who may no longer write may not edit', () => {
    const id = idOf(LEASE.masha, 2);
    const edit = set('edits', editKey(mashas, id), { at: AT, text: 'Добрый день' });
    expect(ask('feed', MASHA, [edit], { holds: HELD })).toMatchObject({
      ok: true,
      effects: { places: [id] },
    });
    const place = { ...CHAT, matrix: { ...DEFAULT_MATRIX, write: 'staff' } } as const;
    expect(ask('feed', MASHA, [edit], { holds: HELD, place })).toEqual({
      ok: false,
      code: 'chat-is-read-only',
    });
  });

  test('[R203] Masha deletes her own message and not Anna Petrovna’s, who deletes both', () => {
    const own = drop('messages', mashas, message('masha'));
    const others = drop('messages', annas, message('anna'));
    expect(ask('feed', MASHA, [own])).toMatchObject({ ok: true, effects: { gone: [mashas] } });
    expect(ask('feed', MASHA, [others])).toEqual({ ok: false, code: 'only-leads-moderate' });
    expect(ask('feed', ANNA, [own, others])).toMatchObject({
      ok: true,
      acts: [{ act: 'message.moderate' }, { act: 'message.delete' }],
    });
  });

  test('[R204] a message is deleted with all its history, and may take others’ reactions along', () => {
    const key = editKey(mashas, idOf(LEASE.masha, 2));
    const reaction = reactionKey(mashas, 'anna');
    const holds = { ...HELD, edits: { [key]: { at: AT, text: 'да' } }, reactions: { [reaction]: '👍' } };
    const own = drop('messages', mashas, message('masha'));
    const history = drop('edits', key, { at: AT, text: 'да' });
    expect(ask('feed', MASHA, [own], { holds })).toEqual({ ok: false, code: 'stale' });
    expect(ask('feed', MASHA, [history], { holds })).toEqual({ ok: false, code: 'not-allowed' });
    expect(ask('feed', MASHA, [history, own, drop('reactions', reaction, '👍')], { holds })).toMatchObject({
      ok: true,
      effects: { gone: [mashas] },
    });
    expect(ask('feed', MASHA, [drop('reactions', reaction, '👍')], { holds })).toEqual({
      ok: false,
      code: 'not-yours',
    });
  });

  test('[R204] an edit and the deletion of its message in one update leave nothing behind', () => {
    const key = editKey(mashas, idOf(LEASE.masha, 2));
    const edit = set('edits', key, { at: AT, text: 'да' });
    const own = drop('messages', mashas, message('masha'));
    expect(ask('feed', MASHA, [edit, own], { holds: HELD })).toEqual({ ok: false, code: 'stale' });
    const history = drop('edits', key, { at: AT, text: 'да' });
    expect(ask('feed', MASHA, [edit, history, own], { holds: HELD })).toMatchObject({
      ok: true,
      effects: { places: [], gone: [mashas] },
    });
  });

  test.each(['👍', '❤️', '👩🏽‍🏫', '🇷🇺', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '✅'])('[R205] %s is a reaction', (emoji) => {
    const op = set('reactions', reactionKey(annas, 'masha'), emoji);
    expect(ask('feed', MASHA, [op], { holds: HELD })).toMatchObject({ ok: true });
  });

  test('[R205] a reaction is taken back even when new ones are off', () => {
    const place = { ...CHAT, matrix: { ...DEFAULT_MATRIX, react: 'nobody' } } as const;
    const key = reactionKey(annas, 'masha');
    expect(ask('feed', MASHA, [drop('reactions', key, '👍')], { holds: HELD, place })).toMatchObject({
      ok: true,
    });
    expect(ask('feed', MASHA, [set('reactions', key, '👍')], { holds: HELD, place })).toEqual({
      ok: false,
      code: 'reactions-are-off',
    });
  });

  test('[R206] a paper comes with the message that shares it, unless its id names another', () => {
    const paper = idOf(LEASE.masha, 5);
    const entry = { by: 'masha', title: 'Доклад', edit: 'owner' };
    const ops = [
      set('messages', idOf(LEASE.masha, 2), message('masha', { text: '', paper })),
      set('papers', paper, entry),
    ];
    expect(ask('feed', MASHA, ops)).toMatchObject({
      ok: true,
      effects: { papers: [{ paper, owner: 'masha', title: 'Доклад', edit: 'owner' }] },
    });
    expect(ask('feed', MASHA, ops, { paperExists: () => true })).toEqual({ ok: false, code: 'not-allowed' });
  });

  test('[R206] a message shares its own paper: no other one comes along, and none is shared twice', () => {
    const [first, second] = [idOf(LEASE.masha, 5), idOf(LEASE.masha, 6)];
    const paper = (id: string) => set('papers', id, { by: 'masha', title: 'Доклад', edit: 'owner' });
    const share = (id: string, n: number) =>
      set('messages', idOf(LEASE.masha, n), message('masha', { text: '', paper: id }));
    const both = [paper(first), paper(second), share(first, 2)];
    const refused = { ok: false, code: 'bad-value' };
    expect(ask('feed', MASHA, both)).toEqual(refused);
    expect(ask('feed', MASHA, [paper(first), share(first, 2), share(first, 3)])).toEqual(refused);
    expect(ask('feed', MASHA, [...both, share(second, 3)])).toMatchObject({ ok: true });
  });

  test('[R207] the owner and who moderates set a paper’s rights', () => {
    const was = { by: 'masha', title: 'Доклад', edit: 'owner' };
    const op = set('papers', idOf(LEASE.masha, 5), { ...was, edit: 'everyone' }, was);
    expect(ask('feed', MASHA, [op])).toMatchObject({
      ok: true,
      effects: { papers: [{ edit: 'everyone' }], places: [] },
    });
    expect(ask('feed', ANNA, [op])).toMatchObject({ ok: true, effects: { papers: [{ owner: 'masha' }] } });
    const petya = { ...MASHA, person: 'petya' };
    expect(ask('feed', petya, [op])).toEqual({ ok: false, code: 'only-owner-shares' });
  });

  test('[R207] a paper changes hands for nobody, and nobody takes it away', () => {
    const was = { by: 'masha', title: 'Доклад', edit: 'owner' };
    const id = idOf(LEASE.masha, 5);
    const refused = { ok: false, code: 'not-allowed' };
    expect(ask('feed', MASHA, [set('papers', id, { ...was, by: 'anna' }, was)])).toEqual(refused);
    expect(ask('feed', ANNA, [set('papers', id, { ...was, by: 'anna' }, was)])).toEqual(refused);
    for (const who of [MASHA, ANNA]) expect(ask('feed', who, [drop('papers', id, was)])).toEqual(refused);
  });

  test('[R209] what was made on another state is stale, in every root', () => {
    const behind = (op: Op): Op =>
      op.op === 'map.delete' ? { ...op, current: false } : ({ ...op, chained: false } as Op);
    const was = { by: 'masha', title: 'Доклад', edit: 'owner' };
    const ops = [
      set('messages', idOf(LEASE.masha, 2), message('masha')),
      set('edits', editKey(mashas, idOf(LEASE.masha, 2)), { at: AT, text: 'да' }),
      set('reactions', reactionKey(annas, 'masha'), '👍'),
      set('papers', idOf(LEASE.masha, 5), was, was),
      drop('messages', mashas, message('masha')),
      drop('edits', editKey(mashas, idOf(LEASE.masha, 2)), {}),
      drop('reactions', reactionKey(annas, 'masha'), '👍'),
      drop('reactions', reactionKey(annas, 'anna'), '👍'),
      { op: 'map.blank', root: 'messages', key: idOf(LEASE.masha, 2), chained: true },
      { op: 'map.blank', root: 'edits', key: editKey(mashas, idOf(LEASE.masha, 2)), chained: true },
      { op: 'map.blank', root: 'reactions', key: reactionKey(annas, 'masha'), chained: true },
    ] satisfies Op[];
    for (const op of ops)
      expect(ask('feed', MASHA, [behind(op)], { holds: HELD }), op.root).toEqual({
        ok: false,
        code: 'stale',
      });
  });

  test('[R10] what is no act of a feed is refused', () => {
    const odd: Op[] = [
      { op: 'rich.text', root: 'messages', inside: '', chars: 1, depth: 1 },
      { op: 'rich.delete', root: '', structs: 0, chars: 0 },
      set('toString', 'x', 1),
      set('votes', 'x', 1),
    ];
    for (const op of odd) expect(ask('feed', MASHA, [op])).toEqual({ ok: false, code: 'not-allowed' });
  });
});

describe('pins', () => {
  const pin = { by: 'anna', at: AT };
  test('[R210] Anna Petrovna pins, pins again and removes', () => {
    expect(ask('pins', ANNA, [set('pins', mashas, pin)])).toMatchObject({ ok: true });
    expect(ask('pins', ANNA, [set('pins', mashas, pin, pin)])).toMatchObject({ ok: true });
    expect(ask('pins', ANNA, [drop('pins', mashas, pin)])).toMatchObject({ ok: true });
    expect(ask('pins', MASHA, [drop('pins', mashas, pin)])).toEqual({ ok: false, code: 'only-some-may-pin' });
    expect(ask('pins', ANNA, [{ ...drop('pins', mashas, pin), current: false } as Op])).toEqual({
      ok: false,
      code: 'stale',
    });
    expect(ask('pins', ANNA, [set('other', mashas, pin)])).toEqual({ ok: false, code: 'not-allowed' });
    expect(ask('pins', ANNA, [{ op: 'rich.text', root: 'pins', inside: '', chars: 1, depth: 1 }])).toEqual({
      ok: false,
      code: 'not-allowed',
    });
  });

  test('[R211] a full chat takes a pin only for one that goes', () => {
    const pins = Object.fromEntries(
      Array.from({ length: LIMITS.pinsMax }, (_, i) => [idOf(LEASE.masha, i), pin]),
    );
    const more = set('pins', annas, pin);
    const { [mashas]: _, ...oneLess } = pins;
    expect(ask('pins', ANNA, [more], { holds: { pins: oneLess } })).toMatchObject({ ok: true });
    expect(ask('pins', ANNA, [more], { holds: { pins } })).toEqual({ ok: false, code: 'too-many-pins' });
    expect(ask('pins', ANNA, [more, drop('pins', mashas, pin)], { holds: { pins } })).toMatchObject({
      ok: true,
    });
  });
});

describe('me', () => {
  test('[R220] Masha keeps small settings and drafts under plain keys', () => {
    expect(ask('me', MASHA, [set('settings', 'mute/7a', true), set('drafts', '7a', 'Надо')])).toMatchObject({
      ok: true,
    });
    expect(ask('me', ANNA, [set('settings', 'theme', 'dark')])).toEqual({ ok: false, code: 'not-yours' });
    const codes = (op: Op, more?: Setting) => {
      const ruling = ask('me', MASHA, [op], more);
      return ruling.ok ? 'ok' : ruling.code;
    };
    expect(codes(set('settings', 'x y', 1))).toBe('bad-value');
    expect(codes(set('settings', 'k'.repeat(65), 1))).toBe('bad-value');
    expect(codes(set('settings', 'k', 'x'.repeat(2_000)))).toBe('too-long');
    expect(codes(set('drafts', '7a', 5))).toBe('bad-value');
    expect(codes(set('drafts', '7a', 'x'.repeat(5_000)))).toBe('too-long');
    expect(codes(set('votes', 'k', 1))).toBe('not-allowed');
    expect(codes({ op: 'rich.text', root: 'settings', inside: '', chars: 1, depth: 1 })).toBe('not-allowed');
    expect(codes({ ...set('settings', 'k', 1), chained: false } as Op)).toBe('stale');
    expect(codes({ ...drop('settings', 'k', 1), current: false } as Op)).toBe('stale');
    const settings = Object.fromEntries(Array.from({ length: ME_LIMITS.keysMax }, (_, i) => [`k${i}`, 1]));
    expect(codes(set('settings', 'more', 1), { holds: { settings } })).toBe('too-many');
    expect(codes(set('settings', 'k1', 2, 1), { holds: { settings } })).toBe('ok');
  });
});

describe('papers', () => {
  test('[R230] the schema is named once', () => {
    expect(ask('paper', MASHA, [set('paper', 'schema', 1)])).toMatchObject({ ok: true });
    expect(ask('paper', MASHA, [set('paper', 'schema', 1, 1)])).toEqual({ ok: false, code: 'stale' });
    expect(ask('paper', MASHA, [set('paper', 'schema', 2)])).toEqual({ ok: false, code: 'bad-value' });
  });

  test('[R231] what Tiptap writes is taken', () => {
    const depth = 3;
    const root = 'body';
    const ops: Op[] = [
      { op: 'rich.node', root, inside: 'taskList', node: 'taskItem', depth },
      { op: 'rich.attr', root, node: 'taskItem', attr: 'checked', value: false, depth },
      { op: 'rich.attr', root, node: 'tableCell', attr: 'colwidth', value: [120], depth },
      { op: 'rich.attr', root, node: 'codeBlock', attr: 'language', value: 'c++', depth },
      { op: 'rich.mark', root, mark: 'bold', value: {}, depth },
      { op: 'rich.mark', root, mark: 'bold', value: null, depth },
      {
        op: 'rich.mark',
        root,
        mark: 'link--aZ09+/=x',
        value: {
          href: 'https://school.ru/a:b',
          target: '_blank',
          rel: 'noopener noreferrer nofollow',
          class: null,
        },
        depth,
      },
      { op: 'rich.text', root, inside: 'paragraph', chars: 5, depth },
      { op: 'rich.delete', root, structs: 1, chars: 5 },
    ];
    expect(ask('paper', MASHA, ops)).toMatchObject({ ok: true, acts: [{ act: 'paper.edit' }] });
  });

  test.each([
    ['https://school.ru/', true],
    ['mailto:anna@school.ru', true],
    ['tel:+78001234567', true],
    ['/chat/7a?x=1:2', true],
    ['HTTPS://SCHOOL.RU', true],
    ['#top', true],
    ['javascript:alert(1)', false],
    ['vbscript:x', false],
    ['\tjava\u0000script:alert(1)', false],
    ['school.ru:8080/x', false],
    [`https://school.ru/${'x'.repeat(3_000)}`, false],
  ])('[R232] a link to %s: %s', (href, fits) => {
    expect(hrefFits(href)).toBe(fits);
  });

  test('[R233] a reader’s every change is refused, what shows nothing included', () => {
    const place = { ...PAPER, edit: 'owner', owner: 'anna' } as const;
    const ops: Op[] = [
      { op: 'rich.text', root: 'body', inside: 'paragraph', chars: 0, depth: 1 },
      { op: 'rich.delete', root: '', structs: 0, chars: 0 },
      { op: 'map.blank', root: 'paper', key: 'schema', chained: true },
    ];
    for (const op of ops)
      expect(ask('paper', MASHA, [op], { place })).toEqual({ ok: false, code: 'paper-is-read-only' });
  });
});
