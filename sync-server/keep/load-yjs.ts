/** A document as the log holds it, for those who keep and read without a relay. */
import * as Y from 'yjs';
import type { Log } from '../store/log.ts';

/** Loads a Yjs document whole, or rejects: never an empty one in the place of a damaged one. */
export async function loadYjs(log: Log, name: string): Promise<{ doc: Y.Doc; seq: number }> {
  const { snapshot, rows } = await log.load(name);
  const doc = new Y.Doc({ gc: true });
  doc.transact(() => {
    if (snapshot) Y.applyUpdate(doc, snapshot.bytes);
    for (const row of rows) Y.applyUpdate(doc, row.bytes);
  });
  if (doc.store.pendingStructs || doc.store.pendingDs)
    throw new Error(`${name} has rows that do not follow from those before`);
  return { doc, seq: rows.at(-1)?.seq ?? snapshot?.seq ?? 0 };
}
