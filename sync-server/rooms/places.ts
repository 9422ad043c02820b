/** Where a room stands in the school: whether it exists, who may read it, and what a policy must know of it. */

import { type ChatPlace, may, type PaperEdit, type Place, type Verdict } from '#shared/school/may.ts';
import { type DocName, parseDoc, parseRoom, type RoomName } from '#shared/school/names.ts';
import type { School } from '../registry/school.ts';
import type { SharedPaper, StoredPaper } from '../store/log.ts';
import type { Surroundings } from './yjs-content.ts';

const NOWHERE: Verdict = { ok: false, code: 'unknown-place' };

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

  constructor(school: School, papers: readonly SharedPaper[]) {
    this.#school = school;
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
    return name !== undefined && this.#place(name) !== undefined;
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
  settle(papers: readonly StoredPaper[], stored: boolean, at: number): void {
    for (const paper of papers) {
      const known = this.#papers.get(paper.paper);
      // As the store does it: chat and owner never change.
      const { edit, title } = paper;
      if (stored) this.#papers.set(paper.paper, known ? { ...known, edit, title } : { ...paper, at });
      this.#pending.get(paper.paper)?.settle();
      this.#pending.delete(paper.paper);
    }
  }

  /** Whether a person may read a room that was found. */
  mayRead(person: string, room: string): Verdict {
    const name = parseRoom(room);
    const place = name && this.#place(name);
    if (!name || !place) return NOWHERE;
    return may(this.#school.standing(person), READ[name.kind], place);
  }

  /** The papers of all chats that a person may read. */
  papersOf(person: string): SharedPaper[] {
    const chats = new Set(this.#school.chatsOf(person));
    return [...this.#papers.values()].filter(({ chat }) => chats.has(chat));
  }

  around(doc: string, person: string, head: number, ids: ReadonlySet<string>): Surroundings | undefined {
    const name = parseDoc(doc);
    const place = name && this.#place(roomName(name));
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

  #place(name: RoomName): Place | undefined {
    if (name.kind === 'chat') return this.#school.chat(name.chat);
    if (name.kind === 'me')
      return this.#school.standing(name.person) ? { kind: 'me', person: name.person } : undefined;
    if (name.kind === 'org') return name.org === this.#school.org ? { kind: 'org' } : undefined;
    const row = this.#papers.get(name.paper);
    const chat: ChatPlace | undefined = row && this.#school.chat(row.chat);
    return row && chat && { kind: 'paper', chat, owner: row.owner, edit: row.edit as PaperEdit };
  }
}

const READ = { chat: 'chat.read', me: 'me.read', org: 'registry.read', paper: 'paper.read' } as const;

function roomName(name: DocName): RoomName {
  if (name.kind === 'feed' || name.kind === 'pins') return { kind: 'chat', chat: name.chat };
  if (name.kind === 'paper' || name.kind === 'margin') return { kind: 'paper', paper: name.paper };
  if (name.kind === 'registry') return { kind: 'org', org: name.org };
  return name;
}
