/**
 * Names of documents and rooms. A document is one CRDT with one set of writers; a room is what one owner
 * sequences: a chat with its segments and pins, a paper with its margin, a registry, a person's own `me`.
 */

export type DocName =
  | { kind: 'registry'; org: string }
  | { kind: 'feed'; chat: string; segment: number }
  | { kind: 'pins'; chat: string }
  | { kind: 'paper'; paper: string }
  | { kind: 'margin'; paper: string }
  | { kind: 'me'; person: string };

export type RoomName =
  | { kind: 'org'; org: string }
  | { kind: 'chat'; chat: string }
  | { kind: 'paper'; paper: string }
  | { kind: 'me'; person: string };

const ID = /^[A-Za-z0-9_.-]{1,40}$/;
const SEGMENT = /^[1-9][0-9]{0,5}$/;
/** Longer than any name: what is longer is not looked at. */
const NAME_CHARS_MAX = 80;

/** Reads the name of a document; undefined for anything that is not exactly one of the known forms. */
export function parseDoc(name: string): DocName | undefined {
  if (name.length > NAME_CHARS_MAX) return undefined;
  const part = name.split('/');
  const id = part[1] ?? '';
  if (!ID.test(id)) return undefined;
  if (part[0] === 'chat' && part[2] === 'feed' && part.length === 4 && SEGMENT.test(part[3] ?? ''))
    return { kind: 'feed', chat: id, segment: Number(part[3]) };
  if (part[0] === 'chat' && part[2] === 'pins' && part.length === 3) return { kind: 'pins', chat: id };
  if (part[0] === 'paper' && part.length === 2) return { kind: 'paper', paper: id };
  if (part[0] === 'paper' && part[2] === 'margin' && part.length === 3) return { kind: 'margin', paper: id };
  if (part[0] === 'me' && part.length === 2) return { kind: 'me', person: id };
  if (part[0] === 'org' && part[2] === 'registry' && part.length === 3) return { kind: 'registry', org: id };
  return undefined;
}

/** Reads the name of a room (`chat/7a`, `paper/x`, `org/main`, `me/p1`); undefined when it is none. */
export function parseRoom(name: string): RoomName | undefined {
  if (name.length > NAME_CHARS_MAX) return undefined;
  const [kind, id = '', more] = name.split('/');
  if (more !== undefined || !ID.test(id)) return undefined;
  if (kind === 'chat') return { kind, chat: id };
  if (kind === 'paper') return { kind, paper: id };
  if (kind === 'org') return { kind, org: id };
  if (kind === 'me') return { kind, person: id };
  return undefined;
}

/** The room that sequences a document: the first two parts of the document's name. */
export function roomOf(doc: string): string {
  return doc.split('/', 2).join('/');
}

export const feedDoc = (chat: string, segment: number): string => `chat/${chat}/feed/${segment}`;
export const pinsDoc = (chat: string): string => `chat/${chat}/pins`;
export const paperDoc = (paper: string): string => `paper/${paper}`;
export const meDoc = (person: string): string => `me/${person}`;
export const registryDoc = (org: string): string => `org/${org}/registry`;
export const chatRoom = (chat: string): string => `chat/${chat}`;
