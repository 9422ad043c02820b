/** A paper's bytes as ProseMirror JSON: what every editor of that family reads. */
import * as Y from 'yjs';

export interface PaperNode {
  type: string;
  attrs?: Record<string, unknown>;
  content?: PaperNode[];
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  text?: string;
}

/** A mark that may overlap with itself carries a hash of its attributes behind its name. */
const HASHED = /^(.*)--[a-zA-Z0-9+/=]{8}$/;

/** The whole paper as one `doc` node. */
export function paperJson(body: Y.XmlFragment): PaperNode {
  return { type: 'doc', content: childrenOf(body) };
}

function childrenOf(parent: Y.XmlFragment): PaperNode[] {
  return parent.toArray().flatMap((child) => {
    if (child instanceof Y.XmlText) return textsOf(child);
    return child instanceof Y.XmlElement ? [elementOf(child)] : [];
  });
}

function elementOf(element: Y.XmlElement): PaperNode {
  const attrs = element.getAttributes() as Record<string, unknown>;
  const content = childrenOf(element);
  return {
    type: element.nodeName,
    ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
    ...(content.length > 0 ? { content } : {}),
  };
}

function textsOf(text: Y.XmlText): PaperNode[] {
  const delta = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  return delta.flatMap(({ insert, attributes }) => {
    if (typeof insert !== 'string') return [];
    const marks = Object.entries(attributes ?? {}).map(([name, value]) => markOf(name, value));
    return [{ type: 'text', text: insert, ...(marks.length > 0 ? { marks } : {}) }];
  });
}

function markOf(name: string, value: unknown): { type: string; attrs?: Record<string, unknown> } {
  const type = HASHED.exec(name)?.[1] ?? name;
  const isPlain = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return isPlain ? { type, attrs: value as Record<string, unknown> } : { type };
}
