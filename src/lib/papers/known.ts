import * as Y from 'yjs';
import { nodeFits } from '#shared/papers/content.ts';
import { PAPER_MARKS } from '#shared/papers/shape.ts';

const MARKS: ReadonlySet<string> = new Set(PAPER_MARKS);

/**
 * Whether an editor of this app may be bound to a body: every node and mark in it is known and stands where it may. An
 * editor that meets another would delete it. Cost: the size of the body.
 */
export function isKnownBody(fragment: Y.XmlFragment): boolean {
  return fragment.toArray().every((child) => child instanceof Y.XmlElement && isKnown(child, ''));
}

function isKnown(node: Y.XmlElement, inside: string): boolean {
  if (!nodeFits(node.nodeName, inside)) return false;
  return node.toArray().every((child) => {
    if (child instanceof Y.XmlElement) return isKnown(child, node.nodeName);
    return child instanceof Y.XmlText && nodeFits('text', node.nodeName) && hasKnownMarks(child);
  });
}

function hasKnownMarks(text: Y.XmlText): boolean {
  const runs = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  return runs.every(
    ({ insert, attributes }) =>
      typeof insert === 'string' && Object.keys(attributes ?? {}).every((mark) => MARKS.has(mark)),
  );
}
