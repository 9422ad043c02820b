/**
 * Where words of the last moment are noted: the one place of a browser that takes no waiting. Those of papers
 * (last-words.ts) and of unfinished messages (me.ts), each under its own name, until the disk has them.
 */
const KEY = 'parta-typed';

/** False where there is no room: what was flushed may still reach the disk. */
export function note(person: string, name: string, words: unknown): boolean {
  try {
    localStorage.setItem(keyOf(person, name), JSON.stringify(words));
    return true;
  } catch {
    return false;
  }
}

export function noted<Words>(person: string, name: string): Words | undefined {
  return read(keyOf(person, name));
}

export function forgetNote(person: string, name: string): boolean {
  localStorage.removeItem(keyOf(person, name));
  return true;
}

/** What is noted under a beginning of names, by the rest of its name; undefined for what cannot be read. */
export function notesUnder<Words>(person: string, beginning: string): [rest: string, Words | undefined][] {
  const prefix = keyOf(person, beginning);
  return keysUnder(prefix).map((key) => [key.slice(prefix.length), read<Words>(key)]);
}

/** Everything of a person, when they leave the device. */
export function wipeLastWords(person: string): void {
  for (const key of keysUnder(keyOf(person, ''))) localStorage.removeItem(key);
}

const keyOf = (person: string, name: string): string => `${KEY}/${person}/${name}`;

function keysUnder(prefix: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function read<Words>(key: string): Words | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as Words;
  } catch {
    return undefined;
  }
}
