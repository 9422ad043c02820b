/** `npm run demo`: a school of invented people to try Parta with, one process on one port. */
import './refuse-windows.mjs';
import { resolve } from 'node:path';
import type { People } from './accounts/people.ts';
import { lanAddresses } from './demo/addresses.ts';
import { lanCertificate } from './demo/certificate.ts';
import { greeting, type Links } from './demo/greeting.ts';
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
      lost: 'Make the demo anew: npm run demo -- --fresh',
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
  const found = (store: SqliteStore, people: People) => fill(dataDir, store, people);
  const origin = `http://localhost:${port}`;
  const addresses = lan ? lanAddresses() : [];
  const phoneOrigins = addresses.map((address) => `https://${address}:${port}`);
  const ownOrigins = lan ? [`https://localhost:${port}`, `https://127.0.0.1:${port}`] : [];
  const started = await start({
    ...{ dataDir, port, host, origin, prepare, found },
    otherOrigins: [`http://127.0.0.1:${port}`, ...phoneOrigins, ...ownOrigins],
    tls: lan ? () => lanCertificate(dataDir, addresses, Date.now()) : undefined,
    // What is opened on this computer stays as it was: the browser trusts its localhost without a certificate.
    alsoPlain: lan,
    log: warningsOnly(),
    fenced: endFenced,
    broken: endBroken,
  });
  stopOnSignal(started.stop);
  const cast = readStamp(dataDir);
  const [likeliest, ...others] = phoneOrigins;
  const links = await linksFor(started, cast, origin);
  const phones = lan
    ? { links: likeliest === undefined ? undefined : await linksFor(started, cast, likeliest), others }
    : undefined;
  console.log(greeting({ links, phones }));
}

async function fill(dataDir: string, store: SqliteStore, people: People): Promise<void> {
  console.log('Создаём школу на пробу (один раз)… / Making the demo school (once)…');
  const { cast } = await seed(store, people, Date.now());
  writeStamp(dataDir, cast);
}

/** New ones, that open at this origin. */
async function linksFor({ accounts }: Started, cast: Cast | undefined, origin: string): Promise<Links> {
  if (!cast) throw new Error('the demo school has no people');
  const links = await Promise.all(
    Object.entries(cast).map(async ([key, person]) => {
      const { pathname, hash } = new URL(await accounts.link(person));
      return [key, `${origin}${pathname}${hash}`] as const;
    }),
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
