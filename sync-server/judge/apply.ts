import type * as Y from 'yjs';
import type { Accepted, Applied } from './verdict.ts';

/**
 * Applies what `examine` accepted, synchronously after it on the same document (nothing may come between), and checks
 * what Yjs made of it. Never throws: `broken` means that the document must not be used any more.
 */
export function applyExamined(_doc: Y.Doc, _examined: Accepted): Applied {
  throw new Error('not written yet');
}
