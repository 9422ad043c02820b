/** The computer and the data folder: version, rights, room, clock, backups. */
import { accessSync, constants, existsSync, lstatSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { hasSecret, isSecret, SECRET_FILE } from '../../accounts/secret.ts';
import { announcedAt } from '../announce.ts';
import { LAST_BACKUP, pathsUnder, readDataFolder } from '../data-folder.ts';
import { ACCOUNTS, fillOf } from '../lost.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const NODE_MAJOR_MIN = 24;
const MB = 1024 * 1024;
const FREE_BYTES_BAD = 200 * MB;
const FREE_BYTES_WARN = 1024 * MB;
const DAY_MS = 24 * 60 * 60 * 1000;
const BACKUP_DAYS_MAX = 2;
/** A row may be this far ahead of the clock before the clock is called wrong. */
const CLOCK_MS_MAX = 60_000;

export function checkNode(version = process.versions.node): Finding {
  if (Number.parseInt(version, 10) >= NODE_MAJOR_MIN) return ok(`Node ${version}`);
  return bad(
    `Node ${version} is too old`,
    'Start through npm (npm start, npm run doctor): it uses the pinned Node.',
  );
}

export function checkApp(build: string): Finding {
  if (existsSync(join(build, 'index.html'))) return ok('the app is built');
  return bad('the app is not built: browsers get nothing', 'Run: npm run build');
}

/** Rights: names, secrets and messages of children are nobody else's on this computer. */
export function checkRights(data: string): Finding {
  const isOpen = process.platform !== 'win32' && (statSync(data).mode & 0o077) !== 0;
  if (!isOpen) return ok(`${data} is its owner's alone`);
  return bad(`others on this computer can read ${data}`, `Run: chmod 700 ${data}`);
}

/** What root did there by hand belongs to root: the relay would not start, or not store. */
export function checkOwners(data: string): Finding {
  const { uid, gid } = statSync(data);
  const strange = isOpen(data) ? pathsUnder(data).filter((path) => !isOf(join(data, path), uid)) : [];
  if (strange.length > 0)
    return bad(
      `the owner of ${data} may not read or write ${strange.join(', ')}`,
      `Run as root: chown -R ${uid}:${gid} ${data} && chmod -R u+rwX ${data}`,
    );
  if (isOpenToUs(data)) return ok(`every file in ${data} is its owner's`);
  return bad(`this user cannot look into ${data}`, 'Run the doctor as the user of the relay.');
}

function isOf(file: string, uid: number): boolean {
  const there = lstatSync(file, { throwIfNoEntry: false });
  // SQLite's companions come and go.
  return !there || (there.uid === uid && (there.mode & 0o600) === 0o600);
}

/** Whether this user may read and write everything there. */
export function isOpenToUs(data: string): boolean {
  return isOpen(data) && pathsUnder(data).every((path) => isOpen(join(data, path)));
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** `isSaid`: PARTA_SECRET takes the place of the file. */
export function checkSecret(data: string, isSaid: boolean): Finding[] {
  const file = join(data, SECRET_FILE);
  if (!hasSecret(data)) {
    if (isSaid || fillOf(data, ACCOUNTS) !== 'filled') return [];
    return [
      bad(
        `${file} is missing: at the next start everyone is signed out`,
        'Put the one of the last backup back. Or start: a new one is made, and npm run link lets an administrator in, with --person ID anyone.',
      ),
    ];
  }
  if (isSecret(readFileSync(file, 'utf8'))) return [];
  return [
    bad(
      `${file} is damaged: no start until it is mended`,
      'Put the one of the last backup back. Or delete it: a new one is made, and everyone signs in anew (npm run link).',
    ),
  ];
}

export function checkRoom(data: string, free = freeBytes(data)): Finding {
  const words = `${Math.round(free / MB)} MB free on the disk of ${data}`;
  if (free < FREE_BYTES_BAD) return bad(words, 'Free some room now: when it ends, nothing new is stored.');
  if (free < FREE_BYTES_WARN) return warn(words, 'Free some room, or move the data folder (PARTA_DATA).');
  return ok(words);
}

function freeBytes(data: string): number {
  const { bavail, bsize } = statfsSync(data);
  return bavail * bsize;
}

/** A clock that went back: messages would stand in days that are yet to come. */
export function checkClock(data: string, now: number): Finding {
  const { log } = readDataFolder(data);
  const newest = log === undefined ? 0 : newestRow(join(data, log));
  if (newest <= now + CLOCK_MS_MAX) return ok(`the clock says ${new Date(now).toISOString()}`);
  return bad(
    `the clock says ${new Date(now).toISOString()}, but something was stored at ${new Date(newest).toISOString()}`,
    'Set the clock of this computer and let it follow a time server (timedatectl set-ntp true).',
  );
}

/** 0 when there is none, or the database cannot be read: another question's answer says so. */
function newestRow(file: string): number {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      return (db.prepare('select max(at) from log').pluck().get() as number | null) ?? 0;
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

export function checkBackups(data: string, now: number): Finding {
  const todo = 'Run each night: npm run backup -- --to FOLDER (a folder on another disk).';
  const file = join(data, LAST_BACKUP);
  if (!existsSync(file)) return warn('no backup was ever made', todo);
  const last = readLast(file);
  if (!last) return warn(`${file} is damaged`, todo);
  const days = (now - Date.parse(last.at)) / DAY_MS;
  if (!existsSync(last.folder))
    return warn(`the last backup (${last.folder}) is not there now`, `Is its disk attached? ${todo}`);
  if (days > BACKUP_DAYS_MAX) return warn(`the last backup is ${Math.floor(days)} days old`, todo);
  if (!isAnnounced(data, last.at))
    return warn(
      `the last backup was made at ${last.at}, and devices cannot be told of it: they keep what it holds`,
      'Start the relay once with this program, then make a backup.',
    );
  return ok(`the last backup was made at ${last.at}`);
}

/** A database that cannot be read is another question's answer. */
function isAnnounced(data: string, at: string): boolean {
  const { log } = readDataFolder(data);
  try {
    return log === undefined || announcedAt(join(data, log)) >= Date.parse(at);
  } catch {
    return true;
  }
}

function readLast(file: string): { at: string; folder: string } | undefined {
  try {
    const { at, folder } = JSON.parse(readFileSync(file, 'utf8'));
    return typeof at === 'string' && typeof folder === 'string' ? { at, folder } : undefined;
  } catch {
    return undefined;
  }
}
