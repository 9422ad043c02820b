/** The segment as one update leaves it so far, and what must be true of it at the end. */
import type { Json } from '../ops/op.ts';
import type { ActDone, Effects, PolicyContext } from '../ops/policy.ts';
import { type Act, may, type Place } from '../school/may.ts';
import type { RefusalCode } from '../school/refusals.ts';
import { splitKey } from './shape.ts';
import { type PaperFields, sharedPaper } from './values.ts';

export class Draft {
  readonly acts: ActDone[] = [];
  readonly person: string | undefined;
  readonly #ctx: PolicyContext;
  readonly #messages = new Map<string, Json>();
  readonly #gone = new Set<string>();
  /** Key → message id. */
  readonly #edits = new Map<string, string>();
  readonly #droppedEdits = new Map<string, string>();
  readonly #droppedReactions = new Set<string>();
  readonly #places: { id: string; message: string }[] = [];
  readonly #newPapers = new Set<string>();
  readonly #papers = new Map<string, PaperFields>();

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
    return this.#newPapers.has(id) || this.#ctx.paperExists(id);
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
    if (this.#gone.has(id)) return undefined;
    return this.#messages.get(id) ?? this.#ctx.read('messages', id);
  }

  addMessage(id: string, value: Json): undefined {
    this.#messages.set(id, value);
    this.#places.push({ id, message: id });
  }

  dropMessage(id: string): undefined {
    this.#gone.add(id);
  }

  addEdit(key: string, message: string, id: string): undefined {
    this.#edits.set(key, message);
    this.#places.push({ id, message });
  }

  dropEdit(key: string, message: string): undefined {
    this.#droppedEdits.set(key, message);
  }

  dropReaction(message: string): undefined {
    this.#droppedReactions.add(message);
  }

  addPaper(id: string, paper: PaperFields): undefined {
    this.#newPapers.add(id);
    this.#papers.set(id, paper);
    this.#places.push({ id, message: '' });
  }

  changePaper(id: string, paper: PaperFields): undefined {
    this.#papers.set(id, paper);
  }

  /** What the update leaves undone; undefined when it is whole. */
  unfinished(): RefusalCode | undefined {
    // History and others' reactions go only together with their message …
    for (const message of this.#droppedEdits.values()) if (!this.#gone.has(message)) return 'not-allowed';
    for (const message of this.#droppedReactions) if (!this.#gone.has(message)) return 'not-yours';
    return this.#leavesEdits() ? 'stale' : this.#sharingFault();
  }

  effects(): Effects {
    return {
      places: this.#places.filter(({ message }) => !this.#gone.has(message)).map(({ id }) => id),
      gone: [...this.#gone],
      papers: [...this.#papers].map(([paper, { by, title, edit }]) => ({ paper, owner: by, title, edit })),
    };
  }

  /** … and the message takes its history with it: a deleted text must not live on in an edit. */
  #leavesEdits(): boolean {
    if (this.#gone.size === 0) return false;
    for (const [key, message] of this.#edits)
      if (this.#gone.has(message) && !this.#droppedEdits.has(key)) return true;
    for (const key of this.#ctx.keys('edits')) {
      const message = splitKey(key)?.message;
      if (message !== undefined && this.#gone.has(message) && !this.#droppedEdits.has(key)) return true;
    }
    return false;
  }

  /** A message shares a paper that is made with it, and a paper is made by being shared. */
  #sharingFault(): RefusalCode | undefined {
    const shared = new Set<string>();
    for (const value of this.#messages.values()) {
      const paper = sharedPaper(value);
      if (paper === undefined) continue;
      if (!this.#newPapers.has(paper) || shared.has(paper)) return 'bad-value';
      shared.add(paper);
    }
    return shared.size === this.#newPapers.size ? undefined : 'bad-value';
  }

  #may(act: Act, target: string, place: Place): RefusalCode | undefined {
    const verdict = may(this.#ctx.who, act, place);
    if (!verdict.ok) return verdict.code;
    this.acts.push({ act, target });
    return undefined;
  }
}
