/** What a person is writing: a new message, an answer or an edit. The words stay until the device has them. */
import type { Chat, MessageView, Verdict } from '#lib/replica/types.ts';
import { answerDraft, editDraft, otherDraft } from '#shared/me/shape.ts';
import { isBlank } from '#shared/ops/values.ts';
import { LIMITS } from '#shared/school/limits.ts';

export type Writing =
  /** `re`: the message that it answers while that is not on screen. */
  { at: 'new'; re?: string } | { at: 'reply'; message: MessageView } | { at: 'edit'; message: MessageView };

/** Words that wait in the composer, for whoever cannot write any more: to see, to copy, to let go of. */
export interface Unfinished {
  /** The message that they change; undefined for a new one. */
  of: string | undefined;
  text: string;
  drop: () => void;
}

/** Beginning of the names of edits in their first form. */
const OLD_EDIT = 'edit/';

export class Composer {
  readonly #chat: Chat;
  readonly #follow: <T>(read: () => T) => T;
  readonly #find: (id: string) => MessageView | undefined;
  /** New words, as they were typed here last; undefined until then. */
  #typed = $state<string>();
  /** So many messages are on their way to the disk: the draft is still theirs. */
  #leaving = $state(0);
  /** Words of the edit at hand. */
  #edited = $state<string>();
  /** What the person chose to write; undefined until then, so that what they left unfinished goes on. */
  #chosen = $state.raw<Writing>();
  #refusal = $state.raw<Extract<Verdict, { ok: false }>>();

  /** `follow` reads of the chat so that its reader follows it; `find` gives a message that is shown. */
  constructor(chat: Chat, follow: <T>(read: () => T) => T, find: (id: string) => MessageView | undefined) {
    this.#chat = chat;
    this.#follow = follow;
    this.#find = find;
  }

  get text(): string {
    const { writing } = this;
    if (writing.at !== 'edit') return this.#newText;
    const { id, text } = writing.message;
    return this.#edited ?? (this.#follow(() => this.#editDraft(id)) || text);
  }

  get writing(): Writing {
    const isElsewhere = this.#typed !== this.#here && this.#chosen?.at !== 'edit';
    const chosen = isElsewhere ? undefined : this.#chosen;
    const writing = chosen ?? this.#follow(() => this.#leftUnfinished());
    if (writing.at === 'new') return writing.re ? this.#answering(writing.re) : writing;
    // It may have got another id, and other words, since it was chosen.
    return { ...writing, message: this.#find(writing.message.id) ?? writing.message };
  }

  /** Messages that are not on screen, of which an edit or an answer was begun. */
  get elsewhere(): string[] {
    return this.#follow(() => {
      const { drafts, id } = this.#chat;
      const edited = this.#edits.filter((message) => drafts.draft(editDraft(id, message)));
      const answered = this.#newText && this.#answered;
      return [answered, ...edited].filter((message) => message && !this.#find(message));
    });
  }

  /** Whether it was chosen on this screen: then the cursor belongs in the field. */
  get chosen(): boolean {
    return this.#chosen !== undefined;
  }

  /** Why the last attempt was not taken; the words are still in the composer. */
  get refusal(): Extract<Verdict, { ok: false }> | undefined {
    return this.#refusal;
  }

  /** All that was begun in this chat. */
  get unfinished(): Unfinished[] {
    const edits = this.#follow(() =>
      this.#edits
        .filter((id) => this.#find(id) || this.#chat.drafts.draft(editDraft(this.#chat.id, id)))
        .map((id) => ({ of: id, text: this.#editDraft(id), drop: () => this.#drop(id) })),
    );
    return [{ of: undefined, text: this.#newText, drop: () => this.#drop() }, ...edits].filter(
      ({ text }) => !isBlank(text),
    );
  }

  /** Characters above what a message may have. */
  get excess(): number {
    return Math.max(0, this.text.trim().length - LIMITS.messageCharsMax);
  }

  get ready(): boolean {
    return !isBlank(this.text) && this.excess === 0;
  }

  type(text: string): void {
    const { writing } = this;
    this.#chosen = writing;
    this.#refusal = undefined;
    if (writing.at === 'edit') {
      this.#edited = text;
      this.#keepEdit(writing.message.id, text === writing.message.text ? '' : text);
    } else this.#typeNew(text);
  }

  answer(message: MessageView): void {
    this.#turnTo({ at: 'reply', message });
    this.#keepAnswered(message.id);
  }

  /** An edit of it that was begun goes on. */
  change(message: MessageView): void {
    this.#turnTo({ at: 'edit', message });
  }

  /** Gives up answering or editing; a draft that was begun before comes back. */
  cancel(): void {
    const { writing } = this;
    if (writing.at === 'edit') this.#keepEdit(writing.message.id, '');
    else this.#keepAnswered('');
    this.#turnTo(this.#draftAgain());
  }

  /** Puts a refused or withdrawn text back, after what is being written; it answers again what it answered, if it can. */
  takeBack(text: string, answered = ''): void {
    if (this.writing.at === 'edit') this.#turnTo(this.#draftAgain());
    if (answered && !this.#newText) {
      this.#turnTo(this.#answering(answered));
      this.#keepAnswered(answered);
    }
    this.#typeNew([this.#newText, text].filter(Boolean).join('\n'));
  }

  /**
   * Puts the words of a message that is withdrawn back, as an edit of it that was begun has them; nothing answers it.
   * Gives what takes them out again should the message stay.
   */
  withdraw({ id, text, re }: MessageView): () => void {
    const { writing } = this;
    const before = this.#newText;
    const answered = this.#answered;
    const begun = this.#editDraft(id);
    if (begun) this.#keepEdit(id, '');
    if (this.#answered === id) this.#keepAnswered('');
    if (reOf(writing) === id) this.#turnTo({ at: 'new' });
    this.takeBack(begun || text, re);
    const withIt = this.#newText;
    this.#chat.drafts.hold(this.#chat.id);
    return () => {
      if (begun) this.#keepEdit(id, begun);
      if (this.#newText !== withIt) return;
      this.#turnTo(writing);
      this.#typeNew(before);
      this.#keepAnswered(answered);
    };
  }

  /** Puts a refused edit back as one, after what was begun of another edit of the same message. */
  takeBackEdit(message: MessageView, text: string): void {
    const begun = this.#editDraft(message.id);
    this.#turnTo({ at: 'edit', message });
    this.type([begun, text].filter(Boolean).join('\n'));
  }

  /** The edit of a message that was deleted meanwhile becomes part of the draft. */
  rescue(): void {
    const { writing } = this;
    for (const id of this.#edits) {
      const verdict = this.#chat.may('edit', id);
      const atHand = writing.at === 'edit' && writing.message.id === id;
      if (verdict.ok || verdict.code !== 'message-is-gone' || atHand) continue;
      this.#typeNew([this.#newText, this.#editDraft(id)].filter(Boolean).join('\n'));
      this.#keepEdit(id, '');
    }
  }

  async send(): Promise<boolean> {
    if (!this.ready) return false;
    const { writing, text: words } = this;
    if (writing.at !== 'edit' && this.#beside.length > 0) this.#typeNew(words);
    const rest: Writing = writing.at === 'edit' ? this.#draftAgain() : { at: 'new' };
    // Before the field is emptied: so both are drawn in one go.
    const handed = this.#hand(writing, words.trim());
    this.#turnTo(rest);
    if (writing.at !== 'edit') this.#typed = '';
    this.#leaving++;
    const verdict = await handed;
    if (verdict.ok) this.#letGo(writing, words, rest);
    else this.#giveBack(writing, words, verdict);
    this.#leaving--;
    return verdict.ok;
  }

  /** The device has the message: it is no draft any more. */
  #letGo(writing: Writing, words: string, rest: Writing): void {
    if (writing.at === 'edit') this.#keepEdit(writing.message.id, '');
    else {
      const { drafts } = this.#chat;
      this.#chat.setDraft('');
      for (const name of this.#others) if (words.includes(drafts.draft(name))) drafts.setDraft(name, '');
      // Even the very same words, typed meanwhile, are a draft of their own.
      if (this.#typed) this.#chat.setDraft(this.#typed);
    }
    if (writing.at !== 'edit' && !reOf(this.writing)) this.#keepAnswered('');
    if (this.#chosen === rest && !this.#typed) this.#chosen = undefined;
  }

  /** Messages with unfinished edits: in the first form of their names of other chats too. */
  get #edits(): string[] {
    const { drafts, id } = this.#chat;
    const begun = drafts.draftNames().filter((name) => drafts.draft(name));
    const ids = [OLD_EDIT, editDraft(id, '')].flatMap((form) =>
      begun.filter((name) => name.startsWith(form)).map((name) => name.slice(form.length)),
    );
    return [...new Set(ids)];
  }

  #editDraft(message: string): string {
    const { drafts, id } = this.#chat;
    return drafts.draft(editDraft(id, message)) || drafts.draft(OLD_EDIT + message);
  }

  /** New words that were typed here, while the draft is what was typed: else another device went on with it, or sent it. */
  get #here(): string | undefined {
    const isSame = this.#leaving > 0 || this.#follow(() => this.#chat.draft) === this.#typed;
    return isSame ? this.#typed : undefined;
  }

  get #newText(): string {
    if (this.#here) return this.#here;
    return this.#follow(() => {
      const { draft, drafts } = this.#chat;
      const beside = this.#beside.map((name) => drafts.draft(name));
      return [this.#here ?? draft, ...beside].reduce((all, words) =>
        all.includes(words) ? all : [all, words].filter(Boolean).join('\n'),
      );
    });
  }

  /** Drafts of another device, or tab, for this chat that show here: behind words that are typed here they wait. */
  get #beside(): string[] {
    return this.#here ? [] : this.#others;
  }

  get #others(): string[] {
    const { drafts, id } = this.#chat;
    const names = drafts
      .draftNames()
      .filter((name) => name.startsWith(otherDraft(id, '')) && drafts.draft(name));
    return [...new Set(names)].sort();
  }

  #drop(edit?: string): void {
    if (edit !== undefined) this.#keepEdit(edit, '');
    else {
      this.#typeNew('');
      this.#keepAnswered('');
    }
    this.#turnTo({ at: 'new' });
  }

  /** What shows beside the draft is part of it from now on. */
  #typeNew(text: string): void {
    const beside = this.#beside;
    this.#typed = text;
    this.#chat.setDraft(text);
    if (beside.length > 0) this.#chat.drafts.hold(this.#chat.id);
    for (const name of beside) this.#chat.drafts.setDraft(name, '');
  }

  #keepEdit(message: string, text: string): void {
    this.#chat.drafts.setDraft(editDraft(this.#chat.id, message), text);
    this.#chat.drafts.setDraft(OLD_EDIT + message, '');
  }

  /** The message that the draft answers; '' for none. */
  get #answered(): string {
    return this.#chat.drafts.draft(answerDraft(this.#chat.id));
  }

  #keepAnswered(message: string): void {
    this.#chat.drafts.setDraft(answerDraft(this.#chat.id), message);
  }

  #turnTo(writing: Writing): void {
    this.#chosen = writing;
    this.#edited = undefined;
    this.#refusal = undefined;
  }

  #leftUnfinished(): Writing {
    for (const id of this.#edits) {
      const message = this.#find(id);
      if (message) return { at: 'edit', message };
    }
    return this.#draftAgain();
  }

  /** The draft, with what it answers; without a word of it nobody answers what is not on screen. */
  #draftAgain(): Writing {
    const writing = this.#answering(this.#answered);
    return writing.at === 'new' && this.#newText === '' ? { at: 'new' } : writing;
  }

  #answering(re: string): Writing {
    const message = this.#find(re);
    if (message) return { at: 'reply', message };
    return re ? { at: 'new', re } : { at: 'new' };
  }

  #hand(writing: Writing, text: string): Promise<Verdict> {
    const { drafts, id } = this.#chat;
    drafts.hold(writing.at === 'edit' ? editDraft(id, writing.message.id) : id);
    if (writing.at === 'edit') return this.#chat.edit(writing.message.id, text);
    return this.#chat.say(text, this.#answerable(writing));
  }

  /** What it answers, but for what was withdrawn, here or in another tab, or is found to be gone. */
  #answerable(writing: Writing): string | undefined {
    const re = reOf(writing);
    if (re === undefined) return undefined;
    const wasSent = writing.at === 'reply' ? writing.message.seq !== undefined : !this.#chat.isGone(re);
    return wasSent || this.#find(re) ? re : undefined;
  }

  /** The device could not keep it: the words return to the composer, before anything typed meanwhile. */
  #giveBack(writing: Writing, words: string, refusal: Extract<Verdict, { ok: false }>): void {
    if (writing.at !== 'edit') {
      const meanwhile = this.#typed;
      this.#turnTo(writing);
      this.#typeNew(meanwhile ? `${words}\n${meanwhile}` : words);
    } else if (refusal.code === 'message-is-gone') {
      this.takeBack(words);
      this.#keepEdit(writing.message.id, '');
    } else {
      this.#turnTo(writing);
      this.#edited = words;
    }
    this.#refusal = refusal;
  }
}

function reOf(writing: Writing): string | undefined {
  return writing.at === 'new' ? writing.re : writing.at === 'reply' ? writing.message.id : undefined;
}
