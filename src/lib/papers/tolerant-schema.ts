import { Fragment, type Mark, type Schema } from '@tiptap/pm/model';

/**
 * Lets a schema make nodes of any content while `draw` runs: two people's edits together can make what it does not
 * allow (a list point that lost its paragraph), and a binding deletes what it cannot draw. Rather a page that looks odd
 * than text that is gone. Answers whether everything was known; what was not is drawn as plain text, and the editor
 * must be unbound.
 */
export function drawTolerantly(schema: Schema, draw: () => void): boolean {
  const { node, mark, text } = schema;
  let known = true;
  schema.node = (type, attrs, content, marks) => {
    const found = typeof type === 'string' ? schema.nodes[type] : type;
    if (!found) known = false;
    const made = found ?? schema.nodes.paragraph;
    if (!made) throw new Error('a schema without paragraphs');
    return made.create(attrs, Fragment.from(content as Fragment), marks);
  };
  schema.mark = (type, attrs) => {
    const found = typeof type === 'string' ? schema.marks[type] : type;
    if (found) return found.create(attrs);
    known = false;
    const other = schema.marks.italic;
    if (!other) throw new Error('a schema without marks');
    return other.create();
  };
  schema.text = (content: unknown, marks?: readonly Mark[] | null) => {
    if (typeof content === 'string') return text.call(schema, content, marks);
    known = false;
    return text.call(schema, '\u{FFFC}', marks);
  };
  try {
    draw();
  } finally {
    Object.assign(schema, { node, mark, text });
  }
  return known;
}
