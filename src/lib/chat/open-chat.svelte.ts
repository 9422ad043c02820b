/**
 * One chat on screen: its messages as rows, what this person may do here, and what they are writing.
 * Knows nothing of documents: the device answers with plain values. An act that is not allowed is undefined.
 */
import { live } from '#lib/replica/live.svelte.ts';
import type {
  Chat,
  ChatAct,
  ChatRow,
  Device,
  MessageView,
  RefusedDraft,
  Verdict,
} from '#lib/replica/types.ts';
import { isClass } from '#lib/words/roles.ts';
import type { PaperEdit } from '#shared/school/may.ts';
import { may } from '#shared/school/may.ts';
import { avatarOf, titleOf } from './chat-list.svelte.ts';
import { Composer } from './composer.svelte.ts';
import { type PaperIn, paperIn } from './paper-in.ts';
import { placeOf } from './place.ts';
import { readersUpTo } from './readers.ts';
import { missedRight } from './refused-act.ts';
import { type MessageRow, rowsOf } from './rows.ts';

/** What a person may do with one message; what is missing is not offered. */
export interface MessageActs {
  reply?: () => void;
  react?: (emoji: string) => void;
  edit?: () => void;
  pin?: () => void;
  unpin?: () => void;
  /** The words of a message that waits go back into the composer; what may have left all the same is deleted for all. */
  withdraw?: () => Promise<void>;
  remove?: () => void;
}

export interface Readers {
  people: string[];
  /** Of so many who could have. */
  of: number;
}

export interface PinnedMessage {
  id: string;
  /** Undefined while the message is not loaded. */
  message: MessageView | undefined;
}

export class OpenChat {
  readonly id: string;
  readonly composer: Composer;
  readonly #device: Device;
  readonly #chat: Chat;
  readonly #follow: ReturnType<typeof live>;
  readonly #followLine: ReturnType<typeof live>;
  #drawn = new Map<string, MessageRow>();
  /** Refused texts that were taken back here: a second tap on a card that is on its way out adds nothing. */
  readonly #reused = new Set<string>();
  /** Messages that were sought for what was begun of them: without a network and with one. */
  readonly #sought = new Set<string>();
  #loading = $state(false);
  #refusal = $state.raw<Extract<Verdict, { ok: false }>>();

  readonly messages = $derived.by(() => this.#follow(() => this.#chat.messages()));
  readonly rows: MessageRow[] = $derived.by(() => this.#kept(rowsOf(this.messages, this.#chat.firstUnread)));
  readonly #byId = $derived(new Map(this.messages.map((message) => [message.id, message])));
  readonly pins: PinnedMessage[] = $derived.by(() =>
    this.#follow(() =>
      this.#chat
        .pins()
        .map(({ message }) => ({ id: message, message: this.#byId.get(message) }))
        // All that may be read is here: what a pin names beside it is hidden from this person.
        .filter(({ message }) => message !== undefined || !this.#chat.beginsLate),
    ),
  );

  constructor(device: Device, id: string) {
    this.id = id;
    this.#device = device;
    this.#chat = device.chat(id);
    this.#follow = live(device, [`chat/${id}`, 'chats', 'projection', 'refused', 'papers', 'me']);
    this.#followLine = live(device, ['line']);
    this.composer = new Composer(
      this.#chat,
      (read) => this.#follow(read),
      (message) => this.#byId.get(this.#chat.idOf(message)),
    );
  }

  get row(): ChatRow | undefined {
    return this.#follow(() => this.#device.chats().find((chat) => chat.id === this.id));
  }

  /** Undefined when this chat is none of the person's, as far as the device knows. */
  get title(): string | undefined {
    const { row } = this;
    return row && titleOf(this.#device, row);
  }

  /** Whose hue its avatar has. */
  get face(): string {
    const { row } = this;
    return row ? avatarOf(this.#device, row) : this.id;
  }

  /** The one with whom this person talks alone; undefined in a chat of a circle. */
  get partner(): string | undefined {
    const { row } = this;
    if (!row || row.title || row.members !== 2) return undefined;
    return row.people.find((person) => person !== this.#device.person);
  }

  get ready(): boolean {
    return this.#follow(() => this.#chat.ready);
  }

  get hasOlder(): boolean {
    return this.#follow(() => this.#chat.hasOlder);
  }

  /** Whether what is shown begins where this person joined, with more before it that is not theirs to read. */
  get beginsLate(): boolean {
    return this.#follow(() => this.#chat.beginsLate);
  }

  get loading(): boolean {
    return this.#loading;
  }

  /** Why the last act on a message was not taken. */
  get refusal(): Extract<Verdict, { ok: false }> | undefined {
    return this.#refusal;
  }

  get refused(): RefusedDraft[] {
    return this.#follow(() => this.#device.refused().filter((draft) => draft.room === `chat/${this.id}`));
  }

  /** Why writing is not possible here; undefined when it is. */
  get closed(): Extract<Verdict, { ok: false }> | undefined {
    const verdict = this.#ask('say');
    return verdict.ok ? undefined : verdict;
  }

  /** Whether a class teacher leads here beside the administrators. */
  get ofClass(): boolean {
    return this.#follow(() => {
      const { projection } = this.#device;
      return isClass(projection?.chats[this.id]?.unit, projection?.units);
    });
  }

  /** Whether the rules show this person who has read. */
  get seesReaders(): boolean {
    return this.#follow(() => {
      const { projection } = this.#device;
      const entry = projection?.chats[this.id];
      if (!projection || !entry) return false;
      const { id, role, duties } = projection.me;
      return may({ person: id, role, duties }, 'chat.readers', placeOf(entry)).ok;
    });
  }

  /** Which of the others have read a message; undefined where the rules or the network do not tell. */
  async readersOf({ seq, by }: MessageView): Promise<Readers | undefined> {
    if (!this.seesReaders || seq === undefined) return undefined;
    const people = await readersUpTo(this.id, seq, by);
    return people && { people, of: Math.max(people.length, (this.row?.members ?? 1) - 1) };
  }

  message(id: string): MessageView | undefined {
    return this.#byId.get(id);
  }

  /** The paper that a message shows as a card. */
  paperIn(message: MessageView): PaperIn | undefined {
    return this.#follow(() => paperIn(message, () => this.#device.papers()));
  }

  /** What a message says in one line. */
  sayingOf(message: MessageView): string {
    const paper = this.paperIn(message);
    return paper ? paper.words || paper.title : message.text;
  }

  isGone(id: string): boolean {
    return this.#follow(() => this.#chat.isGone(id));
  }

  async older(): Promise<void> {
    if (this.#loading || !this.hasOlder) return;
    this.#loading = true;
    await this.#chat.older();
    this.#loading = false;
  }

  /** Loads what is needed to show a message; false when it cannot be shown. */
  find(id: string): Promise<boolean> {
    return this.#byId.has(id) ? Promise.resolve(true) : this.#chat.find(id);
  }

  /** Loads what an unfinished edit or answer is about: what the device has, and the rest once there is a network. */
  findBegun(): void {
    const at = this.#followLine(() => (this.#device.line.at === 'online' ? 'online' : 'offline'));
    for (const id of this.composer.elsewhere) {
      if (this.#sought.has(`${id} ${at}`)) continue;
      this.#sought.add(`${id} ${at}`);
      void this.find(id);
    }
  }

  seen(message: string): void {
    this.#chat.markRead(message);
  }

  actsOn(message: MessageView): MessageActs {
    const acts: MessageActs = {};
    if (this.#ask('say').ok) acts.reply = () => this.composer.answer(message);
    if (this.#ask('react', message.id).ok)
      acts.react = (emoji) => void this.#act(this.#chat.react(message.id, emoji));
    if (message.mine && !message.paper && this.#ask('edit', message.id).ok)
      acts.edit = () => this.composer.change(message);
    if (this.#ask('pin', message.id).ok) {
      if (message.pinned) acts.unpin = () => void this.#act(this.#chat.unpin(message.id));
      else acts.pin = () => void this.#act(this.#chat.pin(message.id));
    }
    if (this.#ask('remove', message.id).ok) {
      if (message.state === 'queued' && !message.paper) acts.withdraw = () => this.#withdraw(message);
      else acts.remove = () => void this.#act(this.#chat.remove(message.id));
    }
    return acts;
  }

  /** The last own message that may be edited, for the arrow key in an empty composer. */
  get lastEditable(): MessageView | undefined {
    return this.messages.findLast(
      (message) => message.mine && !message.paper && this.#ask('edit', message.id).ok,
    );
  }

  get createPaper(): ((title: string, edit: PaperEdit) => Promise<Verdict>) | undefined {
    return this.#ask('createPaper').ok ? (title, edit) => this.#chat.createPaper(title, edit) : undefined;
  }

  get unpin(): ((message: string) => void) | undefined {
    return this.#ask('pin').ok ? (message) => void this.#act(this.#chat.unpin(message)) : undefined;
  }

  /** Takes a refused text back into the composer; the card goes when the device keeps it there. */
  async reuse(draft: RefusedDraft): Promise<void> {
    if (this.#reused.has(draft.id)) return;
    this.#reused.add(draft.id);
    if (draft.text) this.#takeUp(draft);
    await this.#device.reuse(draft.id);
  }

  /** Whether a right that was missing is there now. */
  mayNow(draft: RefusedDraft): boolean {
    const right = missedRight(draft);
    return right !== undefined && this.#ask(right.act, right.message).ok;
  }

  async dismiss(draft: RefusedDraft): Promise<void> {
    await this.#device.dismiss(draft.id);
  }

  forgetRefusal(): void {
    this.#refusal = undefined;
  }

  close(): void {
    this.#chat.close();
  }

  /** A row that would draw the same stays the same object: what did not change is not drawn again. */
  #kept(rows: readonly MessageRow[]): MessageRow[] {
    const before = this.#drawn;
    this.#drawn = new Map();
    return rows.map((row) => {
      const known = before.get(row.id);
      const kept = known && drawsTheSame(known, row) ? known : row;
      this.#drawn.set(kept.id, kept);
      return kept;
    });
  }

  /** A refused edit goes on as one where it may, and an answer as an answer. */
  #takeUp({ intent, text }: RefusedDraft): void {
    const edited = intent.act === 'message.edit' ? this.message(intent.message) : undefined;
    if (edited && this.#ask('edit', edited.id).ok) this.composer.takeBackEdit(edited, text);
    else this.composer.takeBack(text, intent.act === 'message.create' ? intent.re : '');
  }

  #ask(act: ChatAct, message?: string): Verdict {
    return this.#follow(() => this.#chat.may(act, message));
  }

  async #withdraw(message: MessageView): Promise<void> {
    // Before nothing waits any more: the page may go in that moment.
    const undo = this.composer.withdraw(message);
    if (!(await this.#act(this.#chat.remove(message.id)))) undo();
  }

  async #act(answer: Promise<Verdict>): Promise<boolean> {
    const verdict = await answer;
    this.#refusal = verdict.ok ? undefined : verdict;
    return verdict.ok;
  }
}

function drawsTheSame(a: MessageRow, b: MessageRow): boolean {
  const { message, day, fresh, head, tail } = a;
  return message === b.message && day === b.day && fresh === b.fresh && head === b.head && tail === b.tail;
}
