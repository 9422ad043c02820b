/** A paper's body as plain values, read without an editor: for static text, copies and export. */
import * as Y from 'yjs';
import { isAllowedLink } from './links.ts';

export interface TextRun {
  text: string;
  marks: readonly string[];
  /** Address of a link, when it is one that may be followed. */
  href: string | undefined;
}
export interface Block {
  /** Name of the node, also one that this app does not know. */
  node: string;
  attrs: Readonly<Record<string, unknown>>;
  blocks: readonly (Block | TextRun)[];
}

export function isRun(part: Block | TextRun): part is TextRun {
  return 'text' in part;
}

/** Reads everything that has text, known or not. */
export function readBody(fragment: Y.XmlFragment): Block[] {
  return fragment.toArray().flatMap((child) => {
    const parts = readChild(child);
    const runs = parts.filter(isRun);
    return runs.length > 0
      ? [{ node: 'paragraph', attrs: {}, blocks: runs }]
      : parts.filter((part): part is Block => !isRun(part));
  });
}

/** The text of a block with what is in it, one line for each textblock. */
export function textOf(block: Block): string {
  const lines: string[] = [];
  collect(block, lines);
  return lines.join('\n');
}

function collect(block: Block, lines: string[]): void {
  const runs = block.blocks.filter(isRun);
  if (runs.length > 0) lines.push(runs.map((run) => run.text).join(''));
  for (const part of block.blocks) if (!isRun(part)) collect(part, lines);
}

function readChild(child: unknown): (Block | TextRun)[] {
  if (child instanceof Y.XmlText) return readText(child);
  if (!(child instanceof Y.XmlElement)) return [];
  return [{ node: child.nodeName, attrs: child.getAttributes(), blocks: child.toArray().flatMap(readChild) }];
}

function readText(text: Y.XmlText): TextRun[] {
  const runs = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  return runs.flatMap(({ insert, attributes = {} }) => {
    if (typeof insert !== 'string') return [];
    const { href } = (attributes.link ?? {}) as { href?: unknown };
    return [
      {
        text: insert,
        marks: Object.keys(attributes),
        href: typeof href === 'string' && isAllowedLink(href) ? href : undefined,
      },
    ];
  });
}
