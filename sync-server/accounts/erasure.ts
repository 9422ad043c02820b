/** Takes a person's account out of better-auth's tables: nobody is signed in as them, and no link lets anyone in. */
import Sqlite from 'better-sqlite3';

const ROWS: readonly (readonly [table: string, column: string])[] = [
  ['session', 'userId'],
  ['account', 'userId'],
  ['verification', 'value'],
  ['user', 'id'],
];

/** No trace is on the disk when it returns. The relay must not run: sessions that it remembers would live on. */
export function eraseAccount(file: string, person: string): void {
  const db = new Sqlite(file, { fileMustExist: true });
  try {
    db.pragma('secure_delete = ON');
    const has = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?");
    db.transaction(() => {
      for (const [table, column] of ROWS)
        if (has.get(table)) db.prepare(`delete from "${table}" where "${column}" = ?`).run(person);
    })();
    // Sessions and links that ended before left their bytes in pages that are free.
    db.exec('vacuum');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}
