import type { Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';

/**
 * Puts a returned text back into the paper: as paragraphs behind the block that holds the text it stood after, before
 * all when nothing stood before it, or at the end when that is gone. A write of the person like any other. False when the editor does not take it.
 */
export function placePiece(editor: Editor, text: string, near: string): boolean {
  const paragraphs = text
    .trim()
    .split('\n')
    .map((line) => ({
      type: 'paragraph',
      ...(line ? { content: [{ type: 'text', text: line }] } : {}),
    }));
  const at = placeBehind(editor.state.doc, near) ?? editor.state.doc.content.size;
  return editor
    .chain()
    .insertContentAt(at, paragraphs, { updateSelection: true })
    .focus()
    .scrollIntoView()
    .run();
}

/** The position behind the last textblock that contains `near`, where a paragraph may stand. */
function placeBehind(doc: Node, near: string): number | undefined {
  const wanted = near.trim();
  if (!wanted) return 0;
  let found: number | undefined;
  doc.descendants((node, pos) => {
    if (node.isTextblock && node.textContent.includes(wanted)) found = pos + node.nodeSize;
    return !node.isTextblock;
  });
  if (found === undefined) return undefined;
  const paragraph = doc.type.schema.nodes.paragraph;
  for (let at = doc.resolve(found); ; at = doc.resolve(at.after())) {
    const index = at.index();
    if (paragraph && at.parent.canReplaceWith(index, index, paragraph)) return at.pos;
    if (at.depth === 0) return undefined;
  }
}
