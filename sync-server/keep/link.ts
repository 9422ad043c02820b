/** A one-time link from the console, for a school whose people cannot come in any more: the relay may run meanwhile. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registryDoc } from '#shared/school/names.ts';
import { openAccounts } from '../accounts/accounts.ts';
import { plainRegistry } from '../registry/plain.ts';
import { FORMAT } from '../store/sqlite/migrations.ts';
import { openSqlite } from '../store/sqlite/sqlite-store.ts';
import { readDataFolder } from './data-folder.ts';
import { erasuresOf } from './erasures.ts';
import { lostDatabase } from './lost.ts';
import { namesIn, unknown } from './names.ts';
import { formatOf } from './snapshot.ts';
import { Trouble } from './trouble.ts';

const ORG = 'main';

export interface LinkOptions {
  /** The data folder of a school, running or not. */
  data: string;
  /** Public origin, where the link leads. */
  origin: string;
  /** Undefined: an administrator, the same one as long as they are. */
  person: string | undefined;
}

export interface LinkDone {
  link: string;
  person: string;
  /** Undefined when no name of theirs is here. */
  name: string | undefined;
}

/** Makes a new link for a person of the school; links that were made before stay. */
export async function makeLink({ data, origin, person }: LinkOptions): Promise<LinkDone> {
  const members = await membersOf(logOf(data));
  const whom = person ?? [...members].find(([, role]) => role === 'admin')?.[0];
  if (whom === undefined)
    throw new Trouble('Every administrator of this school was erased. Name a person: --person ID.');
  const names = namesIn(data);
  if (!members.has(whom)) throw new Trouble(unknown(whom, names));
  // No link is signed, and a relay that runs keeps the secret that it has.
  const secret = randomBytes(32).toString('base64url');
  const accounts = await openAccounts({ dataDir: data, origin, secret, knows: (id) => members.has(id) });
  try {
    return { link: await accounts.link(whom), person: whom, name: names.get(whom) };
  } finally {
    await accounts.close();
  }
}

function logOf(data: string): string {
  const { log } = existsSync(data) ? readDataFolder(data) : { log: undefined };
  const lost = existsSync(data) ? lostDatabase(data) : undefined;
  if (lost) throw new Trouble(`${lost.what}. Put the newest backup back: npm run restore`);
  if (log === undefined) throw new Trouble(`${data} holds no school. Name its folder: --data FOLDER.`);
  const file = join(data, log);
  // Opened, it would become one of this program under the relay of another.
  if (formatOf(file) !== FORMAT)
    throw new Trouble(`${file} is of another Parta. Start the relay once with this program: npm start`);
  return file;
}

/** Person → role, without those who were erased: they keep a role until an administrator takes it away. */
async function membersOf(file: string): Promise<Map<string, string>> {
  const erased = new Set(Object.keys(erasuresOf(file).people));
  const store = await openSqlite({ file });
  try {
    const { snapshot, rows } = await store.load(registryDoc(ORG));
    const changes = [...(snapshot ? [snapshot.bytes] : []), ...rows.map((row) => row.bytes)];
    const { members } = plainRegistry(changes).registry;
    return new Map(
      Object.entries(members)
        .filter(([person]) => !erased.has(person))
        .map(([person, { role }]) => [person, role]),
    );
  } finally {
    await store.close();
  }
}
