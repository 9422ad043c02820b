/** Names beside ids, for who types an id at a console. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const PEOPLE = 'people.sqlite';
const OFFERED_MAX = 10;

/** Person → name. */
export function namesIn(data: string): Map<string, string> {
  if (!existsSync(join(data, PEOPLE))) return new Map();
  const db = new Sqlite(join(data, PEOPLE), { readonly: true });
  try {
    const rows = db.prepare('select person, name from people').all() as { person: string; name: string }[];
    return new Map(rows.map(({ person, name }) => [person, name]));
  } finally {
    db.close();
  }
}

/** Ids are not for remembering: a part of the name finds them. */
export function unknown(words: string, names: ReadonlyMap<string, string>): string {
  const alike = [...names].filter(([, name]) => name.toLowerCase().includes(words.toLowerCase()));
  const offered = alike.slice(0, OFFERED_MAX).map(([person, name]) => `\n  --person ${person}   ${name}`);
  const more = alike.length > OFFERED_MAX ? '\n  …' : '';
  return `Nobody has the id «${words}».${offered.length > 0 ? ` By name:${offered.join('')}${more}` : ''}`;
}
