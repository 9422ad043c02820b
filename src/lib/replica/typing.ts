/** Hands of a test in a paper: what the editor's binding does to its document. */
import * as Y from 'yjs';
import type { Paper } from './types.ts';

/** One keystroke or paste, at the end. */
export function type(paper: Paper, text: string): void {
  const { doc } = paper;
  const binding = { key: 'y-sync$' };
  doc.transact((transaction) => {
    transaction.meta.set('addToHistory', true);
    const body = doc.getXmlFragment('body');
    let run = lastRun(body);
    if (!run) {
      const paragraph = new Y.XmlElement('paragraph');
      run = new Y.XmlText();
      paragraph.insert(0, [run]);
      body.insert(body.length, [paragraph]);
    }
    run.insert(run.length, text);
  }, binding);
}

/** The last run of text that stands in the body. */
export function lastRun(body: Y.XmlFragment): Y.XmlText | undefined {
  const last = body.length > 0 ? (body.get(body.length - 1) as Y.XmlElement) : undefined;
  return last?.get(0) as Y.XmlText | undefined;
}
