/** What a school's data folder holds, found by looking: databases by name or first bytes, the rest as plain files. */
import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { LOCK_FILE } from '../store/sqlite/held-folder.ts';
import { Trouble } from './trouble.ts';

/** The database of rooms (serve.ts opens it). */
const LOG = 'parta.sqlite';
const SQLITE_HEADER = 'SQLite format 3\0';
/** One of the program's own is a database whatever became of its bytes. */
const OWN_DATABASE = /^[^/]+[.]sqlite$/;
/** Written by SQLite beside its database; their content is in the database's own snapshot. */
const COMPANION = /-(wal|shm|journal)$/;
/** Half-written files of this program: whoever was writing them starts again. */
const PARTIAL = /(^|\/)[.][^/]*[.]partial(\/|$)/;
/** Beside the data, and not of it: when the last backup of this folder was made. */
export const LAST_BACKUP = 'last-backup.json';

const NOT_DATA: ReadonlySet<string> = new Set([LAST_BACKUP, LOCK_FILE]);

export interface DataFolder {
  /** The database of rooms; undefined in a folder where no school was ever started. */
  log: string | undefined;
  /** The other databases. */
  databases: string[];
  /** Everything else. All paths are relative to the folder, with `/`. */
  files: string[];
}

/** Lists a data folder. Throws when it cannot be read. */
export function readDataFolder(folder: string): DataFolder {
  const found: DataFolder = { log: undefined, databases: [], files: [] };
  for (const path of pathsUnder(folder)) {
    if (COMPANION.test(path) || PARTIAL.test(path) || NOT_DATA.has(path)) continue;
    const file = join(folder, path);
    if (path === LOG) found.log = path;
    else if (!isDatabase(file) && !(OWN_DATABASE.test(path) && statSync(file).size > 0))
      found.files.push(path);
    else found.databases.push(path);
  }
  return found;
}

/** Every file under a folder, relative to it, with `/`. */
export function pathsUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Refuses to write a copy of a data folder into it: each backup would hold those before it. */
export function refuseInside(data: string, to: string): void {
  const way = relative(realOf(data), realOf(to));
  const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  if (!isOutside)
    throw new Trouble(`${to} is in the data folder ${data}: each backup would hold it. Name another one.`);
}

/** A path without links, as far as it is there. */
function realOf(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  const above = dirname(whole);
  return above === whole ? whole : join(realOf(above), basename(whole));
}

function isDatabase(file: string): boolean {
  const head = Buffer.alloc(SQLITE_HEADER.length);
  const handle = openSync(file, 'r');
  try {
    return (
      readSync(handle, head, 0, head.length, 0) === head.length && head.toString('latin1') === SQLITE_HEADER
    );
  } finally {
    closeSync(handle);
  }
}
