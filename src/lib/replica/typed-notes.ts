/** Where last words (last-words.ts) are noted: the one place of a browser that takes no waiting. */
export interface LastWords {
  lease: number;
  /** The lease's clock behind them: a document that holds it holds them. */
  clock: number;
  text: string;
  near: string;
  when: number;
}

const KEY = 'parta-typed';

export function noteLastWords(person: string, paper: string, words: LastWords): void {
  try {
    localStorage.setItem(`${KEY}/${person}/${paper}/${words.lease}`, JSON.stringify(words));
  } catch {
    // No room: what was flushed may still reach the disk.
  }
}

export function forgetLastWords(person: string, paper: string, lease: number): void {
  localStorage.removeItem(`${KEY}/${person}/${paper}/${lease}`);
}

/** Everything of a person, when they leave the device. */
export function wipeLastWords(person: string): void {
  for (const key of keysUnder(`${KEY}/${person}/`)) localStorage.removeItem(key);
}

/** What is noted of a paper, by its key; undefined for what cannot be read. */
export function notesOf(person: string, paper: string): [key: string, words: LastWords | undefined][] {
  return keysUnder(`${KEY}/${person}/${paper}/`).map((key) => [key, read(key)]);
}

function keysUnder(prefix: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function read(key: string): LastWords | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as LastWords;
  } catch {
    return undefined;
  }
}
