/** What a person is writing: a new message, an answer or an edit. The words stay until the device has them. */
import type { Chat, MessageView, Verdict } from '#lib/replica/types.ts';
import { LIMITS } from '#shared/school/limits.ts';

export type Writing =
  | { at: 'new' }
  | { at: 'reply'; message: MessageView }
  | { at: 'edit'; message: MessageView /** The draft to come back to. */; before: string };

export class Composer {
  readonly #chat: Chat;
  readonly #draft: () => string;
  /** Typed here; undefined until then, so that a draft of another device shows. */
  #typed = $state<string>();
  #writing = $state.raw<Writing>({ at: 'new' });
  #refusal = $state.raw<Extract<Verdict, { ok: false }>>();

  /** `draft` reads the kept draft so that its reader follows it. */
  constructor(chat: Chat, draft: () => string) {
    this.#chat = chat;
    this.#draft = draft;
  }

  get text(): string {
    return this.#typed ?? this.#draft();
  }

  get writing(): Writing {
    return this.#writing;
  }

  /** Why the last attempt was not taken; the words are still in the composer. */
  get refusal(): Extract<Verdict, { ok: false }> | undefined {
    return this.#refusal;
  }

  /** Characters above what a message may have. */
  get excess(): number {
    return Math.max(0, this.text.trim().length - LIMITS.messageCharsMax);
  }

  get ready(): boolean {
    return this.text.trim() !== '' && this.excess === 0;
  }

  type(text: string): void {
    this.#typed = text;
    this.#refusal = undefined;
    if (this.#writing.at !== 'edit') this.#chat.setDraft(text);
  }

  answer(message: MessageView): void {
    this.cancel();
    this.#writing = { at: 'reply', message };
  }

  change(message: MessageView): void {
    const before = this.#writing.at === 'edit' ? this.#writing.before : this.text;
    this.#writing = { at: 'edit', message, before };
    this.#typed = message.text;
  }

  /** Stops answering or editing; a draft that was begun before comes back. */
  cancel(): void {
    if (this.#writing.at === 'edit') this.#typed = this.#writing.before;
    this.#writing = { at: 'new' };
    this.#refusal = undefined;
  }

  /** Puts a refused text back, after what is being written. */
  takeBack(text: string): void {
    this.cancel();
    this.type([this.text, text].filter(Boolean).join('\n'));
  }

  async send(): Promise<boolean> {
    if (!this.ready) return false;
    const writing = this.#writing;
    const words = this.text;
    this.#refusal = undefined;
    this.#typed = writing.at === 'edit' ? writing.before : '';
    this.#writing = { at: 'new' };
    const verdict = await this.#hand(writing, words.trim());
    if (verdict.ok) {
      if (writing.at !== 'edit' && this.#typed === '') this.#chat.setDraft('');
      return true;
    }
    this.#giveBack(writing, words, verdict);
    return false;
  }

  #hand(writing: Writing, text: string): Promise<Verdict> {
    if (writing.at === 'edit') return this.#chat.edit(writing.message.id, text);
    return this.#chat.say(text, writing.at === 'reply' ? writing.message.id : undefined);
  }

  /** The device could not keep it: the words return to the composer, before anything typed meanwhile. */
  #giveBack(writing: Writing, words: string, refusal: Extract<Verdict, { ok: false }>): void {
    const meanwhile = writing.at === 'edit' ? '' : (this.#typed ?? '');
    this.#typed = [words, meanwhile].filter(Boolean).join('\n');
    this.#writing = writing;
    this.#refusal = refusal;
  }
}
