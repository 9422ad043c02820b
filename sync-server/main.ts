/** `npm start`: a school for everyday use. */
import './refuse-windows.mjs';
import { randomBytes } from 'node:crypto';
import type { People } from './accounts/people.ts';
import { hasSecret } from './accounts/secret.ts';
import { checkCertificate } from './keep/doctor/address.ts';
import { ACCOUNTS, areAccountsLost, fillOf } from './keep/lost.ts';
import { createLog } from './monitoring/log.ts';
import { emptySchool, foundSchool } from './registry/founding.ts';
import { readSettings, type Settings } from './settings.ts';
import { isBuilt, type Started, start } from './start.ts';
import { endBroken, endFenced, startTrouble, stopOnSignal } from './stopping.ts';
import type { SqliteStore } from './store/sqlite/sqlite-store.ts';

// What a school writes is its user's alone, also in a folder that others can read.
process.umask(0o077);
const read = readSettings(process.env);
if (!read.ok) fail(read.problems);
await run(read.settings);

async function run(settings: Settings): Promise<void> {
  for (const warning of settings.warnings) console.error(warning);
  // A school with a certificate that ended still starts: who is in may stay, and the operator hears of it.
  for (const { level, what, todo } of checkCertificate(settings, Date.now()))
    if (level !== 'ok') console.error(`PARTA_TLS_CERT: ${what}. ${todo}`);
  if (!isBuilt())
    console.error('The app is not built, so browsers find nothing here. Build it: npm run build');
  const lost = lostBefore(settings);
  const started = await startOrSayWhy(settings);
  stopOnSignal(started.stop);
  await inviteFirst(started, lost);
  console.error(`Parta runs at ${settings.origin} (stop: Ctrl+C).`);
}

async function startOrSayWhy(settings: Settings): Promise<Started> {
  const found = (store: SqliteStore, people: People) => foundEmpty(store, people, settings.school);
  try {
    return await start({ ...settings, log: createLog(), fenced: endFenced, broken: endBroken, found });
  } catch (error) {
    const says = startTrouble(error, settings, {
      port: 'Set PARTA_PORT to another one. Example: PARTA_PORT=8081',
      host: 'Set PARTA_HOST to one of its own. Example: PARTA_HOST=0.0.0.0',
      folder: 'Stop that one, or set PARTA_DATA to another folder. Example: PARTA_DATA=/var/lib/parta2',
      lost: `Put the newest backup back: npm run restore -- --from BACKUP --to ${settings.dataDir} --force. A new school begins in another folder (PARTA_DATA).`,
    });
    return fail([says ?? `Parta could not start: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function foundEmpty(store: SqliteStore, people: People, title: string): Promise<void> {
  const administrator = `p${randomBytes(6).toString('hex')}`;
  people.put([{ person: administrator, name: 'Администратор' }]);
  await foundSchool(store, emptySchool(title, administrator), Date.now());
}

/**
 * Until somebody came in, each start offers the first administrator a new link: an unread one is not lost. So does one
 * that made accounts or secret anew: nobody is signed in any more.
 */
async function inviteFirst({ accounts, school }: Started, lost: string | undefined): Promise<void> {
  if (lost === undefined && !(await accounts.isFresh())) return;
  const administrator = school.firstAdministrator();
  if (administrator === undefined) return;
  const link = await accounts.link(administrator);
  const why =
    lost === undefined
      ? 'This school is new. The first administrator signs in'
      : `${lost}, and everyone signs in anew, by npm run link -- --person ID. An administrator signs in`;
  console.error(`\n${why} once, within a week, with this link:\n${link}\n`);
}

/** What a school that people had come into has lost of its accounts; undefined: nothing. */
function lostBefore({ secret, dataDir }: Settings): string | undefined {
  if (areAccountsLost(dataDir))
    return 'auth.sqlite was gone: accounts and sessions begin anew (or stop, and put the last backup back)';
  const isSigned = secret !== undefined || hasSecret(dataDir);
  const isNew = fillOf(dataDir, ACCOUNTS) !== 'filled';
  return isSigned || isNew ? undefined : 'The secret that signs sessions was gone: a new one is made';
}

function fail(sentences: readonly string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}
