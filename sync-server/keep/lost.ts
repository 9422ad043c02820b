/** Whether a data folder lost a database: opened, it would be made anew and empty, and the school would be another one. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { LAST_BACKUP } from './data-folder.ts';

export interface Lost {
  /** Its file, relative to the folder. */
  path: string;
  /** The file, and what is gone with it. */
  what: string;
}

/** What of a school's databases is looked at: their first table, which no program leaves out. */
export const ROOMS = { path: 'parta.sqlite', table: 'docs', holds: 'rooms' };
const LEASES = { path: ROOMS.path, table: 'leases' };
export const NAMES = { path: 'people.sqlite', table: 'people', holds: 'names' };
export const ACCOUNTS = { path: 'auth.sqlite', table: 'user', holds: 'accounts and sessions' };

/**
 * The rooms or the names of a school that was founded; undefined when neither is gone. One that cannot be read is not
 * gone: whoever opens it says so. A first start that was cut off has lost nothing.
 */
export function lostDatabase(data: string): Lost | undefined {
  const rooms = fillOf(data, ROOMS);
  if (rooms === 'none' ? wasSchool(data) : rooms === 'empty' && fillOf(data, ACCOUNTS) === 'filled')
    return lost(data, ROOMS);
  return rooms === 'filled' && fillOf(data, NAMES) === 'none' ? lost(data, NAMES) : undefined;
}

/** Whether people had come in, and no account is there now: whoever wrote here had one. */
export function areAccountsLost(data: string): boolean {
  const fill = fillOf(data, ACCOUNTS);
  return (fill === 'none' || fill === 'empty') && fillOf(data, LEASES) === 'filled';
}

/** `none`: no file, or one without the table; `empty`: no row; undefined when it cannot be read. */
export function fillOf(
  data: string,
  { path, table }: Pick<typeof ROOMS, 'path' | 'table'>,
): 'none' | 'empty' | 'filled' | undefined {
  const file = join(data, path);
  if (!existsSync(file) || statSync(file).size === 0) return 'none';
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      const has = "select count(*) from sqlite_master where type = 'table' and name = ?";
      if (db.prepare(has).pluck().get(table) === 0) return 'none';
      return db.prepare(`select 1 from "${table}" limit 1`).get() ? 'filled' : 'empty';
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

function wasSchool(data: string): boolean {
  const isFilled = [NAMES, ACCOUNTS].some((database) => fillOf(data, database) === 'filled');
  return isFilled || existsSync(join(data, LAST_BACKUP));
}

function lost(data: string, { path, holds }: typeof ROOMS): Lost {
  const how = existsSync(join(data, path)) ? 'is empty' : 'is missing';
  return { path, what: `${join(data, path)} ${how}, and ${data} held a school: its ${holds} are gone` };
}
