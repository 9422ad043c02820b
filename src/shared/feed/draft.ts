/** The segment as one update leaves it so far, and what must be true of it at the end. */
import type { Json } from '../ops/op.ts';
import type { ActDone, Effects, PolicyContext } from '../ops/policy.ts';
import { LIMITS } from '../school/limits.ts';
import { type Act, may, type Place } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { splitKey } from './shape.ts';
import { type PaperFields, sharedPaper } from './values.ts';

export class Draft {
  readonly acts: ActDone[] = [];
  readonly person: string | undefined;
  readonly #ctx: PolicyContext;
  // Most updates bring one message and nothing else: what they do not need is not made.
  #messages: Map<string, Json> | undefined;
  #gone: Set<string> | undefined;
  /** Key → message id. */
  #edits: Map<string, string> | undefined;
  #droppedEdits: Map<string, string> | undefined;
  #droppedReactions: Set<string> | undefined;
  /** Ids that get a place, and the message that each belongs to. */
  readonly #places: string[] = [];
  readonly #placed: string[] = [];
  #ids: Set<string> | undefined;
  #newPapers: Set<string> | undefined;
  #papers: Map<string, PaperFields> | undefined;
  #shares = false;

  constructor(ctx: PolicyContext) {
    this.#ctx = ctx;
    this.person = ctx.who?.person;
  }

  get open(): boolean {
    return this.#ctx.open;
  }

  owns(lease: number): boolean {
    return this.#ctx.owns(lease);
  }

  paperExists(id: string): boolean {
    return this.#newPapers?.has(id) || this.#ctx.paperExists(id);
  }

  may(act: Act, target: string): RefusalCode | undefined {
    return this.#may(act, target, this.#ctx.place);
  }

  /** Whether the person may change title and rights of a paper. */
  mayShare(id: string, paper: PaperFields): RefusalCode | undefined {
    const chat = this.#ctx.place;
    if (chat.kind !== 'chat') return 'not-allowed';
    return this.#may('paper.rights', id, { kind: 'paper', chat, owner: paper.by, edit: paper.edit });
  }

  message(id: string): Json | undefined {
    if (this.#gone?.has(id)) return undefined;
    return this.#messages?.get(id) ?? this.#ctx.read('messages', id);
  }

  addMessage(id: string, value: Json): RefusalCode | undefined {
    this.#messages ??= new Map();
    this.#messages.set(id, value);
    if (sharedPaper(value) !== undefined) this.#shares = true;
    return this.#place(id, id);
  }

  dropMessage(id: string): undefined {
    this.#gone ??= new Set();
    this.#gone.add(id);
  }

  addEdit(key: string, message: string, id: string): RefusalCode | undefined {
    this.#edits ??= new Map();
    this.#edits.set(key, message);
    return this.#place(id, message);
  }

  dropEdit(key: string, message: string): undefined {
    this.#droppedEdits ??= new Map();
    this.#droppedEdits.set(key, message);
  }

  dropReaction(message: string): undefined {
    this.#droppedReactions ??= new Set();
    this.#droppedReactions.add(message);
  }

  addPaper(id: string, paper: PaperFields): RefusalCode | undefined {
    this.#newPapers ??= new Set();
    this.#newPapers.add(id);
    this.changePaper(id, paper);
    return this.#place(id, '');
  }

  changePaper(id: string, paper: PaperFields): undefined {
    this.#papers ??= new Map();
    this.#papers.set(id, paper);
  }

  /** What the update leaves undone; undefined when it is whole. */
  unfinished(): RefusalCode | undefined {
    // History and others' reactions go only together with their message …
    if (this.#droppedEdits)
      for (const message of this.#droppedEdits.values()) if (!this.#gone?.has(message)) return 'not-allowed';
    if (this.#droppedReactions)
      for (const message of this.#droppedReactions) if (!this.#gone?.has(message)) return 'not-yours';
    if (this.#leavesEdits()) return 'stale';
    return this.#isOverEdited() ? 'too-many-edits' : this.#sharingFault();
  }

  effects(): Effects {
    const gone = this.#gone;
    return {
      places: gone ? this.#places.filter((_, i) => !gone.has(this.#placed[i] as string)) : this.#places,
      gone: gone ? [...gone] : [],
      papers: this.#papers ? Array.from(this.#papers, paperRow) : [],
    };
  }

  /** An id is used once in a chat: a second use would have no place, and nobody would be told of it. */
  #place(id: string, message: string): RefusalCode | undefined {
    if (this.#ctx.idTaken?.(id)) return 'not-allowed';
    if (this.#places.length > 0) {
      this.#ids ??= new Set(this.#places);
      if (this.#ids.has(id)) return 'not-allowed';
      this.#ids.add(id);
    }
    this.#places.push(id);
    this.#placed.push(message);
  }

  /** … and the message takes its history with it: a deleted text must not live on in an edit. */
  #leavesEdits(): boolean {
    const gone = this.#gone;
    if (!gone) return false;
    if (this.#edits)
      for (const [key, message] of this.#edits)
        if (gone.has(message) && !this.#droppedEdits?.has(key)) return true;
    for (const key of this.#ctx.keys('edits')) {
      const message = splitKey(key)?.message;
      if (message !== undefined && gone.has(message) && !this.#droppedEdits?.has(key)) return true;
    }
    return false;
  }

  /** Whoever deletes a message names each of its edits: there are never more than one update may name. */
  #isOverEdited(): boolean {
    if (!this.#edits) return false;
    const counts = new Map<string, number>();
    const count = (message: string) => counts.set(message, (counts.get(message) ?? 0) + 1);
    for (const message of this.#edits.values()) count(message);
    for (const key of this.#ctx.keys('edits')) {
      const message = splitKey(key)?.message;
      if (message !== undefined && counts.has(message)) count(message);
    }
    return [...counts.values()].some((edits) => edits > LIMITS.editsPerMessageMax);
  }

  /** A message shares a paper that is made with it, and a paper is made by being shared. */
  #sharingFault(): RefusalCode | undefined {
    if (!this.#shares) return this.#newPapers ? 'bad-value' : undefined;
    const shared = new Set<string>();
    for (const value of this.#messages?.values() ?? []) {
      const paper = sharedPaper(value);
      if (paper === undefined) continue;
      if (!this.#newPapers?.has(paper) || shared.has(paper)) return 'bad-value';
      shared.add(paper);
    }
    return shared.size === this.#newPapers?.size ? undefined : 'bad-value';
  }

  #may(act: Act, target: string, place: Place): RefusalCode | undefined {
    const verdict = may(this.#ctx.who, act, place);
    if (!verdict.ok) return verdict.code;
    this.acts.push({ act, target });
    return undefined;
  }
}

function paperRow([paper, { by, title, edit }]: [string, PaperFields]): Effects['papers'][number] {
  return { paper, owner: by, title, edit };
}
