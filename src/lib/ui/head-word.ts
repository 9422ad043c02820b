/** A quiet word of the whole app that a header on screen says in place of its own: a bar would push the page. */
import { getContext, setContext } from 'svelte';

export interface HeadWord {
  /** The header that says it: of the list, or of what lies beside it or, on a phone, over it. */
  readonly place: 'list' | 'content';
  readonly says: string;
  /** The same where one line holds all: what is counted stands first in it, what reassures where it has room. */
  readonly brief: string;
  readonly rest: string;
  /** What is counted: it stays in sight on every screen. */
  readonly more: string;
  readonly link: { href: string; text: string } | undefined;
}

const KEY = Symbol('head-word');

export function setHeadWord(word: () => HeadWord | undefined): void {
  setContext(KEY, word);
}

/** A header that stands alone, without an app around it, has no such word. */
export function getHeadWord(): () => HeadWord | undefined {
  return getContext<(() => HeadWord | undefined) | undefined>(KEY) ?? (() => undefined);
}
