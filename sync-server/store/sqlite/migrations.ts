/**
 * The schema, one step a version. A released step never changes; what is new is a new step. Every index is a page
 * more in every commit, so there is none that a query could do without.
 */
import type { Database } from 'better-sqlite3';

const STEPS: readonly string[] = [
  `
  create table meta (key text primary key, value integer not null) without rowid;
  create table rooms (
    room text primary key, epoch text not null, seq integer not null, head integer not null
  ) without rowid;
  create table docs (
    doc text primary key, room text not null, dropped integer not null, due integer not null
  ) without rowid;
  create index docs_of_room on docs (room);
  create table log (
    room text not null, seq integer not null, doc text not null, lease integer not null, n integer not null,
    person text not null, at integer not null, bytes blob not null, crc integer not null,
    primary key (doc, seq)
  ) without rowid;
  create table snapshots (
    doc text primary key, seq integer not null, bytes blob not null, crc integer not null
  );
  create table lasts (
    room text not null, lease integer not null, person text not null, n integer not null,
    digest integer not null, closed integer not null, seq integer not null, at integer not null,
    primary key (room, lease)
  ) without rowid;
  create table places (
    room text not null, id text not null, doc text not null, kind text not null, of text not null,
    seq integer not null, at integer not null, by text not null, text text not null, gone integer not null,
    primary key (room, id)
  ) without rowid;
  create index places_of_doc on places (doc, seq);
  create index messages_of_room on places (room, seq) where kind = 'message';
  create index edits_of_message on places (room, of, seq) where kind = 'edit';
  create table papers (
    paper text primary key, chat text not null, owner text not null, edit text not null, title text not null
  ) without rowid;
  create table leases (lease integer primary key, person text not null);
  create index leases_of_person on leases (person);
  create table marks (
    chat text not null, person text not null, got integer not null, read integer not null,
    primary key (chat, person)
  ) without rowid;
  create table probe (bytes blob not null);
  `,
  `
  create table lost (
    room text not null, lease integer not null, clock integer not null, doc text not null, person text not null,
    length integer not null, text text not null, near text not null, at integer not null,
    primary key (room, lease, clock)
  );
  create index lost_of_person on lost (room, person, at);
  `,
  // Null: never restored.
  'alter table rooms add column since integer',
  // Null: in no backup yet. Digests of a lease's latest intents are three bytes each, the last one's at the end.
  `
  alter table rooms add column backed integer;
  alter table lasts add column sums blob;
  create table erased (person text primary key, at integer not null) without rowid;
  `,
  // What stays of a paper's folded rows.
  `
  create table versions (
    doc text not null, seq integer not null, at integer not null, person text not null,
    bytes blob not null, crc integer not null, primary key (doc, seq)
  );
  `,
  // Only of members who joined when the chat hid its history.
  `
  create table firsts (
    room text not null, person text not null, segment integer not null, seq integer not null,
    primary key (room, person)
  ) without rowid;
  `,
];

/** The format that this program writes. */
export const FORMAT = STEPS.length;

/** Brings the database to the newest version, each step in a transaction of its own. Throws on a newer database. */
export function migrate(db: Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > FORMAT)
    throw new Error(`the database has version ${version}, this program knows ${FORMAT}: update the program`);
  for (let next = version; next < FORMAT; next++) {
    db.transaction(() => {
      db.exec(STEPS[next] as string);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
}
