/** What «stored» means in every database of a school: written ahead, and on the disk before the answer. */
import type Sqlite from 'better-sqlite3';

/** What SQLite calls it when a commit waits for the disk, and when only a checkpoint does. */
const FULL = 2;
const NORMAL = 1;

/** Each commit waits for the disk. Throws where it cannot: SQLite itself goes on in a weaker way without a word. */
export function makeDurable(db: Sqlite.Database): void {
  setUp(db, FULL);
}

/** Each commit is in the WAL's file, and whoever commits waits for the disk themselves. Throws likewise. */
export function writeAhead(db: Sqlite.Database): void {
  setUp(db, NORMAL);
}

function setUp(db: Sqlite.Database, synchronous: number): void {
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${synchronous}`);
  const journal = db.pragma('journal_mode', { simple: true });
  if (journal !== 'wal' || db.pragma('synchronous', { simple: true }) !== synchronous)
    throw new Error(
      `${db.name} cannot be kept safely there (journal: ${journal}): take a disk of this computer`,
    );
}
