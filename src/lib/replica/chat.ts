/** A chat as a page sees it: its messages in order, what may be done with them, and the acts. */
import { type Edit, type Message, type PaperEntry, splitKey } from '#shared/feed/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import type { PaperEdit } from '#shared/school/may.ts';
import { chatRoom, feedDoc, parseDoc, pinsDoc } from '#shared/school/names.ts';
import { allowed, type Look } from './acts.ts';
import type { RoomCopy } from './copy.ts';
import type { HeadRow } from './disk.ts';
import type {
  Chat,
  ChatAct,
  Intent,
  MessageState,
  MessageView,
  PaperCard,
  PinView,
  Verdict,
} from './types.ts';

/** Written this long before it arrived, a message shows both times. */
const LATE_MS = 5 * 60_000;
/** A newest segment with fewer messages than a screen needs brings the one before it along. */
const SCREEN_MESSAGES = 30;

export interface ChatGround {
  person: string;
  copy: RoomCopy;
  look(): Look;
  head(): HeadRow | undefined;
  write(build: (id: () => string) => Intent): Promise<Verdict>;
  /** Brings a document to disk if it can; whether it is there now. */
  fetch(doc: string): Promise<boolean>;
  readMore(doc: string): Promise<boolean>;
  /** The document that the relay says holds a message. */
  ask(id: string): Promise<string | undefined>;
  markRead(seq: number): void;
  draft(): string;
  setDraft(text: string): void;
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
    return this.#oldest() > 1;
  }

  get firstUnread(): string | undefined {
    this.messages();
    return this.#firstUnread;
  }

  get draft(): string {
    return this.#ground.draft();
  }

  setDraft(text: string): void {
    this.#ground.setDraft(text);
  }

  messages(): readonly MessageView[] {
    const { copy } = this.#ground;
    const head = this.#ground.head();
    const shown = this.#shown;
    if (shown && shown.version === copy.version && shown.head === head) return shown.list;
    const list = this.#build(head);
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
    if (segment < 1) return false;
    return this.#load(feedDoc(this.id, segment));
  }

  /** Called once the room was read: a new segment that fills no screen brings the one before it. */
  async fillScreen(): Promise<void> {
    const segment = this.#oldest() - 1;
    if (segment >= 1 && this.messages().length < SCREEN_MESSAGES)
      if (await this.#ground.readMore(feedDoc(this.id, segment))) this.#ground.changed();
  }

  async find(message: string): Promise<boolean> {
    const { copy } = this.#ground;
    if (copy.docOf(message)) return true;
    const doc = await this.#ground.ask(message);
    const parsed = doc === undefined ? undefined : parseDoc(doc);
    if (parsed?.kind !== 'feed' || parsed.chat !== this.id) return false;
    // No hole may stay between what is shown and what was found.
    while (this.#oldest() > parsed.segment) if (!(await this.older())) return false;
    return copy.docOf(message) !== undefined;
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

  remove(message: string): Promise<Verdict> {
    return this.#ground.write(() => ({ act: 'message.delete', message }));
  }

  react(message: string, emoji: string): Promise<Verdict> {
    return this.#ground.write(() => ({ act: 'reaction.set', message, emoji }));
  }

  pin(message: string): Promise<Verdict> {
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
    const waiting = new Set(this.#waiting().map((intent) => ('message' in intent ? intent.message : '')));
    const pins = copy.docs.get(pinsDoc(this.id))?.getMap<Pin>('pins');
    return [...(pins ?? [])]
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
        return { act: 'message.create', id: '', at: 0, text: '' };
      case 'edit':
        return { act: 'message.edit', message, id: '', at: 0, text: '' };
      case 'remove':
        return { act: 'message.delete', message };
      case 'react':
        return { act: 'reaction.set', message, emoji: '' };
      case 'pin':
        return { act: 'pin.set', message, at: 0 };
      default:
        return { act: 'paper.create', id: '', at: 0, text: '', paper: '', title: '', edit: 'everyone' };
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

  #waiting(): Intent[] {
    const { out, unsaved } = this.#ground.copy;
    return [...out, ...unsaved].map(({ intent }) => intent);
  }

  #build(head: HeadRow | undefined): MessageView[] {
    const { copy } = this.#ground;
    const pins = copy.docs.get(pinsDoc(this.id))?.getMap<Pin>('pins');
    const touched = new Set(this.#waiting().map((intent) => ('message' in intent ? intent.message : '')));
    const views: MessageView[] = [];
    for (const [name, doc] of copy.docs) {
      if (parseDoc(name)?.kind !== 'feed') continue;
      const edits = this.#lastEdits(doc.getMap<Edit>('edits'));
      const reactions = this.#reactionsOf(doc.getMap<string>('reactions'));
      const papers = doc.getMap<PaperEntry>('papers');
      for (const [id, message] of doc.getMap<Message>('messages')) {
        const edit = edits.get(id);
        views.push({
          ...this.#placed(id, message, head),
          ...{ id, by: message.by, mine: message.by === this.#ground.person, at: message.at },
          ...{ text: edit?.text ?? message.text, edited: edit !== undefined, re: message.re },
          paper: cardOf(message.paper, papers),
          reactions: reactions.get(id) ?? NONE,
          pinned: pins?.has(id) ?? false,
          pending: touched.has(id),
        });
      }
    }
    views.sort(byArrival);
    return this.#reuse(views);
  }

  #placed(
    id: string,
    message: Message,
    head: HeadRow | undefined,
  ): { seq: number | undefined; arrivedAt: number | undefined; state: MessageState; late: boolean } {
    const place = this.#ground.copy.places.get(id);
    if (!place) return { seq: undefined, arrivedAt: undefined, state: 'queued', late: false };
    const { seq, at } = place;
    const state = seq <= (head?.othersRead ?? 0) ? 'read' : seq <= (head?.got ?? 0) ? 'delivered' : 'sent';
    return { seq, arrivedAt: at, state, late: at - message.at > LATE_MS };
  }

  /** The last arrived edit shows; one that is still unsent is the last of all. */
  #lastEdits(edits: Iterable<[string, Edit]>): Map<string, Edit> {
    const { places } = this.#ground.copy;
    const last = new Map<string, { seq: number; edit: Edit }>();
    for (const [key, edit] of edits) {
      const { message, rest } = splitKey(key) ?? { message: key, rest: '' };
      const seq = places.get(rest)?.seq ?? Number.MAX_SAFE_INTEGER;
      const before = last.get(message);
      if (!before || seq > before.seq || (seq === before.seq && edit.at >= before.edit.at))
        last.set(message, { seq, edit });
    }
    return new Map([...last].map(([message, { edit }]) => [message, edit]));
  }

  #reactionsOf(reactions: Iterable<[string, string]>): Map<string, MessageView['reactions']> {
    const found = new Map<string, Map<string, string[]>>();
    for (const [key, emoji] of reactions) {
      const { message, rest } = splitKey(key) ?? { message: key, rest: '' };
      const of = found.get(message) ?? new Map<string, string[]>();
      found.set(message, of.set(emoji, [...(of.get(emoji) ?? []), rest]));
    }
    const list = (of: Map<string, string[]>) =>
      [...of].map(([emoji, by]) => ({ emoji, by: by.sort(), mine: by.includes(this.#ground.person) }));
    return new Map([...found].map(([message, of]) => [message, list(of)]));
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

const NONE: MessageView['reactions'] = [];

/** Whether a row would draw the same. Both are made by this file: the same fields, flat but for two. */
function isSame(a: MessageView, b: MessageView): boolean {
  for (const key of Object.keys(b) as (keyof MessageView)[]) {
    if (a[key] === b[key]) continue;
    if (key !== 'paper' && key !== 'reactions') return false;
    if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) return false;
  }
  return true;
}

function byArrival(a: MessageView, b: MessageView): number {
  if (a.seq !== undefined && b.seq !== undefined) return a.seq - b.seq;
  if (a.seq === undefined && b.seq === undefined) return a.at - b.at || (a.id < b.id ? -1 : 1);
  return a.seq === undefined ? 1 : -1;
}

function cardOf(id: string | undefined, papers: { get(id: string): PaperEntry | undefined }) {
  const entry = id === undefined ? undefined : papers.get(id);
  return entry && id !== undefined ? ({ id, ...entry } satisfies PaperCard) : undefined;
}
