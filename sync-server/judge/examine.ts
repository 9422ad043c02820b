import type * as Y from 'yjs';
import type { DocShape } from './shape.ts';
import type { Examined, Hand } from './verdict.ts';

/**
 * Reads one V1 update against the relay's copy without changing it: either the whole of what it would do, or why it
 * is refused. Never throws. The document must have been made with `prepare`, and hold nothing pending.
 */
export function examine(_doc: Y.Doc, _shape: DocShape, _bytes: Uint8Array, _hand: Hand): Examined {
  throw new Error('not written yet');
}
