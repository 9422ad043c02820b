import { createContext } from 'svelte';

/** Address that «back» of a paper leads to; undefined where nobody came from inside the app. */
export const [getCameFrom, setCameFrom] = createContext<() => string | undefined>();

/** Where «back» leads after a step to a paper: to the chat or the list that it was taken from. */
export function cameFrom(before: string | undefined, from: string, to: string): string | undefined {
  const chat = /^\/chats\/[^/]+/.exec(from);
  if (chat) return chat[0];
  if (!from.startsWith('/papers')) return undefined;
  // Its versions are a part of it.
  return paperOf(from) === paperOf(to) ? before : '/papers';
}

const KEY = 'parta-back';

/** A page that is loaded anew knows it still. */
export function rememberWay(at: string, back: string | undefined): void {
  sessionStorage.setItem(KEY, JSON.stringify({ paper: paperOf(at), back }));
}
export function rememberedWay(at: string): string | undefined {
  const { paper, back } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
  return paper !== undefined && paper === paperOf(at) ? back : undefined;
}

const paperOf = (path: string): string | undefined => path.split('/')[2];
