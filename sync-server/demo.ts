/** `npm run demo`: a school of invented people to try Parta with, one process on one port. */
import './refuse-windows.mjs';
import { resolve } from 'node:path';
import type { People } from './accounts/people.ts';
import { greeting, lanOrigins } from './demo/greeting.ts';
import { DEMO_PORT, type DemoOptions, PORT_MAX, readOptions } from './demo/options.ts';
import type { Cast } from './demo/school.ts';
import { seed } from './demo/seed.ts';
import { makeRoom, readStamp, writeStamp } from './demo/stamp.ts';
import { makeFolder } from './folders.ts';
import { createLog } from './monitoring/log.ts';
import { type Started, start } from './start.ts';
import { endBroken, endFenced, startTrouble, stopOnSignal } from './stopping.ts';
import type { SqliteStore } from './store/sqlite/sqlite-store.ts';

process.umask(0o077);
const read = readOptions(process.argv.slice(2));
if (!read.ok) fail(read.says);
try {
  await run(read.options);
} catch (error) {
  const { port, lan, data } = read.options;
  const says = startTrouble(
    error,
    { port, host: hostOf(lan), dataDir: resolve(data) },
    {
      port: `Choose another one: npm run demo -- --port ${port < PORT_MAX ? port + 1 : DEMO_PORT}`,
      host: 'Leave --lan out.',
      folder: 'Stop that one, or make a school elsewhere: npm run demo -- --data FOLDER --port PORT',
    },
  );
  fail(says ?? (error instanceof Error ? error.message : String(error)));
}

async function run({ fresh, lan, port, data }: DemoOptions): Promise<void> {
  const host = hostOf(lan);
  const dataDir = resolve(data);
  makeFolder(dataDir, 0o700);
  const prepare = () => {
    if (fresh || !readStamp(dataDir)) makeRoom(dataDir);
  };
  const otherOrigins = [`http://127.0.0.1:${port}`, ...(lan ? lanOrigins(port) : [])];
  const found = (store: SqliteStore, people: People) => fill(dataDir, store, people);
  const origin = `http://localhost:${port}`;
  const started = await start({
    ...{ dataDir, port, host, origin, otherOrigins, prepare, found },
    log: warningsOnly(),
    fenced: endFenced,
    broken: endBroken,
  });
  stopOnSignal(started.stop);
  const links = await linksFor(started, readStamp(dataDir));
  console.log(greeting({ links, lan: lan ? lanOrigins(port) : [] }));
}

async function fill(dataDir: string, store: SqliteStore, people: People): Promise<void> {
  console.log('Создаём школу на пробу (один раз)… / Making the demo school (once)…');
  const { cast } = await seed(store, people, Date.now());
  writeStamp(dataDir, cast);
}

async function linksFor({ accounts }: Started, cast: Cast | undefined): Promise<Record<keyof Cast, string>> {
  if (!cast) throw new Error('the demo school has no people');
  const links = await Promise.all(
    Object.entries(cast).map(async ([key, person]) => [key, await accounts.link(person)] as const),
  );
  return Object.fromEntries(links) as Record<keyof Cast, string>;
}

function hostOf(lan: boolean): string {
  return lan ? '0.0.0.0' : '127.0.0.1';
}

/** The terminal belongs to the links. */
function warningsOnly() {
  const log = createLog((line) => console.error(line));
  return { ...log, info: () => undefined };
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
