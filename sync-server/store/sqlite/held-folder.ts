/**
 * One program at a time writes in a school's data folder: the relay for as long as it runs, a restore, an erasure. The
 * lock is SQLite's on an empty file, so the system lets go of it however the holder ends. Programs that only read, or
 * add a note as a backup does, need none.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** Lies in the data folder for good; says nothing by being there. */
export const LOCK_FILE = 'relay.lock';

/** A database that nobody refers to is closed with its garbage, and its lock is gone. */
const held = new Set<Sqlite.Database>();

/** Holds a folder until the answer is called; undefined while another holds it. Throws the system's error. */
export function holdFolder(folder: string): (() => void) | undefined {
  const file = join(folder, LOCK_FILE);
  // Never opened and closed by other means: the system drops all locks of a process with any descriptor of the file.
  if (!existsSync(file)) makeEmpty(file);
  const db = new Sqlite(file, { timeout: 0 });
  try {
    // Nothing is ever written in it.
    db.pragma('journal_mode = MEMORY');
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
  held.add(db);
  return () => {
    held.delete(db);
    db.close();
  };
}

function makeEmpty(file: string): void {
  try {
    writeFileSync(file, '', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whether any other program has a database open, a backup too. */
export function isOpenElsewhere(file: string): boolean {
  const db = new Sqlite(file, { fileMustExist: true, timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('begin exclusive; commit');
    return false;
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
    return true;
  } finally {
    db.close();
  }
}
