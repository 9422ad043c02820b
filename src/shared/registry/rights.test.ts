import { describe, expect, test } from 'vitest';
import { DEFAULT_MATRIX, GROUPS, type Matrix } from '../school/may.ts';
import type { Duty, Role, Standing } from '../school/roles.ts';
import { judgeActs, type RegistryAct } from './acts.ts';
import { groupsFor, maySetDuty, maySetMatrix } from './rights.ts';
import type { Registry } from './shape.ts';

const anna: Standing = {
  person: 'anna',
  role: 'teacher',
  duties: { '7a': 'class-teacher', '7b': 'teacher' },
};
const elena: Standing = { person: 'elena', role: 'admin', duties: {} };
const masha: Standing = { person: 'masha', role: 'student', duties: { '7a': 'student' } };

const duty = (role: Role, from: Duty | undefined, to: Duty | undefined, unit = '7a', person = 'petya') => ({
  ...{ person, role, unit, from, to },
});
const rights = (change: Partial<Matrix>, before: Partial<Matrix> = {}, unit: string | null = '7a') => {
  const from = { ...DEFAULT_MATRIX, ...before };
  return { unit, from, to: { ...from, ...change } };
};
const OK = { ok: true };
const own = { ok: false, code: 'own-class-only' };
const admins = { ok: false, code: 'admins-only' };

describe('duties', () => {
  test('[R19] Anna Petrovna takes pupils and parents into 7А, and lets them go', () => {
    expect(maySetDuty(anna, duty('student', undefined, 'student'))).toEqual(OK);
    expect(maySetDuty(anna, duty('student', 'student', undefined))).toEqual(OK);
    expect(maySetDuty(anna, duty('parent', undefined, 'parent'))).toEqual(OK);
    expect(maySetDuty(anna, duty('parent', 'parent', undefined))).toEqual(OK);
  });
  test('[R19] she makes nobody a teacher, class teacher or member, and touches no colleague', () => {
    for (const to of ['class-teacher', 'teacher', 'member'] as const)
      for (const role of ['student', 'parent', 'teacher', 'staff', 'admin'] as const)
        expect(maySetDuty(anna, duty(role, undefined, to))).toEqual(own);
    for (const role of ['teacher', 'staff', 'admin'] as const) {
      expect(maySetDuty(anna, duty(role, 'teacher', undefined))).toEqual(own);
      expect(maySetDuty(anna, duty(role, undefined, 'parent'))).toEqual(own);
      expect(maySetDuty(anna, duty(role, 'parent', undefined))).toEqual(own);
    }
    // Void leftovers of a former role are an administrator's to clean.
    expect(maySetDuty(anna, duty('student', 'class-teacher', 'student'))).toEqual(own);
    expect(maySetDuty(anna, duty('parent', undefined, 'student'))).toEqual(own);
  });
  test('[R19] her own duty is not hers to change, whatever her role became', () => {
    expect(maySetDuty(anna, duty('teacher', 'class-teacher', undefined, '7a', 'anna'))).toEqual(own);
    expect(maySetDuty(anna, duty('parent', undefined, 'parent', '7a', 'anna'))).toEqual(own);
  });
  test('[R18] in 7Б, where she only teaches, she changes nobody; Masha changes nobody anywhere', () => {
    expect(maySetDuty(anna, duty('student', undefined, 'student', '7b'))).toEqual(own);
    expect(maySetDuty(masha, duty('student', undefined, 'student'))).toEqual(admins);
    expect(maySetDuty(undefined, duty('student', undefined, 'student'))).toMatchObject({ ok: false });
  });
  test('[R16] an administrator sets any duty', () => {
    expect(maySetDuty(elena, duty('teacher', undefined, 'class-teacher', '7b'))).toEqual(OK);
  });
});

describe('rights of chats', () => {
  test('[R20] Anna Petrovna quiets the chat of her class, and opens it again', () => {
    expect(maySetMatrix(anna, rights({ write: 'staff' }))).toEqual(OK);
    expect(maySetMatrix(anna, rights({ write: 'everyone', react: 'nobody' }, { write: 'leads' }))).toEqual(
      OK,
    );
    expect(maySetMatrix(anna, rights({ pin: 'everyone', papers: 'nobody', moderate: 'staff' }))).toEqual(OK);
  });
  test('[R20] she gives moderation to no pupil, shuts nobody’s mouth for good, and undoes no administrator', () => {
    expect(maySetMatrix(anna, rights({ moderate: 'everyone' }))).toEqual(admins);
    expect(maySetMatrix(anna, rights({ moderate: 'nobody' }))).toEqual(admins);
    expect(maySetMatrix(anna, rights({ write: 'nobody' }))).toEqual(admins);
    expect(maySetMatrix(anna, rights({ write: 'admins' }))).toEqual(admins);
    expect(maySetMatrix(anna, rights({ write: 'everyone' }, { write: 'admins' }))).toEqual(admins);
    expect(maySetMatrix(anna, rights({ moderate: 'leads' }, { moderate: 'admins' }))).toEqual(admins);
    // One good permission does not carry a bad one.
    expect(maySetMatrix(anna, rights({ pin: 'everyone', moderate: 'everyone' }))).toEqual(admins);
  });
  test('[R18] chats of another class and of the whole school are not hers', () => {
    expect(maySetMatrix(anna, rights({ write: 'staff' }, {}, '7b'))).toEqual(own);
    expect(maySetMatrix(anna, rights({ write: 'staff' }, {}, null))).toEqual(admins);
    expect(maySetMatrix(masha, rights({ write: 'staff' }))).toEqual(admins);
  });
  test('[R20] the screen is offered exactly the groups that the relay takes', () => {
    const offered = (key: keyof Matrix, before: Partial<Matrix> = {}, unit: string | null = '7a') =>
      groupsFor(anna, unit, key, { ...DEFAULT_MATRIX, ...before });
    expect(offered('moderate')).toEqual(['staff', 'leads']);
    expect(offered('write')).toEqual(['everyone', 'staff', 'leads']);
    expect(offered('write', { write: 'admins' })).toEqual([]);
    expect(offered('write', {}, '7b')).toEqual([]);
    expect(groupsFor(elena, null, 'moderate', DEFAULT_MATRIX)).toEqual([...GROUPS]);
  });
});

describe('a whole change', () => {
  const before: Registry = {
    schema: 1,
    org: { id: 'main', title: 'Школа № 7' },
    units: { '7a': { kind: 'class', title: '7А' } },
    members: {
      elena: { role: 'admin', duties: {} },
      petya: { role: 'student', duties: { '7a': 'student' } },
    },
    chats: {},
  };
  const good: RegistryAct = { act: 'duty.set', person: 'petya', unit: '7a', from: 'student', to: undefined };
  const judge = (...acts: RegistryAct[]) => judgeActs(anna, acts, before, before);

  test('[R501] a good act of a class teacher is taken, and carries no bad one in either order', () => {
    expect(judge(good)).toEqual(OK);
    const bad: RegistryAct[] = [
      { act: 'role.set', person: 'anna', from: 'teacher', to: 'admin' },
      { act: 'role.set', person: 'petya', from: 'student', to: 'teacher' },
      { act: 'member.add', person: 'oleg', role: 'student' },
      { act: 'member.remove', person: 'petya', role: 'student' },
      { act: 'chat.set', chat: '7a', isNew: false },
      { act: 'chat.set', chat: 'secret', isNew: true },
      { act: 'chat.remove', chat: '7a' },
      { act: 'unit.set', unit: '7a', isNew: false },
      { act: 'unit.remove', unit: '7a' },
      { act: 'org.set' },
    ];
    for (const act of bad) {
      expect(judge(act), act.act).toMatchObject({ ok: false });
      expect(judge(good, act), act.act).toMatchObject({ ok: false });
      expect(judge(act, good), act.act).toMatchObject({ ok: false });
    }
  });
});
