/** What Masha says into her class's feed, for tests that push it themselves. */
import * as Y from 'yjs';
import { idOf } from '#shared/feed/shape.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { prepare } from '../judge/shape.ts';
import { MASHA } from '../registry/school.fixture.ts';

/** An update without structs and deletes. */
export const NOTHING = Uint8Array.of(0, 0);

/** One update a message, each on the one before. */
export function updates(texts: string[], lease = MASHA): Uint8Array[] {
  const doc = new Y.Doc();
  prepare(doc, SHAPES.feed);
  doc.clientID = lease;
  const all: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => all.push(update));
  for (const [i, text] of texts.entries())
    doc.getMap('messages').set(idOf(lease, i + 1), { by: 'masha', at: 1, text });
  return all;
}
