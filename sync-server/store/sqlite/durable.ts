/** What «stored» means in every database of a school: written ahead, and on the disk before the answer. */
import type Sqlite from 'better-sqlite3';

/** What SQLite calls FULL. */
const FULL = 2;

/** Throws where the disk cannot do it: SQLite itself goes on in a weaker way without a word. */
export function makeDurable(db: Sqlite.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const journal = db.pragma('journal_mode', { simple: true });
  if (journal !== 'wal' || db.pragma('synchronous', { simple: true }) !== FULL)
    throw new Error(
      `${db.name} cannot be kept safely there (journal: ${journal}): take a disk of this computer`,
    );
}
