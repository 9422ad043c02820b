/**
 * Where words of the last moment are noted: the one place of a browser that takes no waiting. Those of a paper
 * (last-words.ts), and those of unfinished messages (me.ts), until the disk has them.
 */
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
  note(`${KEY}/${person}/${paper}/${words.lease}`, words);
}

export function noteDraft(person: string, of: string, text: string): void {
  note(draftsOf(person) + of, text);
}

export function forgetDraft(person: string, of: string): void {
  localStorage.removeItem(draftsOf(person) + of);
}

/** The unfinished messages that no disk has, as far as they can be read. */
export function notedDrafts(person: string): [of: string, text: string][] {
  const prefix = draftsOf(person);
  return keysUnder(prefix).flatMap((key) => {
    const text = read<string>(key);
    return text === undefined ? [] : [[key.slice(prefix.length), text]];
  });
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
  return keysUnder(`${KEY}/${person}/${paper}/`).map((key) => [key, read<LastWords>(key)]);
}

/** No paper has this name: those of papers begin with a lease. */
const draftsOf = (person: string): string => `${KEY}/${person}/draft/`;

function note(key: string, words: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(words));
  } catch {
    // No room: what was flushed may still reach the disk.
  }
}

function keysUnder(prefix: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function read<Noted>(key: string): Noted | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as Noted;
  } catch {
    return undefined;
  }
}
