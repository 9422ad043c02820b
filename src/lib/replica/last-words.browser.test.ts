import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Disk } from './disk.ts';
import { lastWordsOf, noteLastWords, notesOf, takeLastWords } from './last-words.ts';
import { wipe } from './wipe.ts';

const PAPER = 'plan';
let disk: Disk;
beforeEach(async () => {
  disk = new Disk('masha', 'strict');
  await disk.open();
});
afterEach(async () => {
  disk.close();
  await wipe('masha');
});

/** Masha types with a lease; what the disk got of it, and what she typed last. */
function typed(lease: number): { saved: Y.Doc; whole: Y.Doc; last: Uint8Array[] } {
  const [saved, whole] = [new Y.Doc(), new Y.Doc()];
  whole.clientID = lease;
  const run = new Y.XmlText('Берём ');
  whole.getXmlFragment('body').insert(0, [run]);
  Y.applyUpdate(saved, Y.encodeStateAsUpdate(whole));
  const last: Uint8Array[] = [];
  whole.on('update', (bytes: Uint8Array) => last.push(bytes));
  run.insert(6, 'чай');
  run.insert(9, '.');
  return { saved, whole, last };
}

function note(lease: number, last: Uint8Array[], ago = 0): void {
  const words = lastWordsOf(last, lease, 'Берём ');
  if (!words) throw new Error('there are words');
  noteLastWords('masha', PAPER, { ...words, when: Date.now() - ago });
}

const pieces = async () => (await disk.pieces.toArray()).map(({ text, near, why }) => [text, near, why]);

test('[R264] last words that did not reach the disk become one piece, and those that did become none', async () => {
  const { saved, whole, last } = typed(7);
  note(7, last);
  await takeLastWords(disk, 'masha', PAPER, { doc: whole, lease: 7 });
  expect(await pieces()).toEqual([]);
  note(7, last);
  await takeLastWords(disk, 'masha', PAPER, { doc: saved, lease: 7 });
  await takeLastWords(disk, 'masha', PAPER, { doc: saved, lease: 7 });
  expect(await pieces()).toEqual([['чай.', 'Берём ', 'unsaved']]);
});

test('[R264] what another tab noted a moment ago is its own; what nobody came for is taken, and all goes with its person', async () => {
  const [fresh, old] = [typed(8), typed(9)];
  note(8, fresh.last);
  note(9, old.last, 120_000);
  await takeLastWords(disk, 'masha', PAPER, { doc: fresh.saved, lease: 7 });
  expect(await pieces()).toEqual([['чай.', 'Берём ', 'unsaved']]);
  expect(notesOf('masha', PAPER)).toHaveLength(1);
  await wipe('masha');
  expect(notesOf('masha', PAPER)).toEqual([]);
  expect(lastWordsOf([], 7, '')).toBeUndefined();
});
