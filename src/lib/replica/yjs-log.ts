/**
 * Stands in for lib0's log, with which Yjs says what is wrong: in plain words, because the coloured ones bring a library
 * of schemas and one of random numbers into every first load. scripts/app-parts.mjs puts it in its place.
 */
export const BOLD = '';
export const UNBOLD = '';
export const RED = '';
export const ORANGE = '';

export function print(...parts: unknown[]): void {
  console.info(...parts.filter((part) => part !== ''));
}

export function warn(...parts: unknown[]): void {
  console.warn(...parts);
}
