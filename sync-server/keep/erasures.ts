/**
 * What was deleted or erased, as ids without text. The list stands beside the backups and grows with each: a backup
 * that is put back forgets again what the school had forgotten after it was made.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import * as v from 'valibot';
import { Trouble } from './trouble.ts';
import { wholeFile } from './whole.ts';

const ERASURES = 'erasures.json';

const Erasures = v.object({
  format: v.literal(1),
  /** Room → ids of messages that were deleted for all. */
  messages: v.record(v.string(), v.array(v.string())),
});
export type Erasures = v.InferOutput<typeof Erasures>;

export const NOTHING_ERASED: Erasures = { format: 1, messages: {} };

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
    return { format: 1, messages };
  } finally {
    db.close();
  }
}

/** Reads the list beside backups; an empty one when there is none. A list that cannot be read stops everything. */
export function readErasures(backups: string): Erasures {
  const file = join(backups, ERASURES);
  if (!existsSync(file)) return NOTHING_ERASED;
  try {
    return v.parse(Erasures, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Trouble(`${file} is damaged or of a newer Parta: without it, erased text would come back.`);
  }
}

export function writeErasures(backups: string, erasures: Erasures): void {
  wholeFile(join(backups, ERASURES), JSON.stringify(erasures));
}

export function joinErasures(...lists: Erasures[]): Erasures {
  const messages: Erasures['messages'] = {};
  for (const list of lists)
    for (const [room, ids] of Object.entries(list.messages))
      messages[room] = [...new Set([...(messages[room] ?? []), ...ids])];
  return { format: 1, messages };
}
