/**
 * What a document looks like to the judge: its roots and how much one update may carry. The judge knows Yjs and
 * nothing of what the document is for.
 */
import type * as Y from 'yjs';

/** How much one update may carry. Units are in the names. */
export interface Bounds {
  bytesMax: number;
  structsMax: number;
  deleteRangesMax: number;
  /** Living structs that one update may delete, children of deleted nodes included. */
  deletedStructsMax: number;
  jsonDepthMax: number;
  jsonNodesMax: number;
  /** Nesting of rich text, counted from its root. */
  depthMax: number;
}

export interface DocShape {
  /** Root name → `map` (plain JSON values under keys) or `xml` (rich text as Tiptap's collaboration keeps it). */
  roots: Readonly<Record<string, 'map' | 'xml'>>;
  bounds: Bounds;
}

type Roots = Map<string, Y.Map<unknown> | Y.XmlFragment>;
const ROOTS = new WeakMap<Y.Doc, Roots>();

/** No lease reaches this number (they stay below 2^48), so no update makes Yjs swap the relay's own client id. */
const NOBODY = Number.MAX_SAFE_INTEGER;

/**
 * Makes an empty document ready: creates its typed roots (a root that is first met untyped would be replaced later)
 * and keeps Yjs from «cleaning up» formatting after remote transactions, which would make every reader a writer.
 * Call it once, before the first update is applied. A device's replica wants the same.
 */
export function prepare(doc: Y.Doc, shape: DocShape): void {
  const roots: Roots = new Map();
  for (const [name, kind] of Object.entries(shape.roots))
    roots.set(name, kind === 'map' ? doc.getMap(name) : doc.getXmlFragment(name));
  ROOTS.set(doc, roots);
  doc.clientID = NOBODY;
  // Yjs emits this between the observers, which ask for the clean-up, and the clean-up itself.
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    transaction._needFormattingCleanup = false;
  });
}

/** The typed roots of a prepared document, by name. */
export function rootsOf(doc: Y.Doc): ReadonlyMap<string, Y.Map<unknown> | Y.XmlFragment> {
  const roots = ROOTS.get(doc);
  if (!roots) throw new Error('document was not prepared');
  return roots;
}
