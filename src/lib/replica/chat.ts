/** A chat as a page sees it: its messages in order, what may be done with them, and the acts. */
import type { PaperEdit } from '#shared/school/may.ts';
import { chatRoom, feedDoc, parseDoc } from '#shared/school/names.ts';
import { allowed, type Look } from './acts.ts';
import type { RoomCopy } from './copy.ts';
import type { HeadRow } from './disk.ts';
import { isSame, messageViews, pinsOf, touchedIn } from './message-views.ts';
import type { Chat, ChatAct, Drafts, Intent, MessageView, PinView, Verdict } from './types.ts';

/** A newest segment with fewer messages than a screen needs brings the one before it along. */
const SCREEN_MESSAGES = 30;
/** What is written, where it is asked only whether writing is possible. */
const WORD = '-';

export interface ChatGround {
  person: string;
  copy: RoomCopy;
  look(): Look;
  head(): HeadRow | undefined;
  /** The first segment that the person may read. */
  first(): number;
  write(build: (id: () => string) => Intent): Promise<Verdict>;
  /** Unsays an own message that never left the device; false when it may have, `changed` when another tab edited it. */
  takeBack(message: string): Promise<boolean | 'changed'>;
  /** Brings a document to disk if it can; whether it is there now. */
  fetch(doc: string): Promise<boolean>;
  readMore(doc: string): Promise<boolean>;
  /** The document that the relay says holds a message: '' for none, undefined when nobody can tell now. */
  ask(id: string): Promise<string | undefined>;
  markRead(seq: number): void;
  me: Drafts;
  changed(): void;
  close(): void;
}

export class ChatView implements Chat {
  readonly id: string;
  readonly #ground: ChatGround;
  #shown: { version: number; head: HeadRow | undefined; list: MessageView[] } | undefined;
  #views = new Map<string, MessageView>();
  #firstUnread: string | undefined;
  #readAtOpening: number | undefined;
  #sawMessages = false;

  constructor(id: string, ground: ChatGround) {
    this.id = id;
    this.#ground = ground;
  }

  get ready(): boolean {
    const { loaded, epoch, out } = this.#ground.copy;
    return loaded && (epoch !== '' || out.length > 0);
  }

  get hasOlder(): boolean {
    return this.#oldest() > this.#ground.first();
  }

  get beginsLate(): boolean {
    return this.#ground.first() > 1 && !this.hasOlder;
  }

  get firstUnread(): string | undefined {
    this.messages();
    return this.#firstUnread;
  }

  get draft(): string {
    return this.#ground.me.draft(this.id);
  }

  setDraft(text: string): void {
    this.#ground.me.setDraft(this.id, text);
  }

  get drafts(): Drafts {
    return this.#ground.me;
  }

  messages(): readonly MessageView[] {
    const { copy } = this.#ground;
    const head = this.#ground.head();
    const shown = this.#shown;
    if (shown && shown.version === copy.version && shown.head === head) return shown.list;
    const list = this.#reuse(messageViews(this.#ground.person, copy, head));
    this.#shown = { version: copy.version, head, list };
    if (copy.loaded) this.#readAtOpening ??= head?.read ?? 0;
    // Once: what arrives while the chat is on screen is no news to whoever looks at it.
    if (!this.#sawMessages && list.length > 0) {
      this.#sawMessages = true;
      const read = this.#readAtOpening ?? 0;
      this.#firstUnread = list.find(({ mine, seq }) => !mine && (seq ?? 0) > read)?.id;
    }
    return list;
  }

  async older(): Promise<boolean> {
    const segment = this.#oldest() - 1;
    if (segment < this.#ground.first()) return false;
    return this.#load(feedDoc(this.id, segment));
  }

  /** Called once the room was read: a new segment that fills no screen brings the one before it. */
  async fillScreen(): Promise<void> {
    const segment = this.#oldest() - 1;
    if (segment >= this.#ground.first() && this.messages().length < SCREEN_MESSAGES)
      if (await this.#ground.readMore(feedDoc(this.id, segment))) this.#ground.changed();
  }

  async find(message: string): Promise<boolean> {
    const { copy } = this.#ground;
    const found = copy.message(message);
    if (found !== 'unknown') return found !== 'gone';
    const doc = (await this.#ground.ask(message)) ?? '?';
    if (doc === '') {
      copy.missed.add(message);
      copy.version++;
      this.#ground.changed();
    }
    const parsed = parseDoc(doc);
    if (parsed?.kind !== 'feed' || parsed.chat !== this.id) return false;
    // No hole may stay between what is shown and what was found.
    while (this.#oldest() > parsed.segment) if (!(await this.older())) return false;
    return typeof copy.message(message) === 'object';
  }

  idOf(message: string): string {
    return this.#ground.copy.names.get(message) ?? message;
  }

  isGone(message: string): boolean {
    return this.#ground.copy.message(message) === 'gone';
  }

  say(text: string, re?: string): Promise<Verdict> {
    return this.#ground.write((id) => ({
      ...{ act: 'message.create', id: id(), at: Date.now(), text },
      ...(re === undefined ? {} : { re }),
    }));
  }

  edit(message: string, text: string): Promise<Verdict> {
    return this.#ground.write((id) => ({ act: 'message.edit', message, id: id(), at: Date.now(), text }));
  }

  async remove(message: string): Promise<Verdict> {
    // Until it was sent nobody has to hear of it.
    const { copy, takeBack } = this.#ground;
    const isTaken = copy.pendingOf([message]).length > 0 && (await takeBack(message));
    if (isTaken === 'changed') return { ok: false, code: 'changed-meanwhile' };
    if (isTaken) return { ok: true, id: message };
    return this.#ground.write(() => ({ act: 'message.delete', message }));
  }

  react(message: string, emoji: string): Promise<Verdict> {
    return this.#ground.write(() => ({ act: 'reaction.set', message, emoji }));
  }

  pin(message: string): Promise<Verdict> {
    // What is pinned and gone is shown to nobody, and would count all the same.
    for (const pinned of pinsOf(this.#ground.copy)?.keys() ?? [])
      if (this.isGone(pinned)) void this.unpin(pinned);
    return this.#ground.write(() => ({ act: 'pin.set', message, at: Date.now() }));
  }

  unpin(message: string): Promise<Verdict> {
    return this.#ground.write(() => ({ act: 'pin.remove', message }));
  }

  createPaper(title: string, edit: PaperEdit): Promise<Verdict> {
    return this.#ground.write((id) => {
      const common = { act: 'paper.create', id: id(), at: Date.now(), text: '' } as const;
      return { ...common, paper: id(), title, edit };
    });
  }

  setPaperRights(paper: string, change: { title?: string; edit?: PaperEdit }): Promise<Verdict> {
    return this.#ground.write(() => ({ act: 'paper.rights', paper, ...change }));
  }

  markRead(message?: string): void {
    const list = this.messages();
    // An own message that is not sent yet has no number, but what stands above it has.
    const seen = message === undefined ? list : list.slice(0, list.findIndex(({ id }) => id === message) + 1);
    const seq = seen.reduce((most, view) => Math.max(most, view.seq ?? 0), 0);
    if (seq > (this.#ground.head()?.read ?? 0)) this.#ground.markRead(seq);
  }

  pins(): readonly PinView[] {
    const { copy } = this.#ground;
    const waiting = touchedIn(copy);
    const pins = pinsOf(copy);
    return [...(pins ?? [])]
      .filter(([message]) => !this.isGone(message))
      .map(([message, { by, at }]) => ({ message, by, at, pending: waiting.has(message) }))
      .sort((a, b) => b.at - a.at);
  }

  may(act: ChatAct, message = ''): Verdict {
    const verdict = allowed(this.#probe(act, message), chatRoom(this.id), this.#ground.look());
    return verdict.ok ? { ok: true, id: message } : verdict;
  }

  close(): void {
    this.#ground.close();
  }

  #probe(act: ChatAct, message: string): Intent {
    switch (act) {
      case 'say':
        return { act: 'message.create', id: '', at: 0, text: WORD };
      case 'edit':
        return { act: 'message.edit', message, id: '', at: 0, text: WORD };
      case 'remove':
        return { act: 'message.delete', message };
      case 'react':
        return { act: 'reaction.set', message, emoji: '' };
      case 'pin':
        return { act: 'pin.set', message, at: 0 };
      default:
        return { act: 'paper.create', id: '', at: 0, text: '', paper: '', title: WORD, edit: 'everyone' };
    }
  }

  async #load(doc: string): Promise<boolean> {
    const here = (await this.#ground.fetch(doc)) && (await this.#ground.readMore(doc));
    if (here) this.#ground.changed();
    return here;
  }

  #oldest(): number {
    let oldest = Math.max(this.#ground.copy.head, 1);
    for (const name of this.#ground.copy.docs.keys()) {
      const parsed = parseDoc(name);
      if (parsed?.kind === 'feed') oldest = Math.min(oldest, parsed.segment);
    }
    return oldest;
  }

  /** A row that did not change stays the same object, so that a list redraws only what is new. */
  #reuse(views: MessageView[]): MessageView[] {
    const next = new Map<string, MessageView>();
    const list = views.map((view) => {
      const before = this.#views.get(view.id);
      const kept = before && isSame(before, view) ? before : view;
      next.set(view.id, kept);
      return kept;
    });
    this.#views = next;
    return list;
  }
}
