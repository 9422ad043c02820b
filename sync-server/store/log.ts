/**
 * The log port: what a relay keeps of rooms. Adapters pass the contract suite `log.contract.ts`. All methods are
 * async; a rejected promise means the storage is broken, and nothing of that call is half-stored.
 */

export interface RoomRow {
  room: string;
  epoch: string;
  /** Last sequence on disk. */
  seq: number;
  /** Sequence that the restores behind this epoch all brought back; 0 when there was none. */
  since: number;
  /** Sequence up to which a verified backup holds the room; 0 when none does. */
  backed: number;
  /** Open segment of a chat, 0 for other rooms. */
  head: number;
}

export interface LogRow {
  room: string;
  seq: number;
  doc: string;
  lease: number;
  n: number;
  person: string;
  at: number;
  bytes: Uint8Array;
}

export interface LeaseLast {
  lease: number;
  person: string;
  n: number;
  digest: number;
  closed: boolean;
  /** Sequence and arrival of that intent, so that a resend is acknowledged again with them. */
  seq: number;
  at: number;
}

/** As the store keeps it. */
export interface StoredLast extends LeaseLast {
  /**
   * Short digests (`shortDigest`) of the lease's latest intents, the last one's at the end, three bytes each, big end
   * first: of so many as a device may have had in the air. A store of an older format has fewer.
   */
  sums: Uint8Array;
}

export interface PlaceRow {
  doc: string;
  /** Message, edit or paper id. */
  id: string;
  kind: 'message' | 'edit' | 'paper';
  /** The message that an edit belongs to; '' for others. */
  of: string;
  seq: number;
  at: number;
  by: string;
  /** First characters of a message or edit, for the list of chats; erased with the message. */
  text: string;
}

/** One accepted intent with all that its transaction stores. */
export interface Append {
  row: LogRow;
  digest: number;
  /** Lease that this intent's lease replaces in the room, closed for good with it; 0 for none. */
  replaces: number;
  places: PlaceRow[];
  /** Ids whose message was deleted by it. */
  gone: string[];
  /** Whether it cleared or replaced words, in whatever document, that have to leave the disk. */
  clears?: boolean;
  /** New head segment, when this intent filled the open one. */
  head: number | undefined;
  /** Papers that it shares, or whose rights or title it sets. */
  papers: StoredPaper[];
  /** Text that a paper lost by it: stored with it, so that no author misses theirs. */
  lost?: LostText[];
}

/** Text that a paper lost, kept for its author until they have dealt with it. */
export interface LostText {
  doc: string;
  /** Whose it is. */
  person: string;
  lease: number;
  clock: number;
  length: number;
  text: string;
  /** The living text before it, at most 60 characters. */
  near: string;
  at: number;
}
/** Lost texts kept for one person in one room: the oldest go first. */
export const LOST_TEXTS_MAX = 200;
/** Characters of lost texts that are told at once: the rest comes when these were dealt with. */
export const LOST_CHARS_TOLD = 512 * 1024;
/** A lost text that is longer is not joined with what goes on from it: each must fit a frame. */
export const LOST_CHARS_JOINED = 64 * 1024;

/** From where on a member reads a chat that hid its history when they joined. */
export interface FirstRow {
  room: string;
  person: string;
  /** The first segment that they may read; 1: all. */
  segment: number;
  /** Sequence of the room when it was opened: what has a place up to there is not theirs to read. */
  seq: number;
}

export interface StoredPaper {
  paper: string;
  chat: string;
  owner: string;
  edit: string;
  title: string;
}

/** With when it was shared, ms since 1970, and in which segment of its chat. */
export interface SharedPaper extends StoredPaper {
  at: number;
  segment: number;
}

export type AppendResult = { ok: true } | { ok: false; why: 'fenced' | 'sequence' | 'disk' };

export interface SnapshotRow {
  doc: string;
  /** Sequence of the room that it shows. */
  seq: number;
  bytes: Uint8Array;
}

/** A change of a document: when, whose, and the sequence it made. */
export interface Moment {
  seq: number;
  at: number;
  person: string;
  /** Whether it took something away and brought nothing. */
  deletes: boolean;
  bytes: number;
  /** Whether it is kept as a whole version: what was between it and the one before is folded. */
  whole: boolean;
}

/** A document whole, as of a sequence: what stays of rows that were folded. The bytes are as they were given. */
export interface WholeVersion {
  seq: number;
  at: number;
  person: string;
  bytes: Uint8Array;
}

/** What is put in the place of rows up to `to`, the last of it as of `to`; and whole versions that go. */
export interface Fold {
  to: number;
  add: WholeVersion[];
  drop: number[];
}

/** What there is of a document's past. */
export interface Past {
  /** Sequence that the snapshot shows: rows above it are not to be folded. */
  shown: number;
  /** Rows and their bytes. */
  rows: number;
  bytes: number;
  /** The oldest of them, oldest first, at most MOMENTS_MAX. */
  oldest: Moment[];
  wholes: Moment[];
}

/** Moments that are told, the newest ones. */
export const MOMENTS_MAX = 10_000;
/** Bytes of rows that one version may be made of. */
export const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * What a relay writes it writes under its fence: once another has claimed the store nothing of it is stored, and the call
 * rejects (an append answers `fenced`). Without one are only `startAfresh` and `erasePerson`, of commands that hold the
 * whole data folder, and the tidying of `lost` and `probe`, which stores nothing.
 */
export interface Log {
  /** Claims ownership of all rooms for this process: whatever is written under an older fence is refused. */
  claim(): Promise<number>;
  /** The room's row, created with a fresh epoch when it is new; reading one that exists asks for no ownership. */
  room(room: string, fence: number): Promise<RoomRow>;
  /** The rows of those of the named rooms that exist. */
  rooms(rooms: string[]): Promise<RoomRow[]>;
  /**
   * Appends a batch, in order, durably (fsync) before it resolves. Each room's part is conditional on (expected
   * sequence = row.seq − 1, fence); a failed room leaves the others stored. `disk`: nothing of the batch is stored.
   */
  append(batch: Append[], fence: number): Promise<AppendResult[]>;
  /** Latest snapshot and the rows behind it (seq above the snapshot's), in order. Rejects on corrupt rows. */
  load(doc: string): Promise<{ snapshot: SnapshotRow | undefined; rows: LogRow[] }>;
  /** Rows of a document with seq > from; undefined when compaction has dropped rows above `from`. */
  tail(doc: string, from: number): Promise<LogRow[] | undefined>;
  /**
   * The newest changes of a document, newest first, those behind its snapshot too, at most MOMENTS_MAX; behind them all
   * whole versions.
   */
  moments(doc: string): Promise<Moment[]>;
  /**
   * What a document was made of up to a sequence: the newest whole version up to there, and the rows above that, in
   * order. Nothing when any of them was dropped or folded; `too-much` beyond HISTORY_BYTES_MAX. Rejects on corrupt ones.
   */
  history(doc: string, to: number): Promise<{ base: WholeVersion | undefined; rows: LogRow[] } | 'too-much'>;
  past(doc: string): Promise<Past>;
  /**
   * Puts whole versions in the place of rows, in one transaction. Rejects when fenced, and when the snapshot does not show
   * what goes.
   */
  fold(doc: string, fold: Fold, fence: number): Promise<void>;
  /** Documents of a room with the last sequence that touched each. */
  docs(room: string): Promise<{ doc: string; seq: number }[]>;
  places(doc: string, from: number): Promise<PlaceRow[]>;
  place(room: string, id: string): Promise<PlaceRow | undefined>;
  /** Every id that ever got a place in a room, those that are gone included. */
  ids(room: string): Promise<string[]>;
  lasts(room: string): Promise<StoredLast[]>;
  /** Closes a lease in a room for good (after a refusal), in order with appends. Durable before it resolves. */
  closeLease(room: string, lease: number, person: string, fence: number): Promise<void>;
  /**
   * Notes the number of an intent that changed nothing, in order with appends: it has no row and no sequence of its own.
   * `replaces` as in `Append`. Durable before it resolves.
   */
  noteNumber(room: string, last: LeaseLast, replaces: number, fence: number): Promise<void>;
  /**
   * Stores a snapshot. Rows up to snapshot.seq are dropped (`drop`), kept for history (`keep`), or dropped with
   * every trace on the disk gone before it resolves (`erase`).
   */
  compact(snapshot: SnapshotRow, rows: 'drop' | 'keep' | 'erase', fence: number): Promise<void>;
  /** Documents with accepted deletes (`gone`, `clears`) whose bytes were not erased from the disk yet. */
  due(): Promise<string[]>;
  /**
   * Erases in one go what compaction with `drop` left of documents: each is no longer due for what it accepted up to
   * its sequence. No trace is on the disk when it resolves; rejects when fenced, and while a reader is in the way.
   */
  wipe(shown: { doc: string; seq: number }[], fence: number): Promise<void>;
  /**
   * Persons join a chat at its present sequence and read it from a segment on, which is the open one from then on (1: they
   * read all of it). Durable before it resolves; rejects when fenced or not stored.
   */
  begin(room: string, segment: number, persons: string[], fence: number): Promise<void>;
  /** All members who do not read their chat from its first segment on. */
  firsts(): Promise<FirstRow[]>;
  /** The rows of all papers. */
  papers(): Promise<SharedPaper[]>;
  /**
   * Lost texts of a person in a room that came after `since` (ms since 1970), oldest first, up to LOST_CHARS_TOLD;
   * older ones are dropped.
   */
  lost(room: string, person: string, since: number): Promise<LostText[]>;
  /** Forgets the lost texts of a person's lease within [clock, clock + length). */
  took(
    room: string,
    person: string,
    lease: number,
    clock: number,
    length: number,
    fence: number,
  ): Promise<void>;
  /** Grants leases below 2^48, never granted before, to a person. Durable before it resolves. */
  grant(person: string, count: number, fence: number): Promise<number[]>;
  /** All leases ever granted to a person. */
  leasesOf(person: string): Promise<number[]>;
  /** Whether a commit of some size succeeds now; asked again and again while the disk is full. */
  probe(): Promise<boolean>;
  /** Bytes that the store takes on its disk. */
  size(): Promise<number>;
  /**
   * After a restore: every room gets a new epoch, remembers in `since` what was brought back (of several restores the
   * least), is announced as backed up no further than it goes, and leases come from a fresh range.
   */
  startAfresh(): Promise<void>;
  /**
   * Forgets what is kept of a person beside what they said to others: marks, lost texts, their own document. No trace is
   * on the disk when it resolves; that it was done is, so that a restore does it again. Leases stay theirs: whoever
   * got one would sign as them.
   */
  erasePerson(person: string, at: number): Promise<void>;
  close(): Promise<void>;
}
