/** Which words of a paper are a person's own, and where they stand. */
import * as Y from 'yjs';
import { newDoc } from './ydoc.ts';

/** Words that stand together, and the text before them that is not among them. */
export interface Words {
  text: string;
  near: string;
}
export type IsOwn = (client: number, clock: number) => boolean;

const NEAR_CHARS = 60;

/** The living words that are `isOwn`, as they stand in the body. */
export function wordsIn(doc: Y.Doc, isOwn: IsOwn): Words[] {
  const found: Words[] = [];
  let run: Words | undefined;
  let before = '';
  for (const text of runsOf(doc.getXmlFragment('body'))) {
    if (run) run.text += '\n';
    let here = '';
    for (let item = text._start; item; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
      const { client, clock } = item.id;
      const { str } = item.content;
      for (let i = 0; i < str.length; i++) {
        if (isOwn(client, clock + i)) {
          if (!run) {
            run = { text: '', near: (here.trim() ? here : before).slice(-NEAR_CHARS) };
            found.push(run);
          }
          run.text += str[i];
        } else {
          run = undefined;
          here += str[i];
        }
      }
    }
    if (here.trim()) before = here;
  }
  return found.filter(({ text }) => text.trim() !== '');
}

/**
 * The words that updates bring (and those that are `also` own): the living where they stand, and last those that have
 * no place any more; `near`: where these stood once.
 */
export function wordsOf(
  updates: readonly Uint8Array[],
  doc: Y.Doc,
  near: string,
  also: IsOwn = () => false,
): Words[] {
  const own = written(updates);
  const placed = wordsIn(
    doc,
    (client, clock) => own.get(client)?.delete(clock) === true || also(client, clock),
  );
  const rest = [...own.values()].flatMap((chars) => [...chars.values()]).join('');
  return rest.trim() === '' ? placed : [...placed, { text: rest, near }];
}

/** Whether all words that an update brings stand in what `parts` make, each by its own name; not when it brings none. */
export function standsIn(parts: readonly Uint8Array[], own: Uint8Array): boolean {
  const words = written([own]);
  if (words.size === 0) return false;
  const there = written(parts);
  return [...words].every(([client, chars]) =>
    [...chars].every(([clock, char]) => there.get(client)?.get(clock) === char),
  );
}

/** By client and clock: the characters that updates bring and do not delete themselves. */
function written(updates: readonly Uint8Array[]): Map<number, Map<number, string>> {
  const own = new Map<number, Map<number, string>>();
  const decoded = updates.map((bytes) => Y.decodeUpdate(bytes));
  for (const { structs } of decoded)
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue;
      const { client, clock } = struct.id;
      const chars = own.get(client) ?? new Map<number, string>();
      own.set(client, chars);
      const { str } = struct.content;
      for (let i = 0; i < str.length; i++) chars.set(clock + i, str[i] as string);
    }
  for (const { ds } of decoded)
    for (const [client, ranges] of ds.clients) {
      const chars = own.get(client);
      for (const { clock, len } of chars ? ranges : [])
        for (let at = clock; at < clock + len; at++) chars?.delete(at);
    }
  return own;
}

/** A paper of these words alone: where others' words may not be kept. */
export function paperOf(name: string, words: readonly Words[]): Y.Doc {
  const doc = newDoc(name);
  const lines = words.flatMap(({ text }) => text.trim().split('\n'));
  const paragraphs = lines.map((line) => {
    const paragraph = new Y.XmlElement('paragraph');
    if (line !== '') paragraph.insert(0, [new Y.XmlText(line)]);
    return paragraph;
  });
  doc.getXmlFragment('body').insert(0, paragraphs);
  return doc;
}

function* runsOf(node: Y.XmlFragment): Generator<Y.XmlText> {
  for (const child of node.toArray()) {
    if (child instanceof Y.XmlText) yield child;
    else if (child instanceof Y.XmlElement) yield* runsOf(child);
  }
}
