import * as Automerge from '@automerge/automerge';
import { expect, test } from 'vitest';
import type { RegistryDoc } from '#shared/registry/change.ts';
import { type Changed, createRegistry, setDuty, setMatrix, setRole } from '#shared/registry/change.ts';
import type { ChatEntry } from '#shared/registry/shape.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import type { Role } from '#shared/school/roles.ts';
import { AutomergeSchool, relayActor } from './automerge-school.ts';
import { deviceOf, ELENA, IGOR, MASHA, openSmallSchool, smallRegistry } from './school.fixture.ts';

// biome-ignore lint/suspicious/noExplicitAny: the draft of a change has the document's shape
type Draft = Record<string, any>;
const text = (value: string) => new Automerge.ImmutableString(value);
const AT = Date.UTC(2026, 10, 24);

function role(doc: RegistryDoc, person: string, from: Role, to: Role) {
  return made(setRole(Automerge, doc, { person, from, to, at: AT }));
}

function made(changed: Changed) {
  if (!changed.ok) throw new Error(`not made: ${changed.code}`);
  return changed;
}

/** The change reaches the relay, is judged and gets onto the disk. */
function land(school: AutomergeSchool, bytes: Uint8Array, person: string, lease: number) {
  const verdict = school.judge(bytes, person, lease);
  if (!verdict.ok) return verdict.code;
  verdict.commit();
  return 'ok';
}

test('[R500] an administrator changes a role, and it counts once it is on disk', () => {
  const school = openSmallSchool();
  const { bytes } = role(deviceOf(school, ELENA), 'anna', 'teacher', 'staff');
  const verdict = school.judge(bytes, 'elena', ELENA);
  expect(school.standing('anna')?.role).toBe('teacher');
  if (verdict.ok) verdict.commit();
  expect(school.standing('anna')?.role).toBe('staff');
  expect(school.chatsOf('anna')).toEqual(['news', 'staff']);
  expect(school.projection('elena')?.seq).toBe(2);
});

test('[R500] a change that will not be stored leaves no trace, and the next one fits again', () => {
  const school = openSmallSchool();
  const elena = deviceOf(school, ELENA);
  const lost = school.judge(role(elena, 'anna', 'teacher', 'staff').bytes, 'elena', ELENA);
  if (lost.ok) lost.abandon();
  const igor = role(deviceOf(school, IGOR), 'anna', 'teacher', 'admin');
  expect(land(school, igor.bytes, 'igor', IGOR)).toBe('ok');
  expect(school.standing('anna')?.role).toBe('admin');
});

test('[R500] changes of one device may follow each other before the first is on disk', () => {
  const school = openSmallSchool();
  const first = role(deviceOf(school, ELENA), 'anna', 'teacher', 'staff');
  const second = role(first.doc, 'petya', 'student', 'parent');
  const verdicts = [first, second].map(({ bytes }) => school.judge(bytes, 'elena', ELENA));
  for (const verdict of verdicts) if (verdict.ok) verdict.commit();
  expect(school.standing('petya')?.role).toBe('parent');
});

test('[R501] a pupil, a parent and a teacher change no role, and no matrix beside that of an own class', () => {
  for (const person of ['masha', 'olga', 'anna']) {
    const school = openSmallSchool();
    const doc = deviceOf(school, MASHA);
    expect(
      land(school, role(doc, person, school.standing(person)?.role as Role, 'admin').bytes, person, MASHA),
    ).toBe('admins-only');
    const to = { ...DEFAULT_MATRIX, pin: 'everyone' as const };
    for (const chat of ['7a', 'news'])
      expect(
        land(
          school,
          made(setMatrix(Automerge, deviceOf(school, MASHA), { chat, from: DEFAULT_MATRIX, to, at: AT }))
            .bytes,
          person,
          MASHA,
        ),
      ).toBe(person === 'anna' && chat === '7a' ? 'ok' : 'admins-only');
  }
});

test('[R501] nor do they add people, duties of another class, chats or classes', () => {
  const edits: ((draft: Draft) => void)[] = [
    (draft) => {
      draft.members.newcomer = { role: text('student'), duties: {} };
    },
    (draft) => {
      draft.members.olga.duties['7b'] = text('parent');
    },
    (draft) => {
      draft.chats['7a'].people.olga = true;
    },
    (draft) => {
      draft.units['7c'] = { kind: text('class'), title: text('7В') };
    },
    (draft) => {
      delete draft.members.petya;
    },
  ];
  for (const edit of edits) {
    const school = openSmallSchool();
    const doc = Automerge.change(deviceOf(school, MASHA), (draft) => edit(draft as Draft));
    const bytes = Automerge.getLastLocalChange(doc) as Uint8Array;
    expect(land(school, bytes, 'anna', MASHA)).toMatch(/^(admins-only|own-class-only)$/);
    expect(land(school, bytes, 'elena', MASHA)).toBe('ok');
  }
});

test('[R501] a stranger changes nothing', () => {
  const school = openSmallSchool();
  expect(
    land(school, role(deviceOf(school, MASHA), 'masha', 'student', 'admin').bytes, 'nobody', MASHA),
  ).toBe('not-a-member');
});

test('[R502] an older offline promotion never beats a demotion', () => {
  const school = openSmallSchool();
  const igorOffline = deviceOf(school, IGOR);
  const promotion = role(igorOffline, 'anna', 'teacher', 'admin');
  const demotion = role(deviceOf(school, ELENA), 'anna', 'teacher', 'staff');
  expect(land(school, demotion.bytes, 'elena', ELENA)).toBe('ok');
  expect(land(school, promotion.bytes, 'igor', IGOR)).toBe('stale');
  // Igor's device makes the act again on the present state, and finds that its premise is gone.
  const again = setRole(Automerge, deviceOf(school, IGOR), {
    person: 'anna',
    from: 'teacher',
    to: 'admin',
    at: AT,
  });
  expect(again).toEqual({ ok: false, code: 'changed-meanwhile' });
  expect(school.standing('anna')?.role).toBe('staff');
});

test('[R502] two offline changes that do not meet both land, the second made again', () => {
  const school = openSmallSchool();
  const offline = deviceOf(school, IGOR);
  const wants = {
    chat: '7a',
    from: DEFAULT_MATRIX,
    to: { ...DEFAULT_MATRIX, pin: 'everyone' as const },
    at: AT,
  };
  const igors = made(setMatrix(Automerge, offline, wants));
  const to = { ...DEFAULT_MATRIX, write: 'staff' as const };
  const elenas = made(setMatrix(Automerge, deviceOf(school, ELENA), { ...wants, to }));
  expect(land(school, elenas.bytes, 'elena', ELENA)).toBe('ok');
  expect(land(school, igors.bytes, 'igor', IGOR)).toBe('stale');
  const again = made(setMatrix(Automerge, deviceOf(school, IGOR), wants));
  expect(land(school, again.bytes, 'igor', IGOR)).toBe('ok');
  expect(school.chat('7a')?.matrix).toEqual({ ...DEFAULT_MATRIX, pin: 'everyone', write: 'staff' });
});

test('[R502] of two changes on one state only the first is taken, even before it is on disk', () => {
  const school = openSmallSchool();
  const igors = role(deviceOf(school, IGOR), 'anna', 'teacher', 'admin');
  const elenas = role(deviceOf(school, ELENA), 'anna', 'teacher', 'staff');
  const first = school.judge(elenas.bytes, 'elena', ELENA);
  expect(school.judge(igors.bytes, 'igor', IGOR)).toEqual({ ok: false, code: 'stale' });
  if (first.ok) first.commit();
  expect(school.standing('anna')?.role).toBe('staff');
});

test('[R502] an administrator who was demoted in the same breath changes nothing more', () => {
  const school = openSmallSchool();
  const demotion = role(deviceOf(school, ELENA), 'igor', 'admin', 'teacher');
  const first = school.judge(demotion.bytes, 'elena', ELENA);
  const seen = Automerge.clone(demotion.doc, { actor: deviceActor(IGOR) });
  expect(school.judge(role(seen, 'petya', 'student', 'admin').bytes, 'igor', IGOR)).toEqual({
    ok: false,
    code: 'admins-only',
  });
  if (first.ok) first.commit();
});

test('[R503] the last administrator stays', () => {
  const school = openSmallSchool();
  expect(land(school, role(deviceOf(school, ELENA), 'igor', 'admin', 'teacher').bytes, 'elena', ELENA)).toBe(
    'ok',
  );
  const own = role(deviceOf(school, ELENA), 'elena', 'admin', 'teacher');
  expect(land(school, own.bytes, 'elena', ELENA)).toBe('last-admin');
  expect(school.standing('elena')?.role).toBe('admin');
});

test('[R504] the registry comes back from the log as it was', () => {
  const first = createRegistry(Automerge, smallRegistry(), relayActor(), AT);
  const school = new AutomergeSchool('main', () => undefined);
  school.replay(first);
  const change = role(deviceOf(school, ELENA), 'anna', 'teacher', 'staff');
  land(school, change.bytes, 'elena', ELENA);

  const fromRows = new AutomergeSchool('main', () => undefined);
  for (const row of [first, change.bytes, change.bytes]) fromRows.replay(row);
  const fromSnapshot = new AutomergeSchool('main', () => undefined);
  fromSnapshot.replay(school.save());
  for (const again of [fromRows, fromSnapshot]) {
    expect(again.projection('elena')).toEqual(school.projection('elena'));
    expect(
      land(again, role(deviceOf(again, ELENA), 'petya', 'student', 'parent').bytes, 'elena', ELENA),
    ).toBe('ok');
  }
});

test('[R504] a registry that cannot be read opens for nobody', () => {
  const empty = new AutomergeSchool('main', () => undefined);
  expect(() => empty.standing('elena')).toThrow();
  const broken = new AutomergeSchool('main', () => undefined);
  expect(() => broken.replay(new Uint8Array([1, 2, 3]))).toThrow();
});

test('[R505] a pupil sees the staff, the class and the own parent, and nobody else', () => {
  const { people, chats, units, me } = openSmallSchool().projection('masha') ?? fail();
  expect(Object.keys(people).sort()).toEqual(['anna', 'elena', 'igor', 'masha', 'olga', 'petya']);
  expect(Object.keys(chats).sort()).toEqual(['7a', 'news', 'olga.masha']);
  expect(Object.keys(units)).toEqual(['7a']);
  expect(me).toEqual({ id: 'masha', role: 'student', duties: { '7a': 'student' } });
  expect(people.anna?.name).toBe('Смирнова Анна Петровна');
  expect(chats.news?.members).toBe(7);
});

test('[R505] a chat of the whole school introduces nobody; staff see everyone', () => {
  const school = openSmallSchool();
  expect(Object.keys(school.projection('dima')?.people ?? {}).sort()).toEqual([
    'anna',
    'dima',
    'elena',
    'igor',
  ]);
  expect(Object.keys(school.projection('anna')?.people ?? {})).toHaveLength(7);
  expect(school.projection('nobody')).toBeUndefined();
});

test('[R507] an administrator knows the chats whose rights they set, also without being in them', () => {
  const school = openSmallSchool();
  const { chats, governed } = school.projection('elena') ?? fail();
  expect(Object.keys(chats).sort()).toEqual(['news', 'staff']);
  expect(Object.keys(governed ?? {}).sort()).toEqual(['7a', '7a.parents', '7b']);
  expect(governed?.['7a']).toEqual({ title: '7А', unit: '7a', members: 3, matrix: DEFAULT_MATRIX });
  expect(school.projection('anna')?.governed).toEqual({});
  expect(school.projection('masha')?.governed).toBeUndefined();
});

test('[R506] a change is told to those whom it concerns', () => {
  const school = openSmallSchool();
  const told: (string[] | undefined)[] = [];
  school.onChange((persons) => told.push(persons && [...persons].sort()));
  const to = { ...DEFAULT_MATRIX, pin: 'everyone' as const };
  const matrix = made(
    setMatrix(Automerge, deviceOf(school, ELENA), { chat: '7a.parents', from: DEFAULT_MATRIX, to, at: AT }),
  );
  land(school, matrix.bytes, 'elena', ELENA);
  expect(told).toEqual([['anna', 'elena', 'igor', 'olga']]);
  land(school, role(matrix.doc, 'anna', 'teacher', 'student').bytes, 'elena', ELENA);
  expect(told[1]).toBeUndefined();
});

test('[R506] a duty of a pupil or parent is told to who may see it, and to nobody whose projection stays as it was', () => {
  const registry = smallRegistry();
  registry.chats['masha.dima'] = {
    ...(registry.chats['olga.masha'] as ChatEntry),
    people: { masha: true, dima: true },
  };
  const school = openSmallSchool(registry);
  const shown = () =>
    new Map(Object.keys(registry.members).map((id) => [id, { ...school.projection(id), seq: 0 }]));
  let told: ReadonlySet<string> | undefined;
  school.onChange((persons) => {
    told = persons;
  });
  const changes = [
    ['petya', '7a', 'student', undefined],
    ['petya', '7a', undefined, 'student'],
    ['masha', '7a', 'student', undefined],
    ['masha', '7b', undefined, 'student'],
    ['olga', '7a', 'parent', undefined],
    ['olga', '7b', undefined, 'parent'],
    ['anna', '7b', 'teacher', undefined],
  ] as const;
  const counts = changes.map(([person, unit, from, to]) => {
    const before = shown();
    const change = setDuty(Automerge, deviceOf(school, ELENA), { person, unit, from, to, at: AT });
    land(school, made(change).bytes, 'elena', ELENA);
    const after = shown();
    for (const id of after.keys())
      if (told && !told.has(id)) expect(after.get(id), `${id} after ${person}`).toEqual(before.get(id));
    return told?.size;
  });
  // Dima of 7Б hears nothing of Petya; what a teacher does in the school everybody sees.
  expect(counts.slice(0, 2)).toEqual([5, 5]);
  expect(counts.at(-1)).toBeUndefined();
});

function fail(): never {
  throw new Error('no projection');
}

function deviceActor(lease: number): string {
  return lease.toString(16).padStart(16, '0');
}
