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
const BLOCKS = [
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'taskList',
  'blockquote',
  'codeBlock',
  'horizontalRule',
  'table',
];
const WORDS = ['text', 'hardBreak'];

/**
 * What may stand in a node ('' is the body itself, 'text' a run of words). What stands elsewhere no editor draws, so
 * nobody would see it. How many of each is not asked: what two editors delete at once may leave less than a whole.
 */
export const PAPER_CONTENT: Readonly<Record<string, readonly string[]>> = {
  '': BLOCKS,
  paragraph: WORDS,
  heading: WORDS,
  bulletList: ['listItem'],
  orderedList: ['listItem'],
  listItem: BLOCKS,
  taskList: ['taskItem'],
  taskItem: BLOCKS,
  blockquote: BLOCKS,
  codeBlock: ['text'],
  horizontalRule: [],
  hardBreak: [],
  table: ['tableRow'],
  tableRow: ['tableCell', 'tableHeader'],
  tableCell: BLOCKS,
  tableHeader: BLOCKS,
} satisfies Record<'' | (typeof PAPER_NODES)[number], readonly string[]>;

const CELL = ['colspan', 'rowspan', 'colwidth'];
/** The attributes of the nodes that have any. */
export const PAPER_ATTRS: Readonly<Record<string, readonly string[]>> = {
  heading: ['level'],
  orderedList: ['start'],
  taskItem: ['checked'],
  codeBlock: ['language'],
  tableCell: CELL,
  tableHeader: CELL,
};
/** Only these schemes may stand in a link. */
export const LINK_SCHEMES = ['http:', 'https:', 'mailto:', 'tel:'] as const;
