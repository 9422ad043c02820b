import { describe, expect, test } from 'vitest';
import {
  type Act,
  type ChatPlace,
  DEFAULT_MATRIX,
  type Group,
  type Matrix,
  may,
  type PaperPlace,
} from './may.ts';
import type { RefusalCode } from './refusals.ts';
import { type Duty, dutyIn, type Role, type Standing } from './roles.ts';

const person = (name: string, role: Role, duty?: Duty): Standing => ({
  person: name,
  role,
  duties: duty ? { '7a': duty } : {},
});
/** The people of class 7a, each by name, so that a table row reads as a sentence. */
const PEOPLE = {
  'the administrator': person('olga', 'admin', 'teacher'),
  'Anna Petrovna, class teacher': person('anna', 'teacher', 'class-teacher'),
  'Igor Olegovich, teacher': person('igor', 'teacher', 'teacher'),
  'the secretary': person('vera', 'staff', 'member'),
  'Masha, pupil': person('masha', 'student', 'student'),
  'Masha’s father': person('pavel', 'parent', 'parent'),
} as const;
type Name = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as Name[];
const ALL: readonly Duty[] = ['class-teacher', 'teacher', 'student', 'parent', 'member'];

/** Which roles a duty suits: written out again, as the school would say it. */
const FITS: Readonly<Record<Duty, readonly Role[]>> = {
  'class-teacher': ['teacher', 'admin'],
  teacher: ['teacher', 'admin'],
  student: ['student'],
  parent: ['parent', 'teacher', 'staff', 'admin'],
  member: ['admin', 'teacher', 'staff'],
};

const chat = (
  matrix: Partial<Matrix> = {},
  audience: ChatPlace['audience'] = ALL,
  unit: string | null = '7a',
): ChatPlace => ({
  kind: 'chat',
  unit,
  audience,
  people: {},
  matrix: { ...DEFAULT_MATRIX, ...matrix },
});

/** Whom each group lets in, in a chat of the class that all six belong to. */
const IN_GROUP: Readonly<Record<Group, readonly Name[]>> = {
  everyone: NAMES,
  staff: ['the administrator', 'Anna Petrovna, class teacher', 'Igor Olegovich, teacher', 'the secretary'],
  leads: ['the administrator', 'Anna Petrovna, class teacher'],
  admins: ['the administrator'],
  nobody: [],
};
const GOVERNED: [act: Act, key: keyof Matrix, code: RefusalCode, rule: string][] = [
  ['message.create', 'write', 'chat-is-read-only', 'R3'],
  ['message.edit', 'write', 'chat-is-read-only', 'R4'],
  ['message.moderate', 'moderate', 'only-leads-moderate', 'R6'],
  ['reaction.set', 'react', 'reactions-are-off', 'R7'],
  ['pin.set', 'pin', 'only-some-may-pin', 'R8'],
  ['paper.create', 'papers', 'papers-are-off', 'R9'],
];

describe.each(GOVERNED)('%s follows the matrix', (act, key, code, rule) => {
  const rows = (Object.keys(IN_GROUP) as Group[]).flatMap((group) =>
    NAMES.map((name) => [rule, name, IN_GROUP[group].includes(name), act, group] as const),
  );
  test.each(rows)('[%s] %s: %s for %s when it is given to %s', (_rule, name, allowed, _act, group) => {
    const verdict = may(PEOPLE[name], act, chat({ [key]: group }));
    expect(verdict).toEqual(allowed ? { ok: true } : { ok: false, code });
  });
});

test.each(NAMES)('[R9] %s makes no paper where only administrators write, unless they are one', (name) => {
  const verdict = may(PEOPLE[name], 'paper.create', chat({ write: 'admins', papers: 'everyone' }));
  const allowed = IN_GROUP.admins.includes(name);
  expect(verdict).toEqual(allowed ? { ok: true } : { ok: false, code: 'chat-is-read-only' });
});

const READING: [act: Act, allowed: readonly Name[], code: RefusalCode, rule: string][] = [
  ['chat.read', NAMES, 'not-a-member', 'R1'],
  ['chat.readers', IN_GROUP.staff, 'staff-only', 'R2'],
  ['message.delete', NAMES, 'not-a-member', 'R5'],
];
test.each(
  READING.flatMap(([act, allowed, code, rule]) =>
    NAMES.map((name) => [rule, name, allowed.includes(name), act, code] as const),
  ),
)('[%s] %s: %s for %s', (_rule, name, allowed, act, code) => {
  expect(may(PEOPLE[name], act, chat())).toEqual(allowed ? { ok: true } : { ok: false, code });
});

const CHAT_ACTS: Act[] = [
  'chat.read',
  'chat.readers',
  'message.create',
  'message.edit',
  'message.delete',
  'message.moderate',
  'reaction.set',
  'pin.set',
  'paper.create',
];
const OTHER_ACTS: Act[] = [
  'paper.read',
  'paper.edit',
  'paper.rights',
  'me.read',
  'me.write',
  'registry.read',
  'role.set',
  'matrix.set',
];

test.each(CHAT_ACTS)('[R1] nobody outside a chat does %s in it, not even an administrator', (act) => {
  const teachersOnly = chat({}, ['teacher']);
  expect(may(PEOPLE['Masha, pupil'], act, teachersOnly)).toEqual({ ok: false, code: 'not-a-member' });
  const outside: Standing = { person: 'olga', role: 'admin', duties: {} };
  expect(may(outside, act, teachersOnly)).toEqual({ ok: false, code: 'not-a-member' });
  expect(may(undefined, act, teachersOnly)).toEqual({ ok: false, code: 'not-a-member' });
});

test.each(OTHER_ACTS)('[R10] %s is no act of a chat', (act) => {
  for (const name of NAMES)
    expect(may(PEOPLE[name], act, chat())).toEqual({ ok: false, code: 'not-allowed' });
});

test('[R1] a chat of the whole school is open to the roles that it names, whatever their duties', () => {
  const pupils = chat({}, ['student'], null);
  expect(may(PEOPLE['Masha, pupil'], 'chat.read', pupils)).toEqual({ ok: true });
  expect(may({ ...PEOPLE['Masha, pupil'], duties: {} }, 'chat.read', pupils)).toEqual({ ok: true });
  const mentor: Standing = { person: 'olga', role: 'teacher', duties: { '7a': 'student' } };
  expect(may(mentor, 'chat.read', pupils)).toEqual({ ok: false, code: 'not-a-member' });
});

test('[R1] someone named in a chat is in it whatever their role and duties', () => {
  const direct: ChatPlace = { ...chat({}, []), unit: null, people: { masha: true } };
  expect(may(PEOPLE['Masha, pupil'], 'chat.read', direct)).toEqual({ ok: true });
  expect(may(PEOPLE['Igor Olegovich, teacher'], 'chat.read', direct)).toMatchObject({ ok: false });
  expect(may({ ...PEOPLE['Masha, pupil'], person: 'toString' }, 'chat.read', direct)).toMatchObject({
    ok: false,
  });
});

test('[R11] a chat of the whole school asks for roles, and has no class teacher to lead it', () => {
  const school = chat({ write: 'leads' }, ['student', 'teacher'], null);
  expect(may(PEOPLE['Masha, pupil'], 'chat.read', school)).toEqual({ ok: true });
  expect(may(PEOPLE['Masha’s father'], 'chat.read', school)).toMatchObject({ ok: false });
  expect(may(PEOPLE['Anna Petrovna, class teacher'], 'message.create', school)).toMatchObject({ ok: false });
});

test.each<[Role, Duty, boolean]>(
  (['admin', 'teacher', 'staff', 'student', 'parent'] as const).flatMap((role) =>
    ALL.map((duty): [Role, Duty, boolean] => [role, duty, FITS[duty].includes(role)]),
  ),
)('[R12] the role %s and the duty %s fit: %s', (role, duty, fits) => {
  const who = person('x', role, duty);
  expect(dutyIn(who, '7a')).toBe(fits ? duty : undefined);
  expect(may(who, 'chat.read', chat({}, [duty])).ok).toBe(fits);
});

describe('papers', () => {
  const paper = (edit: PaperPlace['edit'], owner = 'masha', matrix: Partial<Matrix> = {}): PaperPlace => ({
    kind: 'paper',
    chat: chat(matrix),
    owner,
    edit,
  });
  const EDITORS: Readonly<Record<PaperPlace['edit'], readonly Name[]>> = {
    everyone: NAMES,
    staff: [...IN_GROUP.staff, 'Masha, pupil'],
    owner: ['Masha, pupil'],
  };
  test.each(
    (Object.keys(EDITORS) as PaperPlace['edit'][]).flatMap((edit) =>
      NAMES.map((name) => [name, EDITORS[edit].includes(name), edit] as const),
    ),
  )('[R13] %s: %s for writing in Masha’s paper that is open to %s', (name, allowed, edit) => {
    const verdict = may(PEOPLE[name], 'paper.edit', paper(edit));
    expect(verdict).toEqual(allowed ? { ok: true } : { ok: false, code: 'paper-is-read-only' });
  });
  test.each(NAMES)('[R13] %s writes in an open paper only while the chat lets them have papers', (name) => {
    const verdict = may(PEOPLE[name], 'paper.edit', paper('everyone', 'masha', { papers: 'leads' }));
    expect(verdict.ok).toBe(IN_GROUP.leads.includes(name));
  });
  test.each(NAMES)(
    '[R14] %s sets the rights of Masha’s paper only as its owner or leading the chat',
    (name) => {
      const allowed = name === 'Masha, pupil' || IN_GROUP.leads.includes(name);
      const verdict = may(PEOPLE[name], 'paper.rights', paper('everyone'));
      expect(verdict).toEqual(allowed ? { ok: true } : { ok: false, code: 'only-owner-shares' });
    },
  );
  test('[R15] whoever may read the chat reads its papers; a stranger does neither', () => {
    for (const name of NAMES) expect(may(PEOPLE[name], 'paper.read', paper('owner'))).toEqual({ ok: true });
    const stranger = person('oleg', 'student');
    for (const act of ['paper.read', 'paper.edit', 'paper.rights'] as const)
      expect(may({ ...stranger, person: 'masha2' }, act, paper('everyone'))).toMatchObject({ ok: false });
  });
  test.each([...CHAT_ACTS, 'me.write', 'role.set'] as Act[])('[R10] %s is no act of a paper', (act) => {
    expect(may(PEOPLE['the administrator'], act, paper('everyone'))).toEqual({
      ok: false,
      code: 'not-allowed',
    });
  });
});

test.each(NAMES)(
  '[R16] administrators change the whole registry; it is read by them and class teachers: %s',
  (name) => {
    const isAdmin = name === 'the administrator';
    const reads = isAdmin || name === 'Anna Petrovna, class teacher';
    const no = { ok: false, code: 'admins-only' };
    expect(may(PEOPLE[name], 'registry.read', { kind: 'org' })).toEqual(reads ? { ok: true } : no);
    for (const act of ['role.set', 'duty.set', 'matrix.set'] as const)
      expect(may(PEOPLE[name], act, { kind: 'org' })).toEqual(isAdmin ? { ok: true } : no);
  },
);
test.each(NAMES)(
  '[R18] what belongs to a class is changed by administrators and its own class teacher: %s',
  (name) => {
    const isAdmin = name === 'the administrator';
    const isLead = name === 'Anna Petrovna, class teacher';
    for (const act of ['duty.set', 'matrix.set'] as const) {
      const own = may(PEOPLE[name], act, { kind: 'unit', unit: '7a' });
      expect(own).toEqual(isAdmin || isLead ? { ok: true } : { ok: false, code: 'admins-only' });
      const other = may(PEOPLE[name], act, { kind: 'unit', unit: '7b' });
      const code = isLead ? 'own-class-only' : 'admins-only';
      expect(other).toEqual(isAdmin ? { ok: true } : { ok: false, code });
    }
    for (const act of ['role.set', 'registry.read', 'chat.read'] as const)
      expect(may(PEOPLE[name], act, { kind: 'unit', unit: '7a' })).toEqual({
        ok: false,
        code: 'not-allowed',
      });
  },
);
test('[R18] a class teacher whose role no longer allows the duty leads nothing', () => {
  const demoted = person('anna', 'parent', 'class-teacher');
  expect(may(demoted, 'registry.read', { kind: 'org' })).toEqual({ ok: false, code: 'admins-only' });
  expect(may(demoted, 'duty.set', { kind: 'unit', unit: '7a' })).toEqual({ ok: false, code: 'admins-only' });
});
test.each([...CHAT_ACTS, 'me.read', 'paper.edit'] as Act[])('[R10] %s is no act of the school', (act) => {
  expect(may(PEOPLE['the administrator'], act, { kind: 'org' })).toEqual({ ok: false, code: 'not-allowed' });
});

test.each(NAMES)('[R17] %s keeps their own settings and no one else’s', (name) => {
  const who = PEOPLE[name];
  for (const act of ['me.read', 'me.write'] as const) {
    expect(may(who, act, { kind: 'me', person: who.person })).toEqual({ ok: true });
    expect(may(who, act, { kind: 'me', person: 'someone' })).toEqual({ ok: false, code: 'not-yours' });
  }
  expect(may(who, 'role.set', { kind: 'me', person: who.person })).toMatchObject({ ok: false });
});

test('[R381] a segment before a member’s first is as if it were not there, also to who leads; so are its papers', () => {
  const place = chat();
  const masha = PEOPLE['Masha, pupil'];
  for (const who of [masha, PEOPLE['Anna Petrovna, class teacher']]) {
    const read = (segment: number) =>
      may(who, 'segment.read', { kind: 'segment', chat: place, segment, first: 3 });
    expect([2, 3, 4].map((segment) => read(segment).ok)).toEqual([false, true, true]);
    expect(read(2)).toEqual({ ok: false, code: 'unknown-place' });
    const paper = (segment: number): PaperPlace => ({
      ...{ kind: 'paper', chat: place, owner: who.person, edit: 'everyone', shared: { segment, first: 3 } },
    });
    for (const act of ['paper.read', 'paper.edit', 'paper.rights'] as const)
      expect([may(who, act, paper(2)), may(who, act, paper(3)).ok]).toEqual([
        { ok: false, code: 'unknown-place' },
        true,
      ]);
  }
  const stranger = may(PEOPLE['the administrator'], 'segment.read', {
    ...{ kind: 'segment', chat: chat({}, ['student']), segment: 3, first: 3 },
  });
  expect(stranger).toEqual({ ok: false, code: 'not-a-member' });
});
