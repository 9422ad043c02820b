/** Where a room stands in the school: whether it exists, who may read it, and what a policy must know of it. */

import { type ChatPlace, may, type PaperEdit, type Place, type Verdict } from '#shared/school/may.ts';
import { chatRoom, type DocName, parseDoc, parseRoom, type RoomName, roomOf } from '#shared/school/names.ts';
import type { School } from '../registry/school.ts';
import type { FirstRow, SharedPaper, StoredPaper } from '../store/log.ts';
import type { Surroundings } from './yjs-content.ts';

const NOWHERE: Verdict = { ok: false, code: 'unknown-place' };

/** The first segment that a member may read, and the sequence of the room at which it was opened. */
export type First = Pick<FirstRow, 'segment' | 'seq'>;
const ALL: First = { segment: 1, seq: 0 };

interface Pending {
  settled: Promise<void>;
  settle(): void;
}

export class Places {
  readonly #school: School;
  /** Rows of all papers of the school: some ten thousand small ones, asked for at every judgement. */
  readonly #papers: Map<string, SharedPaper>;
  /** Papers whose making is accepted and not on disk yet. */
  readonly #pending = new Map<string, Pending>();

  /** Room → members who do not read it from its first segment on: most rooms have none. */
  readonly #firsts = new Map<string, Map<string, First>>();

  constructor(school: School, papers: readonly SharedPaper[], firsts: readonly FirstRow[]) {
    this.#school = school;
    for (const { room, person, ...first } of firsts) this.begun(room, [person], first);
    this.#papers = new Map(papers.map((paper) => [paper.paper, paper]));
  }

  /** Whether the room exists; a paper that is being made is waited for. */
  async find(room: string): Promise<boolean> {
    const name = parseRoom(room);
    if (name?.kind === 'paper') await this.#pending.get(name.paper)?.settled;
    return this.isKnown(room);
  }

  /** Whether the room exists in what is durable. */
  isKnown(room: string): boolean {
    const name = parseRoom(room);
    return name !== undefined && this.#place(name, '') !== undefined;
  }

  paperExists(paper: string): boolean {
    return this.#papers.has(paper) || this.#pending.has(paper);
  }

  /** Papers of an intent that is accepted and on its way to the disk. */
  expect(papers: readonly StoredPaper[]): void {
    for (const { paper } of papers) {
      if (this.paperExists(paper)) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#pending.set(paper, { settled: promise, settle: resolve });
    }
  }

  /** How that ended: their rows are durable, or they will never be. */
  settle(papers: readonly StoredPaper[], stored: boolean, { doc, at }: { doc: string; at: number }): void {
    const name = papers.length > 0 ? parseDoc(doc) : undefined;
    const segment = name?.kind === 'feed' ? name.segment : 0;
    for (const paper of papers) {
      const known = this.#papers.get(paper.paper);
      // As the store does it: chat and owner never change.
      const { edit, title } = paper;
      if (stored)
        this.#papers.set(paper.paper, known ? { ...known, edit, title } : { ...paper, at, segment });
      this.#pending.get(paper.paper)?.settle();
      this.#pending.delete(paper.paper);
    }
  }

  /** Whether a person may read a room that was found. */
  mayRead(person: string, room: string): Verdict {
    const name = parseRoom(room);
    const place = name && this.#place(name, person);
    if (!name || !place) return NOWHERE;
    return may(this.#school.standing(person), READ[name.kind], place);
  }

  /** Whether a person may read a document of a room that was found: of a chat nothing older than their first segment. */
  mayReadDoc(person: string, doc: string): Verdict {
    const name = parseDoc(doc);
    if (name?.kind !== 'feed') return this.mayRead(person, roomOf(doc));
    const chat = this.#school.chat(name.chat);
    if (!chat) return NOWHERE;
    const first = this.firstOf(person, chatRoom(name.chat)).segment;
    const place = { kind: 'segment', chat, segment: name.segment, first } as const;
    return may(this.#school.standing(person), 'segment.read', place);
  }

  /** From where on a member reads a chat. */
  firstOf(person: string, room: string): First {
    return this.#firsts.get(room)?.get(person) ?? ALL;
  }

  /** Whether anybody in the room does not read all of it. */
  hides(room: string): boolean {
    return this.#firsts.has(room);
  }

  /** Durable: from now on these members read the room from there on. */
  begun(room: string, persons: readonly string[], first: First): void {
    const firsts = this.#firsts.get(room) ?? new Map<string, First>();
    for (const person of persons)
      if (first.segment > 1) firsts.set(person, first);
      else firsts.delete(person);
    if (firsts.size > 0) this.#firsts.set(room, firsts);
    else this.#firsts.delete(room);
  }

  /** The papers of all chats that a person may read. */
  papersOf(person: string): SharedPaper[] {
    const chats = new Set(this.#school.chatsOf(person));
    const isOpen = ({ chat, segment }: SharedPaper) =>
      chats.has(chat) && segment >= this.firstOf(person, chatRoom(chat)).segment;
    return [...this.#papers.values()].filter(isOpen);
  }

  around(doc: string, person: string, head: number, ids: ReadonlySet<string>): Surroundings | undefined {
    const name = parseDoc(doc);
    const place = name && this.#place(roomName(name), person);
    if (!name || !place) return undefined;
    return {
      who: this.#school.standing(person),
      place,
      chat: name.kind === 'feed' || name.kind === 'pins' ? name.chat : '',
      paperExists: (paper) => this.paperExists(paper),
      ids,
      open: name.kind !== 'feed' || name.segment === head,
    };
  }

  #place(name: RoomName, person: string): Place | undefined {
    if (name.kind === 'chat') return this.#school.chat(name.chat);
    if (name.kind === 'me')
      return this.#school.standing(name.person) ? { kind: 'me', person: name.person } : undefined;
    if (name.kind === 'org') return name.org === this.#school.org ? { kind: 'org' } : undefined;
    const row = this.#papers.get(name.paper);
    const chat: ChatPlace | undefined = row && this.#school.chat(row.chat);
    if (!row || !chat) return undefined;
    const { segment } = row;
    const shared = { segment, first: this.firstOf(person, chatRoom(row.chat)).segment };
    return { kind: 'paper', chat, owner: row.owner, edit: row.edit as PaperEdit, shared };
  }
}

const READ = { chat: 'chat.read', me: 'me.read', org: 'registry.read', paper: 'paper.read' } as const;

function roomName(name: DocName): RoomName {
  if (name.kind === 'feed' || name.kind === 'pins') return { kind: 'chat', chat: name.chat };
  if (name.kind === 'paper' || name.kind === 'margin') return { kind: 'paper', paper: name.paper };
  if (name.kind === 'registry') return { kind: 'org', org: name.org };
  return name;
}
