/**
 * Every statement of the store on one screen, prepared once. Those of an append take their values by place: names cost
 * more than SQLite itself.
 */
import type { Database, Statement } from 'better-sqlite3';
import { LIMITS } from '#shared/school/limits.ts';
import { SHORT_DIGEST_BYTES, SHORT_DIGEST_MASK } from '#shared/wire/digest.ts';
import { LOST_CHARS_JOINED, LOST_TEXTS_MAX, MOMENTS_MAX } from '../log.ts';
import { UNREAD_MAX } from '../marks.ts';

const MOMENT = "seq, at, person, substr(bytes, 1, 1) = x'00' as deletes, length(bytes) as bytes";
const PLACE = 'doc, id, kind, of, seq, at, by, text';
/** As far back as a device may have had intents in the air. */
const SUMS_BYTES_MAX = SHORT_DIGEST_BYTES * LIMITS.inFlightMax;

const SQL = {
  meta: 'select value from meta where key = ?',
  setMeta: 'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value',
  room: `select room, epoch, seq, coalesce(since, 0) as since, coalesce(backed, 0) as backed, head
    from rooms where room = ?`,
  newRoom: 'insert into rooms (room, epoch, seq, head) values (@room, @epoch, @seq, @head)',
  seqOf: 'select seq from rooms where room = ?',
  nextSeq: 'update rooms set seq = ? where room = ? and seq = ?',
  setHead: 'update rooms set head = ? where room = ?',
  docs: `select doc, max(
      ifnull((select max(seq) from log where log.doc = docs.doc), 0),
      ifnull((select seq from snapshots where snapshots.doc = docs.doc), 0)
    ) as seq from docs where room = ? order by doc`,
  dropped: 'select dropped from docs where doc = ?',
  touchDoc: 'insert into docs values (?, ?, 0, 0) on conflict (doc) do nothing',
  setDropped: 'update docs set dropped = max(dropped, @seq) where doc = @doc',
  // The sequence of the last delete; a store of an older program has 1 there.
  setDue: 'update docs set due = ? where doc = ?',
  notDue: 'update docs set due = 0 where doc = ? and due <= ?',
  due: 'select doc from docs where due > 0',
  newRow:
    'insert into log (room, seq, doc, lease, n, person, at, bytes, crc) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  rows: 'select room, seq, doc, lease, n, person, at, bytes, crc from log where doc = ? and seq > ? order by seq',
  moments: `select ${MOMENT}, 0 as whole from log where doc = ? order by seq desc limit ${MOMENTS_MAX}`,
  oldest: `select ${MOMENT}, 0 as whole from log where doc = ? order by seq limit ${MOMENTS_MAX}`,
  wholes: `select seq, at, person, 0 as deletes, length(bytes) as bytes, 1 as whole
    from versions where doc = ? order by seq desc`,
  kept: `select count(*) as rows, ifnull(sum(length(bytes)), 0) as bytes,
    ifnull((select seq from snapshots where snapshots.doc = @doc), 0) as shown from log where doc = @doc`,
  historyBytes: 'select ifnull(sum(length(bytes)), 0) from log where doc = ? and seq > ? and seq <= ?',
  history: `select room, seq, doc, lease, n, person, at, bytes, crc from log
    where doc = ? and seq > ? and seq <= ? order by seq`,
  wholeUpTo:
    'select seq, at, person, bytes, crc from versions where doc = ? and seq <= ? order by seq desc limit 1',
  newWhole: 'insert into versions values (@doc, @seq, @at, @person, @bytes, @crc)',
  dropWhole: 'delete from versions where doc = ? and seq = ?',
  dropRows: 'delete from log where doc = ? and seq <= ?',
  snapshot: 'select doc, seq, bytes, crc from snapshots where doc = ?',
  setSnapshot: `insert into snapshots values (@doc, @seq, @bytes, @crc)
    on conflict (doc) do update set seq = excluded.seq, bytes = excluded.bytes, crc = excluded.crc`,
  lasts: `select lease, person, n, digest, closed, seq, at, coalesce(sums, x'') as sums
    from lasts where room = ?`,
  // Joined as text, since SQLite joins nothing else; the bytes stay what they are.
  setLast: `insert into lasts (room, lease, person, n, digest, closed, seq, at, sums)
    values (?, ?, ?, ?, ?, 0, ?, ?, unhex(printf('%0${2 * SHORT_DIGEST_BYTES}x', ? & ${SHORT_DIGEST_MASK})))
    on conflict (room, lease) do update set n = excluded.n, digest = excluded.digest,
      seq = excluded.seq, at = excluded.at,
      sums = substr(cast(coalesce(lasts.sums, x'') || excluded.sums as blob), -${SUMS_BYTES_MAX})`,
  closeLease: `insert into lasts (room, lease, person, n, digest, closed, seq, at)
    values (@room, @lease, @person, 0, 0, 1, 0, 0)
    on conflict (room, lease) do update set closed = 1`,
  newPlace: `insert into places (room, id, doc, kind, of, seq, at, by, text, gone) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
    on conflict (room, id) do nothing`,
  placesOfDoc: `select ${PLACE} from places where doc = ? and seq > ? order by seq`,
  place: `select ${PLACE} from places where room = ? and id = ?`,
  ids: 'select id from places where room = ?',
  forget: `update places set text = '', gone = 1 where room = @room and (id = @id or (kind = 'edit' and of = @id))`,
  papers: `select paper, chat, owner, edit, title,
      coalesce((select at from places where room = 'chat/' || chat and id = paper), 0) as at,
      coalesce((select cast(substr(doc, length('chat/' || chat || '/feed/') + 1) as integer)
        from places where room = 'chat/' || chat and id = paper), 0) as segment
    from papers`,
  firsts: 'select room, person, segment, seq from firsts',
  firstSeq: 'select seq from firsts where room = ? and person = ?',
  setFirst: `insert into firsts select room, @person, @segment, seq from rooms where room = @room
    on conflict (room, person) do update set segment = excluded.segment, seq = excluded.seq`,
  dropFirst: 'delete from firsts where room = ? and person = ?',
  raiseHead: 'update rooms set head = max(head, ?) where room = ?',
  eraseFirsts: 'delete from firsts where person = ?',
  setPaper: `insert into papers values (@paper, @chat, @owner, @edit, @title)
    on conflict (paper) do update set edit = excluded.edit, title = excluded.title`,
  newLease: 'insert into leases values (?, ?)',
  leasesOf: 'select lease from leases where person = ?',
  marksOf: 'select chat, person, got, read from marks where chat = ?',
  readOf: 'select read from marks where chat = ? and person = ?',
  raise: `insert into marks values (@chat, @person, @got, @read)
    on conflict (chat, person) do update set got = max(got, excluded.got), read = max(read, excluded.read)`,
  lastMessage: `select id, by, at, text from places
    where room = ? and kind = 'message' and gone = 0 and seq > ? order by seq desc limit 1`,
  lastEdit: `select text from places where room = ? and kind = 'edit' and of = ? order by seq desc limit 1`,
  unread: `select count(*) from (select 1 from places
    where room = ? and kind = 'message' and gone = 0 and seq > ? and by <> ? limit ${UNREAD_MAX})`,
  // What was typed on is one text: its author gets it back in one piece.
  joinLost: `update lost set length = length + @length, text = text || @text, at = @at
    where room = @room and lease = @lease and doc = @doc and clock + length = @clock
      and length < ${LOST_CHARS_JOINED}`,
  // Whoever was erased never comes for it.
  newLost: `insert into lost select @room, @lease, @clock, @doc, @person, @length, @text, @near, @at
    where not exists (select 1 from erased where person = @person)
    on conflict (room, lease, clock) do nothing`,
  trimLost: `delete from lost where room = @room and person = @person and at < (
    select at from lost where room = @room and person = @person order by at desc limit 1 offset ${LOST_TEXTS_MAX})`,
  lost: `select doc, person, lease, clock, length, text, near, at from lost
    where room = ? and person = ? order by at, lease, clock`,
  dropLost: 'delete from lost where room = ? and person = ? and at < ?',
  took: `delete from lost where room = @room and person = @person and lease = @lease
    and clock >= @clock and clock < @clock + @length`,
  noteErased: 'insert into erased values (?, ?) on conflict (person) do nothing',
  eraseMarks: 'delete from marks where person = ?',
  eraseLost: 'delete from lost where person = ?',
  eraseSnapshots: 'delete from snapshots where doc in (select doc from docs where room = ?)',
  eraseLog: 'delete from log where doc in (select doc from docs where room = ?)',
  eraseDocs: 'delete from docs where room = ?',
  eraseLasts: 'delete from lasts where room = ?',
  eraseRoom: 'delete from rooms where room = ?',
  probeIn: 'insert into probe values (?)',
  probeOut: 'delete from probe',
} as const;

export type Statements = { readonly [K in keyof typeof SQL]: Statement };

export function prepareAll(db: Database): Statements {
  return Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])) as Statements;
}
