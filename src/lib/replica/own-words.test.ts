import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { standsIn } from './own-words.ts';

/** What a hand typed into an empty paper. */
function typed(text: string, hand = 7): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = hand;
  const run = new Y.XmlText();
  doc.getXmlFragment('body').insert(0, [run]);
  run.insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

test('[R861] words stand in a paper where it holds every one of them by its name, and others of the same name are none of them', () => {
  const own = typed('моя строка');
  expect(standsIn([typed('чужая', 8), own], own)).toBe(true);
  expect(standsIn([typed('моя строка и ещё')], own)).toBe(true);
  expect(standsIn([typed('моя стр')], own)).toBe(false);
  expect(standsIn([typed('мой столик')], own)).toBe(false);
  expect(standsIn([typed('моя строка', 8)], own)).toBe(false);
  expect(standsIn([own], typed(''))).toBe(false);
});
