/** Real changes of three schools, as the library makes them for who may make them and for who may not. */
import * as Automerge from '@automerge/automerge';
import { smallRegistry } from '#server/registry/school.fixture.ts';
import { type State, stateOf } from '#server/registry/state.ts';
import { actorOf, createRegistry } from '#shared/registry/change.ts';
import type { Registry } from '#shared/registry/shape.ts';
import { GROUPS, MATRIX_KEYS } from '#shared/school/may.ts';
import { DUTIES, ROLES } from '#shared/school/roles.ts';
import type { Random } from '../random.ts';

/** An administrator, the class teacher of 7А, a pupil and a parent there. */
export const HANDS = { elena: 5_001, anna: 5_002, masha: 5_003, olga: 5_004 } as const;
export type Hand = keyof typeof HANDS;
export const WHO = Object.keys(HANDS) as Hand[];

export interface Ground {
  state: State;
  /** The document as it is saved, and its heads. */
  bytes: Uint8Array;
  heads: string;
  changes: Readonly<Record<Hand, Uint8Array[]>>;
  /** Ids of its objects, for operations to point at. */
  objects: string[];
  /** Ids of its operations. */
  ops: string[];
}

const PER_HAND = 20;
/** A fixed one, so that a seed repeats every byte. */
const RELAY = 'ab'.repeat(16);

export function makeGrounds(random: Random): Ground[] {
  return [smallRegistry(), withOneAdministrator(), withSettledRights()].map((registry) => {
    const first = createRegistry(Automerge, registry, RELAY, Date.UTC(2026, 8, 1));
    const bytes = Automerge.save(Automerge.load(first));
    const state = stateOf(Automerge.load(bytes));
    const changes = Object.fromEntries(
      WHO.map((who) => [who, Array.from({ length: PER_HAND }, () => record(bytes, who, registry, random))]),
    ) as Ground['changes'];
    const past = Automerge.getAllChanges(state.doc).map((change) => Automerge.decodeChange(change));
    const ops = past.flatMap(({ ops, startOp, actor }) => ops.map((_, at) => `${startOp + at}@${actor}`));
    return {
      state,
      bytes,
      heads: Automerge.getHeads(state.doc).join(),
      changes,
      objects: ['_root', ...objectsOf(state.doc)],
      ops,
    };
  });
}

export const IDS = [
  ...['elena', 'igor', 'anna', 'masha', 'petya', 'olga', 'dima', 'nobody'],
  ...['7a', '7b', '7a.parents', 'news', 'staff', 'olga.masha', '9v'],
  ...[
    'role',
    'duties',
    'title',
    'unit',
    'audience',
    'people',
    'matrix',
    'hidesHistory',
    'kind',
    'id',
    'schema',
  ],
  ...['members', 'units', 'chats', 'org', '__proto__', ...MATRIX_KEYS],
];
export const TEXTS = [...ROLES, ...DUTIES, ...GROUPS, 'class', 'staff-room', '7В', '', 'main'];

function withOneAdministrator(): Registry {
  const school = smallRegistry();
  school.members.igor = { role: 'teacher', duties: { '7b': 'class-teacher' } };
  return school;
}

/** What an administrator set beyond the choice of a class teacher. */
function withSettledRights(): Registry {
  const school = smallRegistry();
  const chat = school.chats['7a'] as Registry['chats'][string];
  chat.matrix = { ...chat.matrix, pin: 'admins', moderate: 'admins' };
  chat.hidesHistory = true;
  return school;
}

// biome-ignore lint/suspicious/noExplicitAny: any program may write any shape
type Draft = Record<string, any>;
const text = (value: string) => new Automerge.ImmutableString(value);

function record(base: Uint8Array, who: Hand, registry: Registry, random: Random): Uint8Array {
  for (;;) {
    const device = Automerge.load<Draft>(base, { actor: actorOf(HANDS[who]) });
    const made = Automerge.change(device, { time: 1_790_000_000 }, (draft) => {
      const acts = who === 'elena' || random.chance(0.2) ? ACTS : ACTS_IN_A_CLASS;
      for (let left = random.pick([1, 1, 2]); left > 0; left--) random.pick(acts)(draft, registry, random);
    });
    const bytes = Automerge.getLastLocalChange(made);
    Automerge.free(made);
    // An act that says what is so already makes none.
    if (bytes && Automerge.decodeChange(bytes).ops.length > 0) return bytes;
  }
}

const anyOf = (table: object, random: Random): string => random.pick(Object.keys(table));

const ACTS: ((draft: Draft, registry: Registry, random: Random) => void)[] = [
  ({ members }, _registry, random) => {
    members[anyOf(members, random)].role = text(random.pick(ROLES));
  },
  ({ members }, registry, random) => {
    members[anyOf(members, random)].duties[anyOf(registry.units, random)] = text(random.pick(DUTIES));
  },
  ({ members }, _registry, random) => {
    const duties = members[random.pick(['anna', 'masha', 'petya', 'olga', 'dima'])]?.duties ?? {};
    for (const unit of Object.keys(duties)) if (random.chance(0.5)) delete duties[unit];
  },
  ({ chats }, _registry, random) => {
    chats[random.pick(['7a', '7a.parents', '7b', 'news'])].matrix[random.pick(MATRIX_KEYS)] = text(
      random.pick(GROUPS),
    );
  },
  ({ chats }, registry, random) => {
    const chat = chats[anyOf(registry.chats, random)];
    if (random.chance(0.5)) chat.hidesHistory = true;
    else delete chat.hidesHistory;
  },
  ({ chats }, registry, random) => {
    chats[anyOf(registry.chats, random)].people[anyOf(registry.members, random)] = true;
  },
  ({ members }, _registry, random) => {
    members[random.pick(['lena', 'kolya'])] = { role: text('student'), duties: { '7a': text('student') } };
  },
  ({ members }, _registry, random) => {
    delete members[anyOf(members, random)];
  },
  ({ units, org }, _registry, random) => {
    if (random.chance(0.5)) units['9v'] = { kind: text('class'), title: text('9В') };
    else org.title = text('Гимназия');
  },
];

/** What a class teacher comes near to: right in their class, or just beyond it. */
const ACTS_IN_A_CLASS: typeof ACTS = [
  ({ members }, _registry, random) => {
    const duty = random.pick(['student', 'parent', 'student', 'parent', 'teacher', 'class-teacher']);
    const unit = random.pick(['7a', '7a', '7b']);
    members[random.pick(['anna', 'masha', 'petya', 'olga', 'dima'])].duties[unit] = text(duty);
  },
  ({ members }, _registry, random) => {
    delete members[random.pick(['anna', 'masha', 'petya', 'olga'])].duties['7a'];
  },
  ({ chats }, _registry, random) => {
    const { matrix } = chats[random.pick(['7a', '7a', '7a.parents', '7b'])];
    matrix[random.pick(MATRIX_KEYS)] = text(random.pick(GROUPS));
  },
  ({ chats }, _registry, random) => {
    const chat = chats[random.pick(['7a', '7a.parents', '7b', 'news'])];
    if (chat.hidesHistory) delete chat.hidesHistory;
    else chat.hidesHistory = true;
  },
];

function objectsOf(doc: object): string[] {
  const ids: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || Automerge.isImmutableString(value)) return;
    const id = Automerge.getObjectId(value);
    if (id) ids.push(id);
    for (const key of Object.keys(value)) walk(Reflect.get(value, key));
  };
  walk(doc);
  return ids;
}
