// The school of a run behind the relay's own ports: any number of small chats, without the hours that a registry of
// five thousand chats would take to write. Everything that judges is the product's.
import type { Sessions } from '#server/gate/sessions.ts';
import type { School } from '#server/registry/school.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { type ChatPlace, DEFAULT_MATRIX } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';
import { personIn } from '../support/updates.ts';
import type { Plan } from './server-kind.ts';

/** A chat's name in the bench school. */
export function chatName(index: number): string {
  return `chat-${index}`;
}

export function benchSchool(plan: Plan): School {
  const chats = new Map<string, ChatPlace>();
  const chatOf = new Map<string, string>();
  for (let index = 0; index < plan.chats; index++) {
    const chat = chatName(index);
    const people = Array.from({ length: plan.seats }, (_, seat) => personIn(chat, seat));
    for (const person of people) chatOf.set(person, chat);
    chats.set(chat, chatOfPeople(people));
  }
  function standing(person: string): Standing | undefined {
    return chatOf.has(person) ? { person, role: 'student', duties: {} } : undefined;
  }
  return {
    org: 'bench',
    bytes: 0,
    standing,
    chat: (id) => chats.get(id),
    chatsOf: (person) => [chatOf.get(person) ?? []].flat(),
    membersOf: (chat) => Object.keys(chats.get(chat)?.people ?? {}),
    projection: (person) => (chatOf.has(person) ? projectionOf(person) : undefined),
    onChange: () => () => {},
    save: () => new Uint8Array(),
    judge: () => ({ ok: false, code: 'admins-only' }),
    replay: () => {},
  };
}

/** The token of a person is their name. */
export function benchSessions(): Sessions {
  async function ofToken(token: string) {
    return { id: token, person: token, expiresAt: Number.MAX_SAFE_INTEGER };
  }
  return {
    ofToken,
    ofHeaders: async (headers) => {
      const [, token] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
      return token ? ofToken(token) : undefined;
    },
    onEnd: () => () => {},
  };
}

function chatOfPeople(people: readonly string[]): ChatPlace {
  const members = Object.fromEntries(people.map((person) => [person, true as const]));
  return { kind: 'chat', unit: null, audience: [], people: members, matrix: DEFAULT_MATRIX };
}

function projectionOf(person: string): Projection {
  const me: Projection['me'] = { id: person, role: 'student', duties: {} };
  return { seq: 1, org: { id: 'bench', title: 'Школа' }, me, units: {}, people: {}, chats: {} };
}
