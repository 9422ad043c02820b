import { Editor } from '@tiptap/core';
import { yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap';
import type * as Y from 'yjs';
import type { Paper } from '#lib/replica/types.ts';
import { paperCollaboration } from './binding.ts';
import { readBody, textOf } from './body.ts';
import { paperNodes } from './schema.ts';

/** Writes what a copy holds into a new paper, as its person would by hand; resolves when it is on the disk. */
export async function fillFromCopy(copy: Y.Doc, paper: Paper): Promise<boolean> {
  const editor = new Editor({
    element: document.createElement('div'),
    injectCSS: false,
    extensions: [
      ...paperNodes(),
      paperCollaboration({
        fragment: paper.doc.getXmlFragment('body'),
        mayWrite: () => paper.right === 'edit',
        onBroken: () => {},
      }),
    ],
  });
  try {
    const body = copy.getXmlFragment('body');
    editor.commands.setContent(yXmlFragmentToProsemirrorJSON(body));
    const written = textOfBody(paper.doc.getXmlFragment('body')) === textOfBody(body);
    return written && (await paper.flush()).ok;
  } finally {
    editor.destroy();
  }
}

function textOfBody(body: Y.XmlFragment): string {
  return readBody(body).map(textOf).join('\n');
}
