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
    if (!`${value}`.includes(`${there}`)) {
      let nth = 0;
      while (map.has(otherDraft(chat, nth))) nth++;
      map.set(otherDraft(chat, nth), there);
    }
  }
  if (value === null) map.delete(key);
  else map.set(key, value);
}
