/** What may stand in a paper beside its words: marks, links, attributes of nodes. */
import type { Json } from '../ops/op.ts';
import { isObject } from '../ops/values.ts';
import { LINK_SCHEMES, PAPER_ATTRS, PAPER_CONTENT, PAPER_MARKS } from './shape.ts';

const HREF_CHARS_MAX = 2_048;
const WORD_CHARS_MAX = 64;
const COLUMNS_MAX = 64;

/** Marks that overlap with themselves carry a hash of their attributes behind their name. */
const HASHED = /^(.*)--[a-zA-Z0-9+/=]{8}$/;

/** Whether a node, or `'text'`, may stand directly in a node; `''` is the body itself. */
export function nodeFits(node: string, inside: string): boolean {
  return Object.hasOwn(PAPER_CONTENT, inside) && (PAPER_CONTENT[inside] ?? []).includes(node);
}

/** Whether a mark may stand in a paper. `null` ends a mark. */
export function markFits(name: string, value: Json): boolean {
  const mark = HASHED.exec(name)?.[1] ?? name;
  if (!(PAPER_MARKS as readonly string[]).includes(mark)) return false;
  if (value === null) return true;
  if (!isObject(value)) return false;
  return mark === 'link' ? linkFits(value) : Object.keys(value).length === 0;
}

/** Whether a link leads where papers may lead: a known scheme, or a place relative to the school's own address. */
export function hrefFits(href: string): boolean {
  if (href.length > HREF_CHARS_MAX) return false;
  // Browsers drop these before they look for a scheme.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const seen = href.replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff]/g, '');
  const scheme = /^[^/?#]*?:/.exec(seen)?.[0].toLowerCase();
  return scheme === undefined || (LINK_SCHEMES as readonly string[]).includes(scheme);
}

function linkFits(value: { [key: string]: Json }): boolean {
  return Object.entries(value).every(([key, part]) => {
    if (key === 'href') return typeof part === 'string' && hrefFits(part);
    if (part === null) return key === 'target' || key === 'rel' || key === 'class' || key === 'title';
    if (typeof part !== 'string') return false;
    if (key === 'target') return part === '_blank' || part === '_self';
    if (key === 'rel') return /^[a-z ]{0,64}$/.test(part);
    // No class: it would let a writer dress a link as a part of the app.
    return key === 'title' && part.length <= WORD_CHARS_MAX;
  });
}

/** Whether an attribute of a node may have a value. */
export function attrFits(node: string, name: string, value: Json): boolean {
  if (!Object.hasOwn(PAPER_ATTRS, node) || !PAPER_ATTRS[node]?.includes(name)) return false;
  switch (name) {
    case 'level':
      return isWhole(value, 1, 6);
    case 'start':
      return isWhole(value, 0, 1_000_000);
    case 'checked':
      return typeof value === 'boolean';
    case 'colspan':
    case 'rowspan':
      return isWhole(value, 1, COLUMNS_MAX);
    case 'colwidth':
      return (
        value === null ||
        (Array.isArray(value) &&
          value.length <= COLUMNS_MAX &&
          value.every((width) => isWhole(width, 0, 10_000)))
      );
    case 'language':
      return value === null || (typeof value === 'string' && /^[A-Za-z0-9+#._-]{0,32}$/.test(value));
    default:
      return false;
  }
}

function isWhole(value: Json, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}
