/** Writing an older version into a paper, as its person would by hand. Loaded when somebody does it. */
import { Editor } from '@tiptap/core';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap';
import type * as Y from 'yjs';
import { paperCollaboration } from './binding.ts';
import { paperBounds } from './bounds.ts';
import { isKnownBody } from './known.ts';
import { paperNodes } from './schema.ts';

export type Restored = 'written' | 'same' | 'unknown' | 'too-much' | 'not-written';

/**
 * Makes the text of `doc` that of `old` by ordinary writes: blocks that are the same stay as they are, others are
 * replaced, and what they held remains in the versions. Nothing is written unless all of it is. `unknown`: one of the
 * two has content that this app does not know; `too-much`: more than one write may bring.
 */
export function restoreVersion(old: Y.Doc, doc: Y.Doc, mayWrite: () => boolean): Restored {
  const [before, body] = [old.getXmlFragment('body'), doc.getXmlFragment('body')];
  if (!isKnownBody(before) || !isKnownBody(body)) return 'unknown';
  let trouble: Restored = 'not-written';
  const editor = new Editor({
    element: document.createElement('div'),
    injectCSS: false,
    extensions: [
      ...paperNodes(),
      paperCollaboration({
        fragment: body,
        mayWrite,
        onBroken: () => {
          trouble = 'unknown';
        },
      }),
      paperBounds(() => {
        trouble = 'too-much';
      }),
    ],
  });
  try {
    const { state, view, schema } = editor;
    const read = schema.nodeFromJSON(yXmlFragmentToProsemirrorJSON(before));
    const wanted = schema.topNodeType.createAndFill(null, read.content);
    if (!wanted) return 'unknown';
    const { from, to, between } = difference(state.doc, wanted);
    if (from === to && between.size === 0) return 'same';
    view.dispatch(state.tr.replace(from, to, new Slice(between, 0, 0)));
    return editor.state.doc.eq(wanted) ? 'written' : trouble;
  } finally {
    editor.destroy();
  }
}

/** The blocks of `now` that have to go, and those of `wanted` that come in their place. */
function difference(now: Node, wanted: Node): { from: number; to: number; between: Fragment } {
  const most = Math.min(now.childCount, wanted.childCount);
  let first = 0;
  while (first < most && now.child(first).eq(wanted.child(first))) first++;
  let last = 0;
  while (
    last < most - first &&
    now.child(now.childCount - 1 - last).eq(wanted.child(wanted.childCount - 1 - last))
  )
    last++;
  const blocks = wanted.children.slice(first, wanted.childCount - last);
  return {
    from: sizeOf(now.children.slice(0, first)),
    to: sizeOf(now.children.slice(0, now.childCount - last)),
    between: Fragment.from(blocks),
  };
}

function sizeOf(blocks: readonly Node[]): number {
  return blocks.reduce((size, block) => size + block.nodeSize, 0);
}
