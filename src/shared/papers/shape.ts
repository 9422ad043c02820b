/**
 * `paper/<id>`: rich text as Tiptap's collaboration keeps it: root XmlFragment `body`, and root map `paper` with
 * `schema` (PAPER_SCHEMA). An app that does not know the schema shows static text and never binds an editor.
 */
export const PAPER_SCHEMA = 1;

/** Block and inline nodes of the schema, by their Tiptap names. */
export const PAPER_NODES = [
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'listItem',
  'taskList',
  'taskItem',
  'blockquote',
  'codeBlock',
  'horizontalRule',
  'hardBreak',
  'table',
  'tableRow',
  'tableCell',
  'tableHeader',
] as const;
export const PAPER_MARKS = ['bold', 'italic', 'underline', 'strike', 'code', 'link'] as const;
/** Attributes that nodes may carry. */
export const PAPER_ATTRS = [
  'level',
  'start',
  'type',
  'checked',
  'language',
  'colspan',
  'rowspan',
  'colwidth',
  'align',
  'textAlign',
] as const;
/** Only these schemes may stand in a link. */
export const LINK_SCHEMES = ['http:', 'https:', 'mailto:', 'tel:'] as const;
