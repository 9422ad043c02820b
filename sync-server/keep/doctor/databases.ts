/** Databases and documents: whole on the disk, and readable to the last one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parseDoc } from '#shared/school/names.ts';
import { plainRegistry } from '../../registry/plain.ts';
import { FORMAT } from '../../store/sqlite/migrations.ts';
import { openSqlite, type SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { readDataFolder } from '../data-folder.ts';
import { erasuresOf } from '../erasures.ts';
import { loadYjs } from '../load-yjs.ts';
import { ACCOUNTS, fillOf, lostDatabase, NAMES, ROOMS } from '../lost.ts';
import { faultsOf, formatOf } from '../snapshot.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const RESTORE = 'Stop the relay, keep the folder as it is, and put the last backup back: npm run restore.';
/** A school works without: everyone signs in anew, and nothing that was said since the backup has to come back. */
const ANEW =
  'the start lets an administrator in, npm run link anyone with --person ID. Or put the last backup back: npm run restore.';

export async function checkDatabases(data: string): Promise<Finding[]> {
  const { log, databases } = readDataFolder(data);
  const lost = lostDatabase(data);
  if (lost?.path === ROOMS.path)
    return [bad(lost.what, RESTORE), ...databases.map((path) => checkDatabase(data, path))];
  if (log === undefined || fillOf(data, ROOMS) === 'none')
    return [warn(`${data} holds no school yet`, 'Run: npm start')];
  const findings = [log, ...databases].map((path) => checkDatabase(data, path));
  if (findings[0]?.level !== 'ok') return findings;
  if (fillOf(data, ROOMS) === 'filled') findings.push(...checkBeside(data, join(data, log)));
  findings.push(...(await checkDocuments(join(data, log))));
  return findings;
}

/** What a school that was founded has beside its rooms. Nobody need have come in yet, but somebody has a name. */
function checkBeside(data: string, log: string): Finding[] {
  const isSomebodyErased = Object.keys(erasuresOf(log).people).length > 0;
  return [NAMES, ACCOUNTS].flatMap(({ path, table, holds }) => {
    const fill = fillOf(data, { path, table });
    const isGone = fill === 'none' || (fill === 'empty' && path === NAMES.path && !isSomebodyErased);
    const how = existsSync(join(data, path)) ? 'empty' : 'missing';
    const todo = path === ACCOUNTS.path ? `Run npm start: ${ANEW}` : RESTORE;
    return isGone ? [bad(`${path} is ${how}: ${holds} are gone`, todo)] : [];
  });
}

function checkDatabase(data: string, path: string): Finding {
  const faults = faultsOf(join(data, path));
  if (faults.length === 0) return ok(`${path} is sound`);
  const aside = `Stop the relay, move ${path} out of the folder and start: ${ANEW}`;
  return bad(`${path} is damaged: ${faults[0]}`, path === ACCOUNTS.path ? aside : RESTORE);
}

async function checkDocuments(file: string): Promise<Finding[]> {
  const version = formatOf(file);
  // Opened, it would become one of this program, and the older one could read it no more.
  if (version < FORMAT)
    return [
      warn(
        `${file} is of an older Parta (format ${version}, this one writes ${FORMAT})`,
        'The next start brings it up to date: make a backup before.',
      ),
    ];
  if (version > FORMAT)
    return [bad(`${file} is of a newer Parta (format ${version})`, 'Update the program.')];
  return checkEach(file);
}

async function checkEach(file: string): Promise<Finding[]> {
  const docs = docsIn(file);
  const store = await openSqlite({ file });
  const findings: Finding[] = [];
  try {
    for (const doc of docs) {
      const why = await faultOf(store, doc);
      if (why) findings.push(bad(`${doc} cannot be read: ${why}`, `Everything else works. ${RESTORE}`));
    }
  } finally {
    await store.close();
  }
  return findings.length > 0 ? findings : [ok(`${docs.length} documents open`)];
}

async function faultOf(store: SqliteStore, doc: string): Promise<string | undefined> {
  try {
    const name = parseDoc(doc);
    if (!name) return 'no document has such a name';
    if (name.kind === 'registry') {
      const { snapshot, rows } = await store.load(doc);
      plainRegistry([...(snapshot ? [snapshot.bytes] : []), ...rows.map((row) => row.bytes)]);
    } else (await loadYjs(store, doc)).doc.destroy();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function docsIn(file: string): string[] {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return db.prepare('select doc from docs order by doc').pluck().all() as string[];
  } finally {
    db.close();
  }
}
