/** Puts a school back from a backup. */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { makeFolder } from '../folders.ts';
import { holdFolder, isOpenElsewhere, LOCK_FILE } from '../store/sqlite/held-folder.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';
import { readDataFolder } from './data-folder.ts';
import { eraseFrom } from './erase.ts';
import { type Erasures, erasuresOf, joinErasures, NOTHING_ERASED, readErasures } from './erasures.ts';
import { forget } from './forget.ts';
import { DATA, type Manifest, readManifest, verify } from './manifest.ts';
import { faultsOf } from './snapshot.ts';
import { Trouble } from './trouble.ts';
import { syncToDisk, wholeFolder } from './whole.ts';

export interface RestoreOptions {
  /** One backup (a folder with a manifest). */
  from: string;
  /** The data folder to fill. */
  to: string;
  /** Whether a data folder that is not empty may be moved aside. */
  force: boolean;
}

export interface RestoreDone {
  /** When the backup was made. */
  at: string;
  /** Messages that were deleted after the backup, and are deleted again. */
  forgotten: number;
  /** Persons who were erased after the backup, and are erased again. */
  erased: number;
  /** Where the data folder that stood there went. */
  aside: string | undefined;
}

/**
 * Fills a data folder from a backup, whole or not at all. The school that comes up is a new generation: every room
 * has a new epoch and leases come from a range that was never used, because devices know things that it forgot.
 * What was deleted since is deleted again, who was erased is erased again, and one-time links are void: they may have been used since.
 */
export async function restore(options: RestoreOptions): Promise<RestoreDone> {
  const [from, to] = [resolve(options.from), resolve(options.to)];
  const manifest = readManifest(from);
  const isTaken = existsSync(to) && readdirSync(to).some((name) => name !== LOCK_FILE);
  if (isTaken && !options.force)
    throw new Trouble(
      `${to} is not empty. Stop the relay and add --force: what is there is moved aside, not deleted.`,
    );
  await verify(from, manifest);
  const letGo = existsSync(to) ? holdAside(to) : () => undefined;
  try {
    return await fill(from, to, manifest, isTaken);
  } finally {
    letGo();
  }
}

/** A relay that goes on would acknowledge into the folder that was moved away. */
function holdAside(to: string): () => void {
  const running = new Trouble(
    `A relay runs on ${to}, or another program has it open. Stop it, restore, and start it.`,
  );
  const letGo = holdFolder(to);
  if (!letGo) throw running;
  const { log } = readDataFolder(to);
  if (log === undefined || !isOpen(join(to, log))) return letGo;
  letGo();
  throw running;
}

/** A database that cannot even be opened is nobody's, and may be why there is a restore. */
function isOpen(file: string): boolean {
  try {
    return isOpenElsewhere(file);
  } catch {
    return false;
  }
}

async function fill(from: string, to: string, manifest: Manifest, isTaken: boolean): Promise<RestoreDone> {
  const erasures = joinErasures(readErasures(dirname(from)), isTaken ? erasuresIn(to) : NOTHING_ERASED);
  const aside = isTaken ? `${to}.before-${Date.now()}` : undefined;
  makeFolder(dirname(to));
  let again = { forgotten: 0, erased: 0 };
  await wholeFolder(to, async (partial) => {
    for (const { path } of manifest.files) copyInto(partial, path, join(from, DATA, path));
    again = await beginAnew(partial, manifest.log, erasures);
    if (aside) renameSync(to, aside);
    else rmSync(join(to, LOCK_FILE), { force: true });
  });
  return { at: manifest.at, ...again, aside };
}

async function beginAnew(
  data: string,
  log: string,
  erasures: Erasures,
): Promise<Pick<RestoreDone, 'forgotten' | 'erased'>> {
  const file = join(data, log);
  for (const path of [log, ...readDataFolder(data).databases]) {
    const faults = faultsOf(join(data, path));
    if (faults.length > 0)
      throw new Trouble(`the backup's ${path} is damaged (${faults[0]}). Take another backup.`);
  }
  const store = await openSqlite({ file });
  try {
    const forgotten = await forget(file, store, erasures);
    const known = erasuresOf(file).people;
    // A backup may have been made in the middle of an erasure: those it knows of are erased with the others.
    const people = { ...erasures.people, ...known };
    for (const [person, at] of Object.entries(people)) await eraseFrom(data, store, person, at);
    await store.startAfresh();
    voidLinks(data);
    return { forgotten, erased: Object.keys(people).length - Object.keys(known).length };
  } finally {
    await store.close();
  }
}

/** better-auth keeps one-time links in `verification`. */
function voidLinks(data: string): void {
  for (const path of readDataFolder(data).databases) {
    const db = new Sqlite(join(data, path));
    try {
      const has = "select count(*) from sqlite_master where type = 'table' and name = 'verification'";
      if (db.prepare(has).pluck().get() === 1) db.exec('delete from verification');
    } finally {
      db.close();
    }
  }
}

/** A disk that was not lost knows best what it had forgotten; one that cannot be read any more says nothing. */
function erasuresIn(data: string): Erasures {
  try {
    const { log } = readDataFolder(data);
    return log === undefined ? NOTHING_ERASED : erasuresOf(join(data, log));
  } catch {
    return NOTHING_ERASED;
  }
}

function copyInto(folder: string, path: string, from: string): void {
  const to = join(folder, path);
  makeFolder(dirname(to), 0o700);
  copyFileSync(from, to);
  syncToDisk(to);
}
