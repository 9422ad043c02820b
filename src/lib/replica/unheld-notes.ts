/** Words of the last moment that stand in their notes alone: no page has taken them up, and the disk has not got them. */
import * as Y from 'yjs';
import type { Disk } from './disk.ts';
import type { LastWords } from './last-words.ts';
import { waitingIn } from './outbox.ts';
import { readParts } from './stored-doc.ts';
import { notesUnder } from './typed-notes.ts';
import { docOf } from './ydoc.ts';

/** `name`: of a draft, or the paper's room. */
export async function unheldNotes(disk: Disk, person: string): Promise<{ name: string; text: string }[]> {
  const found: { name: string; text: string }[] = [];
  for (const [name, words] of notesUnder<string | LastWords>(person, '')) {
    if (typeof words === 'string') {
      if (words !== '' && (await disk.kv.get(name as `draft/${string}`))?.value !== words)
        found.push({ name: name.slice(name.indexOf('/') + 1), text: words });
    } else if (words) {
      const room = `paper/${name.slice(0, name.lastIndexOf('/'))}`;
      const own = (await waitingIn(disk, room)).map(({ bytes }) => bytes);
      const { store } = docOf(room, [...(await readParts(disk, room)), ...own]);
      if (Y.getState(store, words.lease) < words.clock) found.push({ name: room, text: words.text });
    }
  }
  return found;
}
