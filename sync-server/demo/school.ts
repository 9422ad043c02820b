/**
 * The demo school: 60 classes, 1 500 people, their chats. The same seed makes the same school, but for the mark in
 * people's ids: a browser that was in an earlier one must find nobody of it here.
 */
import type { ChatEntry, Member, Registry, Unit } from '#shared/registry/shape.ts';
import { DEFAULT_MATRIX, type Matrix } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';
import type { PersonRow } from '../accounts/people.ts';
import { adultName, childName, familyOf, type Sex } from './names.ts';
import type { Chance } from './random.ts';

const DEMO_ORG = 'main';
const PEOPLE = 1_500;
const TEACHERS = 96;
const STAFF = 22;
const PUPILS_IN_CLASS = { min: 13, max: 17, own: 26 };
const PARENTS_IN_OWN_CLASS = 24;
const LETTERS = ['А', 'Б', 'В', 'Г', 'Д', 'Е'] as const;
const LATIN = ['a', 'b', 'v', 'g', 'd', 'e'] as const;
/** The class of the demo's pupil, parent and class teacher. */
const OWN = '7a';
const DEPARTMENTS: Readonly<Record<string, string>> = {
  'dep.lang': 'Кафедра русского языка и литературы',
  'dep.math': 'Кафедра математики и информатики',
  'dep.science': 'Кафедра естественных наук',
  'dep.foreign': 'Кафедра иностранных языков',
  'dep.primary': 'Начальная школа',
};

interface Family {
  parent: string;
  child: string;
  unit: string;
}

/** The five people whose sign-in links the demo prints. */
export interface Cast {
  admin: string;
  teacher: string;
  classTeacher: string;
  pupil: string;
  parent: string;
}

export interface DemoSchool {
  registry: Registry;
  people: PersonRow[];
  cast: Cast;
  families: Family[];
}

interface Draft {
  chance: Chance;
  mark: string;
  units: Record<string, Unit>;
  members: Record<string, Member>;
  chats: Record<string, ChatEntry>;
  people: PersonRow[];
  families: Family[];
}

export function makeSchool(chance: Chance, mark = ''): DemoSchool {
  const draft: Draft = { chance, mark, units: {}, members: {}, chats: {}, people: [], families: [] };
  const admin = add(draft, 'Орлова Елена Викторовна', 'admin', { [OWN]: 'teacher' });
  add(draft, 'Белов Игорь Львович', 'admin');
  const teachers = [
    add(draft, 'Смирнова Анна Петровна', 'teacher'),
    add(draft, 'Кравцова Ольга Сергеевна', 'teacher'),
    ...fill(draft, TEACHERS - 2, 'teacher'),
  ];
  const staff = fill(draft, STAFF, 'staff');
  addStaffRoom(draft, [admin, ...teachers, ...staff]);
  const [teacher, classTeacher] = teachers as [string, string, ...string[]];
  const units = addClasses(draft, teachers, classTeacher, teacher);
  const { pupil, parent } = addOwnFamily(draft);
  for (const unit of units) addPupils(draft, unit);
  addParents(draft, units);
  addClassChats(draft, units);
  addSchoolChats(draft);
  const cast = { admin, teacher, classTeacher, pupil, parent };
  addDirectChats(draft, cast, teachers);
  const { members, chats, people, families } = draft;
  const registry = {
    schema: 1,
    org: { id: DEMO_ORG, title: 'Школа № 1029' },
    units: draft.units,
    members,
    chats,
  };
  return { registry, people, cast, families };
}

function add(draft: Draft, name: string, role: Role, duties: Record<string, Duty> = {}): string {
  const person = `p${String(draft.people.length + 1).padStart(4, '0')}${draft.mark}`;
  draft.members[person] = { role, duties };
  draft.people.push({ person, name });
  return person;
}

function fill(draft: Draft, count: number, role: Role): string[] {
  return Array.from({ length: count }, () => {
    const sex: Sex = draft.chance.is(0.85) ? 'f' : 'm';
    return add(draft, adultName(draft.chance, familyOf(draft.chance).surname, sex), role);
  });
}

function addStaffRoom(draft: Draft, everyone: readonly string[]): void {
  draft.units.staff = { kind: 'staff-room', title: 'Учительская' };
  for (const person of everyone) dutiesOf(draft, person).staff = 'member';
  draft.chats.staff = chat('Учительская', 'staff', ['member']);
  const teachers = everyone.filter((person) => draft.members[person]?.role === 'teacher');
  const departments = Object.entries(DEPARTMENTS);
  departments.forEach(([unit, title], at) => {
    draft.units[unit] = { kind: 'department', title };
    draft.chats[unit] = chat(title, unit, ['member']);
    for (const [i, person] of teachers.entries())
      if (i % departments.length === at) dutiesOf(draft, person)[unit] = 'member';
  });
}

/** Grades 1 to 9 have six classes, 10 and 11 three: 60 together. */
function addClasses(draft: Draft, teachers: readonly string[], own: string, teacher: string): string[] {
  const units: string[] = [];
  for (let grade = 1; grade <= 11; grade++)
    for (let letter = 0; letter < (grade < 10 ? 6 : 3); letter++) {
      const unit = `${grade}${LATIN[letter]}`;
      draft.units[unit] = { kind: 'class', title: `${grade}${LETTERS[letter]}` };
      units.push(unit);
    }
  const leads = draft.chance.shuffled(teachers.filter((person) => person !== own && person !== teacher));
  for (const [i, unit] of units.entries()) {
    const lead = unit === OWN ? own : (leads[i % leads.length] as string);
    dutiesOf(draft, lead)[unit] = 'class-teacher';
    const several = draft.chance.shuffled(teachers).slice(0, 7);
    if (/^(7|8|5)/.test(unit)) several.push(teacher);
    for (const person of several) dutiesOf(draft, person)[unit] ??= 'teacher';
  }
  return units;
}

function addOwnFamily(draft: Draft): { pupil: string; parent: string } {
  const pupil = add(draft, 'Котова Мария', 'student', { [OWN]: 'student' });
  const parent = add(draft, 'Котова Наталья Игоревна', 'parent', { [OWN]: 'parent' });
  draft.families.push({ parent, child: pupil, unit: OWN });
  return { pupil, parent };
}

function addPupils(draft: Draft, unit: string): void {
  const { chance } = draft;
  const count = unit === OWN ? PUPILS_IN_CLASS.own - 1 : chance.int(PUPILS_IN_CLASS.min, PUPILS_IN_CLASS.max);
  for (let i = 0; i < count; i++) {
    const sex: Sex = chance.is(0.5) ? 'f' : 'm';
    add(draft, childName(chance, familyOf(chance).surname, sex), 'student', { [unit]: 'student' });
  }
}

/** Parents until the school has its 1 500 people: most of 7А's, some of every other class. */
function addParents(draft: Draft, units: readonly string[]): void {
  const children = new Map(units.map((unit) => [unit, childrenOf(draft, unit)]));
  for (let i = 0; draft.people.length < PEOPLE; i++) {
    const round = Math.floor(i / units.length);
    const unit = i < PARENTS_IN_OWN_CLASS ? OWN : (units[i % units.length] as string);
    const list = children.get(unit) ?? [];
    const child = list[(round + i) % Math.max(1, list.length)];
    if (child) addParent(draft, child, unit);
  }
}

function childrenOf(draft: Draft, unit: string): PersonRow[] {
  return draft.people.filter(({ person }) => draft.members[person]?.duties[unit] === 'student');
}

function addParent(draft: Draft, child: PersonRow, unit: string): void {
  const sex: Sex = draft.chance.is(0.75) ? 'f' : 'm';
  const surname = (child.name.split(' ')[0] as string).replace(/ая$/, 'ий').replace(/(ов|ев|ёв|ин)а$/, '$1');
  const parent = add(draft, adultName(draft.chance, surname, sex), 'parent', { [unit]: 'parent' });
  draft.families.push({ parent, child: child.person, unit });
}

function addClassChats(draft: Draft, units: readonly string[]): void {
  for (const unit of units) {
    const title = draft.units[unit]?.title ?? unit;
    draft.chats[unit] = chat(title, unit, ['class-teacher', 'teacher', 'student']);
    const parents = chat(`Родители ${title}`, unit, ['class-teacher', 'parent']);
    draft.chats[`${unit}.parents`] = { ...parents, matrix: { ...DEFAULT_MATRIX, pin: 'leads' } };
  }
}

function addSchoolChats(draft: Draft): void {
  const everyone = ['admin', 'teacher', 'staff', 'student', 'parent'];
  const news: Matrix = {
    write: 'staff',
    react: 'everyone',
    pin: 'admins',
    moderate: 'admins',
    papers: 'staff',
  };
  draft.chats.news = { ...chat('Объявления школы', null, everyone), matrix: news };
}

function addDirectChats(draft: Draft, cast: Cast, teachers: readonly string[]): void {
  const classmates = childrenOf(draft, OWN).filter(({ person }) => person !== cast.pupil);
  const pairs: [string, string][] = [
    [cast.pupil, cast.parent],
    [cast.pupil, cast.classTeacher],
    [cast.pupil, cast.teacher],
    [cast.parent, cast.classTeacher],
    [cast.parent, cast.teacher],
    [cast.admin, cast.teacher],
    [cast.admin, cast.classTeacher],
    [cast.teacher, cast.classTeacher],
    ...classmates.slice(0, 4).map(({ person }): [string, string] => [cast.pupil, person]),
    ...teachers.slice(2, 12).map((person): [string, string] => [cast.admin, person]),
    ...teachers.slice(12, 17).map((person): [string, string] => [cast.teacher, person]),
    ...draft.families.slice(1, 40).map(({ parent, child }): [string, string] => [parent, child]),
  ];
  for (const [a, b] of pairs)
    draft.chats[`d.${a}.${b}`] = { ...chat('', null, []), people: { [a]: true, [b]: true } };
}

function chat(title: string, unit: string | null, audience: readonly string[]): ChatEntry {
  const keys = Object.fromEntries(audience.map((who) => [who, true as const]));
  return { title, unit, audience: keys, people: {}, matrix: { ...DEFAULT_MATRIX } };
}

function dutiesOf(draft: Draft, person: string): Record<string, Duty> {
  return (draft.members[person] as Member).duties;
}
