/** People's rows: what the school knows of a person beside the registry's ids. Names only. */
import Sqlite from 'better-sqlite3';
import { makeDurable } from '../store/sqlite/durable.ts';

export interface PersonRow {
  person: string;
  /** Surname, name and patronymic as lists show it. */
  name: string;
}

export interface People {
  /** The name of a person; undefined when there is no row. */
  nameOf(person: string): string | undefined;
  /** Adds or replaces rows, durably and all together. */
  put(rows: readonly PersonRow[]): void;
  /** Removes a person's row for good; their messages stay nameless. */
  erase(person: string): void;
  count(): number;
  close(): void;
}

const STEPS: readonly string[] = [
  'create table people (person text primary key, name text not null) without rowid',
];

/** Opens the rows of a database file of their own. All names are held in memory: a school has thousands. */
export function openPeople(file: string): People {
  const db = new Sqlite(file);
  makeDurable(db);
  db.pragma('secure_delete = ON');
  migrate(db);
  const names = new Map(
    (db.prepare('select person, name from people').all() as PersonRow[]).map(({ person, name }) => [
      person,
      name,
    ]),
  );
  const put = db.prepare('insert or replace into people (person, name) values (?, ?)');
  const erase = db.prepare('delete from people where person = ?');
  return {
    nameOf: (person) => names.get(person),
    put(rows) {
      db.transaction(() => {
        for (const { person, name } of rows) put.run(person, name);
      })();
      for (const { person, name } of rows) names.set(person, name);
    },
    erase(person) {
      erase.run(person);
      db.pragma('wal_checkpoint(TRUNCATE)');
      names.delete(person);
    },
    count: () => names.size,
    close: () => db.close(),
  };
}

function migrate(db: Sqlite.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > STEPS.length)
    throw new Error(
      `people.sqlite has version ${version}, this program knows ${STEPS.length}: update the program`,
    );
  for (let next = version; next < STEPS.length; next++) {
    db.transaction(() => {
      db.exec(STEPS[next] as string);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
}
