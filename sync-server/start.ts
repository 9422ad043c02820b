/** Starts a school from its data folder: store, registry, people and accounts, then the relay that serves them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Accounts, openAccounts } from './accounts/accounts.ts';
import { openPeople, type People } from './accounts/people.ts';
import { accountRoutes } from './accounts/routes.ts';
import { secretOf } from './accounts/secret.ts';
import { tryPort } from './free-port.ts';
import { lostDatabase } from './keep/lost.ts';
import type { RelayLog } from './monitoring/log.ts';
import type { AutomergeSchool } from './registry/automerge-school.ts';
import { openSchool } from './registry/founding.ts';
import { openStore, type Relay, startRelay } from './serve.ts';
import { holdFolder } from './store/sqlite/held-folder.ts';
import type { SqliteStore } from './store/sqlite/sqlite-store.ts';

const ORG = 'main';
const BUILD = fileURLToPath(new URL('../build', import.meta.url));

interface Pair {
  cert: Buffer;
  key: Buffer;
}

export interface StartOptions {
  dataDir: string;
  port: number;
  host: string;
  origin: string;
  otherOrigins?: readonly string[];
  /** A function is asked once the folder is this program's alone. */
  tls?: Pair | (() => Promise<Pair>) | undefined;
  /** With `tls`: speaks http on the same port too. */
  alsoPlain?: boolean;
  trustedProxies?: readonly string[];
  /** Signs sessions; undefined: the data folder's own. */
  secret?: string | undefined;
  log: RelayLog;
  /** Folder of the built app; undefined: the one beside this program. */
  build?: string | undefined;
  /** Called once the folder is this program's alone and the port can be had, before anything is opened. */
  prepare?(): void;
  /** Another relay took the rooms over: nothing more can be stored, and this process is of no use. */
  fenced?(): void;
  /** The disk did not say that it holds what was written, or the store failed: only a new start reads what is there. */
  broken?(): void;
  /** Fills a data folder that holds no school yet. */
  found(store: SqliteStore, people: People): Promise<void>;
}

export interface Started {
  relay: Relay;
  school: AutomergeSchool;
  accounts: Accounts;
  /** Lets everyone finish, writes what waits, closes everything. */
  stop(): Promise<void>;
}

/** Why a start was refused: another program holds the data folder. */
export class FolderTaken extends Error {
  override readonly name = 'FolderTaken';
  readonly folder: string;
  constructor(folder: string) {
    super(`${folder} is in use by a Parta that runs already`);
    this.folder = folder;
  }
}

/** Why a start was refused: the folder held a school, and a database without which it is another one is gone. */
export class DatabaseLost extends Error {
  override readonly name = 'DatabaseLost';
}

/**
 * Rejects with `FolderTaken`, with `DatabaseLost`, or with the system's error when the port cannot be had: nothing in
 * the data folder is touched then. A second relay on the same folder would take the rooms over from the first.
 */
export async function start(options: StartOptions): Promise<Started> {
  const letGo = holdFolder(options.dataDir);
  if (!letGo) throw new FolderTaken(options.dataDir);
  try {
    await tryPort(options.port, options.host);
    options.prepare?.();
    const started = await open(options);
    return { ...started, stop: () => started.stop().finally(letGo) };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function open(options: StartOptions): Promise<Started> {
  const { dataDir, origin, otherOrigins = [] } = options;
  const lost = lostDatabase(dataDir);
  if (lost) throw new DatabaseLost(lost.what);
  const store = await openStore(dataDir, { isStretched: true });
  store.onBroken((error) => {
    options.log.error('store-broken', { says: (error as NodeJS.ErrnoException).code ?? error.name });
    options.broken?.();
  });
  const people = openPeople(join(dataDir, 'people.sqlite'));
  const school = await schoolIn(store, people, options);
  const accounts = await openAccounts({
    dataDir,
    origin,
    secret: options.secret ?? secretOf(dataDir),
    knows: (person) => school.standing(person) !== undefined,
  });
  const origins = new Set([origin, ...otherOrigins]);
  const routes = accountRoutes({ accounts, origins, trustedProxies: options.trustedProxies ?? [] });
  const { port, host, alsoPlain, log, fenced } = options;
  const tls = typeof options.tls === 'function' ? await options.tls() : options.tls;
  const relay = await startRelay({
    ...{ store, port, host, origin, otherOrigins, tls, alsoPlain, school, log, fenced },
    sessions: accounts,
    build: options.build ?? BUILD,
    routes: [routes as never],
  });
  const stop = async () => {
    await relay.close();
    await accounts.close();
    people.close();
  };
  return { relay, school, accounts, stop };
}

async function schoolIn(store: SqliteStore, people: People, options: StartOptions): Promise<AutomergeSchool> {
  const found = await openSchool(store, ORG, people.nameOf);
  if (found) return found;
  await options.found(store, people);
  const founded = await openSchool(store, ORG, people.nameOf);
  if (!founded) throw new Error('the school was not founded');
  return founded;
}

/** Whether there is an app to serve. */
export function isBuilt(): boolean {
  return existsSync(join(BUILD, 'index.html'));
}
