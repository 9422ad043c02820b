/** A database as it was at one moment, while its relay goes on writing. */
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { makeFolder } from '../folders.ts';
import { Trouble } from './trouble.ts';
import { syncToDisk } from './whole.ts';

/** How long a snapshot waits for a writer that holds the database. */
const WAIT_MS_MAX = 20_000;

/**
 * Writes a database as one read transaction sees it. `vacuum into` instead of the page-wise backup: that one starts
 * over after each write of another process and copies free pages, where erased text may still stand.
 */
export function snapshotDatabase(from: string, to: string): void {
  makeFolder(dirname(to), 0o700);
  const source = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: WAIT_MS_MAX });
  try {
    source.prepare('vacuum into ?').run(to);
  } catch (error) {
    // What was read is whole: it is the copy that had no room.
    if ((error as { code?: string }).code === 'SQLITE_FULL')
      throw new Trouble(`The disk of ${dirname(to)} is full. Nothing half-written was left.`);
    throw new Trouble(`${from} could not be read whole (${reasonOf(error)}). Run: npm run doctor`);
  } finally {
    source.close();
  }
  const faults = faultsOf(to);
  if (faults.length > 0)
    throw new Trouble(`the copy of ${from} is damaged (${faults[0]}). Is the disk failing?`);
  syncToDisk(to);
}

/** What SQLite finds wrong with a database file; empty when it is sound. */
export function faultsOf(file: string): string[] {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: WAIT_MS_MAX });
    try {
      const lines = db.pragma('integrity_check(5)') as { integrity_check: string }[];
      return lines.map((line) => line.integrity_check).filter((line) => line !== 'ok');
    } finally {
      db.close();
    }
  } catch (error) {
    return [reasonOf(error)];
  }
}

/** The format of a database, as the program that opened it last wrote it. */
export function formatOf(file: string): number {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return db.pragma('user_version', { simple: true }) as number;
  } finally {
    db.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
