/**
 * Erases a person: name, account, marks, lost texts, their own document. What they said to others stays, without a name.
 * It is noted in the database and, when its folder is there, beside the last backup: a restore does it again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eraseAccount } from '../accounts/erasure.ts';
import { openPeople } from '../accounts/people.ts';
import { holdFolder, isOpenElsewhere } from '../store/sqlite/held-folder.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { LAST_BACKUP, readDataFolder } from './data-folder.ts';
import { erasuresOf, joinErasures, readErasures, writeErasures } from './erasures.ts';
import { namesIn, unknown } from './names.ts';
import { Trouble } from './trouble.ts';

const PEOPLE = 'people.sqlite';
const AUTH = 'auth.sqlite';

export interface EraseDone {
  /** The folder of backups that knows of it; undefined when it could not be reached. */
  noted: string | undefined;
}

/** Erases a person of a school whose relay is stopped. Done again, it changes nothing. */
export async function erasePerson(data: string, person: string, at: number): Promise<EraseDone> {
  const { log } = existsSync(data) ? readDataFolder(data) : { log: undefined };
  if (log === undefined) throw new Trouble(`${data} holds no school. Name its folder: --data FOLDER.`);
  const file = join(data, log);
  const running = new Trouble('The relay runs and remembers people. Stop it, erase, start it.');
  const letGo = holdFolder(data);
  if (!letGo) throw running;
  try {
    if (isOpenElsewhere(file)) throw running;
    return await eraseHeld(data, file, person, at);
  } finally {
    letGo();
  }
}

async function eraseHeld(data: string, file: string, person: string, at: number): Promise<EraseDone> {
  const isKnown = Object.hasOwn(erasuresOf(file).people, person);
  if (!isKnown && !namesIn(data).has(person)) throw new Trouble(unknown(person, namesIn(data)));
  const store = await openSqlite({ file });
  try {
    await eraseFrom(data, store, person, at);
  } finally {
    await store.close();
  }
  return { noted: noteBesideBackups(data, file) };
}

/** The same on a data folder whose database of rooms is open. */
export async function eraseFrom(data: string, store: SqliteStore, person: string, at: number): Promise<void> {
  await store.erasePerson(person, at);
  if (existsSync(join(data, PEOPLE))) {
    const people = openPeople(join(data, PEOPLE));
    people.erase(person);
    people.close();
  }
  if (existsSync(join(data, AUTH))) eraseAccount(join(data, AUTH), person);
}

/** The disk may be lost before the next backup is made. */
function noteBesideBackups(data: string, file: string): string | undefined {
  const last = join(data, LAST_BACKUP);
  if (!existsSync(last)) return undefined;
  try {
    const { folder } = JSON.parse(readFileSync(last, 'utf8')) as { folder: string };
    if (!existsSync(folder)) return undefined;
    const backups = dirname(folder);
    writeErasures(backups, joinErasures(readErasures(backups), erasuresOf(file)));
    return backups;
  } catch {
    return undefined;
  }
}
