/**
 * What was deleted and who was erased, as ids without text and names. The list stands beside the backups and grows with each: a backup
 * that is put back forgets again what the school had forgotten after it was made.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import * as v from 'valibot';
import { Trouble } from './trouble.ts';
import { wholeFile } from './whole.ts';

const ERASURES = 'erasures.json';

/** An older program must not take a list for its own and lose what it does not know of: so the number rises. */
const FORMAT = 2;

const Erasures = v.object({
  format: v.picklist([1, FORMAT]),
  /** Room → ids of messages that were deleted for all. */
  messages: v.record(v.string(), v.array(v.string())),
  /** Persons who were erased, and when (ms since 1970). Not in the first format. */
  people: v.optional(v.record(v.string(), v.number()), {}),
});
export type Erasures = v.InferOutput<typeof Erasures>;

export const NOTHING_ERASED: Erasures = { format: FORMAT, messages: {}, people: {} };

/** What a database of rooms has forgotten. */
export function erasuresOf(logFile: string): Erasures {
  const db = new Sqlite(logFile, { readonly: true, fileMustExist: true });
  try {
    const messages: Erasures['messages'] = {};
    const rows = db.prepare("select room, id from places where gone = 1 and kind = 'message'").all();
    for (const { room, id } of rows as { room: string; id: string }[]) {
      messages[room] ??= [];
      messages[room].push(id);
    }
    return { format: FORMAT, messages, people: peopleErasedIn(db) };
  } finally {
    db.close();
  }
}

function peopleErasedIn(db: Sqlite.Database): Erasures['people'] {
  const has = "select count(*) from sqlite_master where type = 'table' and name = 'erased'";
  // A database that no program of this format has opened yet.
  if (db.prepare(has).pluck().get() === 0) return {};
  const rows = db.prepare('select person, at from erased').all() as { person: string; at: number }[];
  return Object.fromEntries(rows.map(({ person, at }) => [person, at]));
}

/** Reads the list beside backups; an empty one when there is none. A list that cannot be read stops everything. */
export function readErasures(backups: string): Erasures {
  const file = join(backups, ERASURES);
  if (!existsSync(file)) return NOTHING_ERASED;
  const text = readFileSync(file, 'utf8');
  try {
    return v.parse(Erasures, JSON.parse(text));
  } catch {
    throw new Trouble(`${file} is damaged or of a newer Parta: without it, erased text would come back.`);
  }
}

export function writeErasures(backups: string, erasures: Erasures): void {
  wholeFile(join(backups, ERASURES), JSON.stringify({ ...erasures, format: FORMAT }));
}

export function joinErasures(...lists: Erasures[]): Erasures {
  const messages: Erasures['messages'] = {};
  for (const list of lists)
    for (const [room, ids] of Object.entries(list.messages))
      messages[room] = [...new Set([...(messages[room] ?? []), ...ids])];
  return { format: FORMAT, messages, people: Object.assign({}, ...lists.map((list) => list.people)) };
}
