/** Which edit of a message shows: on screen, in the list of chats and in what is exported. */
import { type Edit, splitKey } from '#shared/feed/shape.ts';

/** By message, the edit that arrived last; one that is still unsent is the last of all. `seqOf`: when an edit arrived. */
export function lastEdits(
  edits: Iterable<[string, Edit]>,
  seqOf: (edit: string) => number | undefined,
): Map<string, Edit> {
  const last = new Map<string, { seq: number; edit: Edit }>();
  for (const [key, edit] of edits) {
    const { message, rest } = splitKey(key) ?? { message: key, rest: '' };
    const seq = seqOf(rest) ?? Number.MAX_SAFE_INTEGER;
    const before = last.get(message);
    if (!before || seq > before.seq || (seq === before.seq && edit.at >= before.edit.at))
      last.set(message, { seq, edit });
  }
  return new Map([...last].map(([message, { edit }]) => [message, edit]));
}
