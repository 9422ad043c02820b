/** Replays the erasure list on rooms that a backup brought back, before anyone can read them. */
import Sqlite from 'better-sqlite3';
import * as Y from 'yjs';
import { splitKey } from '#shared/feed/shape.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Erasures } from './erasures.ts';
import { loadYjs } from './load-yjs.ts';

/**
 * Deletes the listed messages with their edits and reactions, and ends what the relay had not erased yet when the backup
 * was made, so that no trace is on the disk.
 */
export async function forget(logFile: string, store: SqliteStore, erasures: Erasures): Promise<number> {
  const docs = feedsOf(logFile, erasures);
  const fence = await store.claim();
  let count = 0;
  for (const [name, ids] of docs) {
    await erase(store, name, ids, fence);
    count += ids.size;
  }
  // One that cannot be read opens for nobody, and costs itself alone.
  for (const name of await store.due()) await erase(store, name, new Set(), fence).catch(() => undefined);
  forgetTexts(logFile, docs);
  return count;
}

async function erase(store: SqliteStore, name: string, ids: ReadonlySet<string>, fence: number) {
  const { doc, seq } = await loadYjs(store, name);
  deleteMessages(doc, ids);
  await store.compact({ doc: name, seq, bytes: Y.encodeStateAsUpdate(doc) }, 'erase', fence);
  doc.destroy();
}

/** The relay writes no structs of its own: these are deletes alone, and what they delete is collected. */
function deleteMessages(doc: Y.Doc, ids: ReadonlySet<string>): void {
  const messages = doc.getMap('messages');
  const besides = [doc.getMap('edits'), doc.getMap('reactions')];
  doc.transact(() => {
    for (const id of ids) messages.delete(id);
    for (const map of besides)
      for (const key of [...map.keys()]) if (ids.has(splitKey(key)?.message ?? '')) map.delete(key);
  });
}

/** Feed → listed messages that stand in it and were not deleted when the backup was made. */
function feedsOf(logFile: string, erasures: Erasures): Map<string, Set<string>> {
  const docs = new Map<string, Set<string>>();
  withDatabase(logFile, (db) => {
    const find = db.prepare(
      "select doc from places where room = ? and id = ? and gone = 0 and kind = 'message'",
    );
    for (const [room, ids] of Object.entries(erasures.messages))
      for (const id of ids) {
        const doc = find.pluck().get(room, id) as string | undefined;
        if (doc === undefined) continue;
        const set = docs.get(doc) ?? new Set<string>();
        docs.set(doc, set.add(id));
      }
  });
  return docs;
}

function forgetTexts(logFile: string, docs: ReadonlyMap<string, ReadonlySet<string>>): void {
  withDatabase(logFile, (db) => {
    const blank = db.prepare(
      "update places set text = '', gone = 1 where doc = ? and (id = ? or (kind = 'edit' and of = ?))",
    );
    db.transaction(() => {
      for (const [doc, ids] of docs) for (const id of ids) blank.run(doc, id, id);
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  });
}

function withDatabase(file: string, use: (db: Sqlite.Database) => void): void {
  const db = new Sqlite(file, { fileMustExist: true });
  try {
    db.pragma('secure_delete = ON');
    use(db);
  } finally {
    db.close();
  }
}
