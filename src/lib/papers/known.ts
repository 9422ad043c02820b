import * as Y from 'yjs';
import { PAPER_MARKS, PAPER_NODES } from '#shared/papers/shape.ts';

const NODES: ReadonlySet<string> = new Set(PAPER_NODES);
const MARKS: ReadonlySet<string> = new Set(PAPER_MARKS);

/**
 * Whether an editor of this app may be bound to a body: every node and mark in it is known. An editor that meets an
 * unknown one would delete it. Cost: the size of the body.
 */
export function isKnownBody(fragment: Y.XmlFragment): boolean {
  return fragment.toArray().every((child) => child instanceof Y.XmlElement && isKnown(child));
}

function isKnown(node: Y.XmlElement): boolean {
  if (!NODES.has(node.nodeName)) return false;
  return node.toArray().every((child) => {
    if (child instanceof Y.XmlElement) return isKnown(child);
    return child instanceof Y.XmlText && hasKnownMarks(child);
  });
}

function hasKnownMarks(text: Y.XmlText): boolean {
  const runs = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  return runs.every(
    ({ insert, attributes }) =>
      typeof insert === 'string' && Object.keys(attributes ?? {}).every((mark) => MARKS.has(mark)),
  );
}
