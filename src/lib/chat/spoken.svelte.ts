/** What a screen reader is given of a chat on screen: what comes is said once, and does not stay in the page. */
import type { MessageView } from '#lib/replica/types.ts';

const STANDS_MS = 5_000;
const CHARS_MAX = 200;

export class Spoken {
  #text = $state('');
  #of = '';
  #newest: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get text(): string {
    return this.#text;
  }

  /** The messages of the chat, once it was read; `nameOf`: of an author. */
  hear(messages: readonly MessageView[], nameOf: (person: string) => string): void {
    const has = (message: string) => messages.some(({ id }) => id === message);
    const before = this.#newest;
    const last = messages.findLast(({ seq }) => seq !== undefined);
    this.#newest = last?.id ?? '';
    if (this.#text !== '' && !has(this.#of)) this.#say('');
    // Where the newest was deleted the one before it is no news.
    if (!last || last.mine || before === undefined || before === last.id || (before && !has(before))) return;
    this.#of = last.id;
    this.#say(`${nameOf(last.by)}: ${last.text.slice(0, CHARS_MAX)}`);
  }

  #say(text: string): void {
    clearTimeout(this.#timer);
    this.#text = text;
    if (text !== '') this.#timer = setTimeout(() => this.#say(''), STANDS_MS);
  }
}
