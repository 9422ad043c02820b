/** A backup of a school that goes on working meanwhile. */
import { constants, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../folders.ts';
import { nameOf, removeOld } from './age.ts';
import { announce } from './announce.ts';
import { LAST_BACKUP, readDataFolder, refuseInside } from './data-folder.ts';
import { erasuresOf, joinErasures, readErasures, writeErasures } from './erasures.ts';
import { lostDatabase } from './lost.ts';
import { DATA, describe, MANIFEST, verify } from './manifest.ts';
import { snapshotDatabase } from './snapshot.ts';
import { Trouble } from './trouble.ts';
import { syncToDisk, wholeFile, wholeFolder } from './whole.ts';

export interface BackupOptions {
  /** The data folder of a school, running or not. */
  data: string;
  /** The folder that holds backups. */
  to: string;
  maxAgeDays: number;
}

export interface BackupDone {
  backup: string;
  bytes: number;
  files: number;
  removed: string[];
  /** Backups whose age nobody can tell: they stay. */
  unread: string[];
  /** Whether the relay can tell devices of it. False: the database was busy or of an older program. */
  announced: boolean;
}

/**
 * Makes a backup folder in `to`, whole or not at all, lets the relay announce it, and removes those over the age.
 *
 * One point in time: every reference goes from the database of rooms to the rest (a lease names a person, a message a
 * file), and what is referred to is stored first. So the rooms are taken first and whatever they name is in what is
 * taken after them. More people or files than the rooms know of do no harm.
 */
export async function backup(options: BackupOptions): Promise<BackupDone> {
  const { data, to } = options;
  if (!existsSync(data)) throw new Trouble(`There is no data folder ${data}. Name it: --data FOLDER.`);
  const { log, databases } = readDataFolder(data);
  const lost = lostDatabase(data);
  // It would be the newest one, and hold less than the one that has to come back.
  if (lost) throw new Trouble(`${lost.what}. Put the newest backup back: npm run restore`);
  if (log === undefined) throw new Trouble(`${data} holds no school: nothing to back up.`);
  refuseInside(data, to);
  makeFolder(to, 0o700);
  const folder = freeName(to);
  const manifest = await wholeFolder(folder, async (partial) => {
    const inside = join(partial, DATA);
    for (const path of [log, ...databases]) snapshotDatabase(join(data, path), join(inside, path));
    const { files } = readDataFolder(data);
    const copied = files.filter((path) => copy(join(data, path), join(inside, path)));
    const described = await describe(inside, [log, ...databases, ...copied], log);
    writeFileSync(join(partial, MANIFEST), JSON.stringify(described, null, 2), { mode: 0o600, flush: true });
    return described;
  });
  writeErasures(to, joinErasures(readErasures(to), erasuresOf(join(folder, DATA, log))));
  wholeFile(
    join(data, LAST_BACKUP),
    JSON.stringify({ at: manifest.at, folder, maxAgeDays: options.maxAgeDays }),
  );
  // Devices let go of what is announced: so it is read back from the disk before.
  await verify(folder, manifest);
  const announced = announce(join(data, log), join(folder, DATA, log), Date.parse(manifest.at));
  return {
    backup: folder,
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    files: manifest.files.length,
    ...removeOld(to, options.maxAgeDays, Date.now()),
    announced,
  };
}

/** False when the file went away since it was listed: it was deleted, and need not come back. */
function copy(from: string, to: string): boolean {
  makeFolder(dirname(to), 0o700);
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  syncToDisk(to);
  return true;
}

function freeName(to: string): string {
  const name = nameOf(new Date());
  for (let i = 2, path = join(to, name); ; path = join(to, `${name}-${i++}`))
    if (!existsSync(path)) return path;
}
