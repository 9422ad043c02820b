/** Writes one of a person's own values. Unfinished words that another device wrote meanwhile stay beside it. */
import type * as Y from 'yjs';
import { chatOfDraft, otherDraft } from '#shared/me/shape.ts';
import type { Intent, Plain } from './types.ts';

export function setOwn(doc: Y.Doc, { root, key, value, over }: Extract<Intent, { act: 'me.set' }>): void {
  const map = doc.getMap<Plain>(root);
  const chat = root === 'drafts' ? chatOfDraft(key) : undefined;
  const there = map.get(key);
  if (chat && there && there !== over && map._map.get(key)?.id.client !== doc.clientID) {
    if (value === null) return;
    if (!`${value}`.includes(`${there}`))
      map.set(
        besideOf(chat, `${there}`, (name) => map.get(name), key),
        there,
      );
  }
  if (value === null) map.delete(key);
  else map.set(key, value);
}

/** Where words stand beside the draft of their chat: over those that they go on from, or at the first free place. */
export function besideOf(chat: string, words: string, at: (name: string) => unknown, but?: string): string {
  for (let nth = 0; ; nth++) {
    const name = otherDraft(chat, nth);
    if (name !== but && words.includes(`${at(name) ?? ''}`)) return name;
  }
}
