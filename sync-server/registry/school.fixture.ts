/** A small school for tests: Elena Viktorovna and Igor Lvovich administer, Anna Petrovna leads 7А, Masha learns there. */
import * as Automerge from '@automerge/automerge';
import { actorOf, createRegistry, type RegistryDoc } from '#shared/registry/change.ts';
import type { ChatEntry, Registry } from '#shared/registry/shape.ts';
import { DEFAULT_MATRIX } from '#shared/school/may.ts';
import { AutomergeSchool, relayActor } from './automerge-school.ts';

export const ELENA = 1001;
export const IGOR = 1002;
export const MASHA = 1003;

export const NAMES: Readonly<Record<string, string>> = {
  elena: 'Орлова Елена Викторовна',
  igor: 'Белов Игорь Львович',
  anna: 'Смирнова Анна Петровна',
  masha: 'Котова Маша',
  petya: 'Громов Петя',
  olga: 'Котова Ольга Ивановна',
  dima: 'Зимин Дима',
};

export function smallRegistry(): Registry {
  const chat = (
    title: string,
    unit: string | null,
    audience: string[],
    people: string[] = [],
  ): ChatEntry => ({
    title,
    unit,
    audience: Object.fromEntries(audience.map((who) => [who, true as const])),
    people: Object.fromEntries(people.map((who) => [who, true as const])),
    matrix: { ...DEFAULT_MATRIX },
  });
  return {
    schema: 1,
    org: { id: 'main', title: 'Школа № 7' },
    units: { '7a': { kind: 'class', title: '7А' }, '7b': { kind: 'class', title: '7Б' } },
    members: {
      elena: { role: 'admin', duties: {} },
      igor: { role: 'admin', duties: {} },
      anna: { role: 'teacher', duties: { '7a': 'class-teacher', '7b': 'teacher' } },
      masha: { role: 'student', duties: { '7a': 'student' } },
      petya: { role: 'student', duties: { '7a': 'student' } },
      olga: { role: 'parent', duties: { '7a': 'parent' } },
      dima: { role: 'student', duties: { '7b': 'student' } },
    },
    chats: {
      '7a': chat('7А', '7a', ['class-teacher', 'teacher', 'student']),
      '7a.parents': chat('Родители 7А', '7a', ['class-teacher', 'parent']),
      '7b': chat('7Б', '7b', ['class-teacher', 'teacher', 'student']),
      news: chat('Объявления', null, ['admin', 'teacher', 'staff', 'student', 'parent']),
      staff: chat('Учительская', null, ['admin', 'teacher', 'staff']),
      'olga.masha': chat('', null, [], ['olga', 'masha']),
    },
  };
}

export function openSmallSchool(registry: Registry = smallRegistry()): AutomergeSchool {
  const school = new AutomergeSchool('main', (person) => NAMES[person]);
  school.replay(createRegistry(Automerge, registry, relayActor(), Date.UTC(2026, 8, 1)));
  return school;
}

/** What an administrator's device holds: the registry, written with that lease. */
export function deviceOf(school: AutomergeSchool, lease: number): RegistryDoc {
  return Automerge.load<Record<string, unknown>>(school.save(), { actor: actorOf(lease) });
}
