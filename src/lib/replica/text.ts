/** Text as the bytes of updates hold it. */
import * as Y from 'yjs';

/** The characters that a lease wrote in [clock, clock + length), as far as the updates hold them. */
export function textOf(updates: readonly Uint8Array[], lease: number, clock: number, length: number): string {
  const parts = new Map<number, string>();
  for (const bytes of updates) {
    for (const struct of Y.decodeUpdate(bytes).structs) {
      if (!(struct instanceof Y.Item) || struct.id.client !== lease) continue;
      if (!(struct.content instanceof Y.ContentString)) continue;
      const from = Math.max(clock, struct.id.clock);
      const to = Math.min(clock + length, struct.id.clock + struct.length);
      if (from < to) parts.set(from, struct.content.str.slice(from - struct.id.clock, to - struct.id.clock));
    }
  }
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join('');
}

/** All text that updates bring, in the order of writing. */
export function allText(updates: readonly Uint8Array[]): string {
  const parts: string[] = [];
  for (const bytes of updates) {
    for (const struct of Y.decodeUpdate(bytes).structs) {
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentString)
        parts.push(struct.content.str);
    }
  }
  return parts.join('');
}
