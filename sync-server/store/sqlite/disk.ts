/**
 * The synchronous half of the SQLite store: it runs in a worker thread (worker.ts) and owns the connection for all that may
 * take time.
 * What it promises is written at the ports (../log.ts, ../marks.ts).
 */
import { randomBytes, randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { meDoc } from '#shared/school/names.ts';
import {
  type AppendResult,
  type FirstRow,
  type Fold,
  LOST_CHARS_TOLD,
  type LogRow,
  type LostText,
  type Moment,
  type Past,
  type PlaceRow,
  type RoomRow,
  type SharedPaper,
  type SnapshotRow,
  type StoredLast,
  type WholeVersion,
} from '../log.ts';
import type { ChatSummary, MarkRow } from '../marks.ts';
import { Commits, isDisk, type Write } from './commits.ts';
import { makeDurable } from './durable.ts';
import { migrate } from './migrations.ts';
import { PastRows } from './past-rows.ts';
import { prepareAll, type Statements } from './statements.ts';
import { bare, type Summed, sumOfSnapshot, whole } from './sums.ts';
import { Wal } from './wal.ts';

export interface DiskOptions {
  file: string;
  /** Upper bound of the database in pages of 4 KB: a disk that is full, for tests and quotas. */
  pagesMax?: number | undefined;
  readerPauseMs?: number;
  /** Whether the WAL's file gets its length before the store is opened, and not in the first quiet moment only. */
  isStretched?: boolean;
}

/** A lease is `generation × 2^24 + counter`, so it stays below 2^48. */
const LEASES_PER_GENERATION = 2 ** 24;
const CACHE_KB = 32_000;
const PROBE_BYTES = 64 * 1024;
const READER_PAUSE_MS = 3_000;

export class Disk {
  readonly #db: Sqlite.Database;
  readonly #file: string;
  readonly #sql: Statements;
  readonly #commits: Commits;
  readonly #wal: Wal;
  readonly #past: PastRows;

  constructor(options: DiskOptions) {
    this.#file = options.file;
    this.#db = new Sqlite(options.file);
    makeDurable(this.#db);
    this.#db.pragma('secure_delete = ON');
    this.#db.pragma(`cache_size = -${CACHE_KB}`);
    this.#wal = new Wal(this.#db, options.file, options.readerPauseMs ?? READER_PAUSE_MS);
    migrate(this.#db);
    if (options.pagesMax !== undefined) this.limitPages(options.pagesMax);
    this.#sql = prepareAll(this.#db);
    this.#commits = new Commits(this.#db, this.#sql);
    this.#past = new PastRows(this.#sql);
  }

  limitPages(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`);
  }

  claim(): number {
    return this.#atomic(() => {
      const fence = (this.#meta('fence') ?? 0) + 1;
      this.#sql.setMeta.run('fence', fence);
      return fence;
    });
  }

  room(room: string, fence: number): RoomRow {
    const found = this.#sql.room.get(room) as RoomRow | undefined;
    if (found) return found;
    const head = room.startsWith('chat/') ? 1 : 0;
    const fresh = { room, epoch: freshEpoch(), seq: 0, since: 0, backed: 0, head };
    this.#owned(fence, () => this.#sql.newRoom.run(fresh));
    return fresh;
  }

  rooms(rooms: string[]): RoomRow[] {
    return rooms.flatMap((room) => (this.#sql.room.get(room) as RoomRow | undefined) ?? []);
  }

  commit(writes: Write[]): AppendResult[] {
    return this.#commits.commit(writes);
  }

  load(doc: string): { snapshot: SnapshotRow | undefined; rows: LogRow[] } {
    const snapshot = this.#sql.snapshot.get(doc) as (SnapshotRow & { crc: number }) | undefined;
    if (snapshot && snapshot.crc !== sumOfSnapshot(snapshot)) throw new Error(`corrupt snapshot of ${doc}`);
    return { snapshot: snapshot && bare(snapshot), rows: this.#rows(doc, snapshot?.seq ?? 0) };
  }

  tail(doc: string, from: number): LogRow[] | undefined {
    const dropped = this.#sql.dropped.pluck().get(doc) as number | undefined;
    return dropped !== undefined && dropped > from ? undefined : this.#rows(doc, from);
  }

  moments(doc: string): Moment[] {
    return this.#past.moments(doc);
  }

  history(doc: string, to: number): { base: WholeVersion | undefined; rows: LogRow[] } | 'too-much' {
    return this.#past.history(doc, to);
  }

  past(doc: string): Past {
    return this.#past.past(doc);
  }

  fold(doc: string, fold: Fold, fence: number): void {
    this.#owned(fence, () => {
      this.#past.fold(doc, fold);
    });
  }

  docs(room: string): { doc: string; seq: number }[] {
    return this.#sql.docs.all(room) as { doc: string; seq: number }[];
  }

  places(doc: string, from: number): PlaceRow[] {
    return this.#sql.placesOfDoc.all(doc, from) as PlaceRow[];
  }

  place(room: string, id: string): PlaceRow | undefined {
    return this.#sql.place.get(room, id) as PlaceRow | undefined;
  }

  ids(room: string): string[] {
    return this.#sql.ids.pluck().all(room) as string[];
  }

  lasts(room: string): StoredLast[] {
    const rows = this.#sql.lasts.all(room) as (Omit<StoredLast, 'closed'> & { closed: number })[];
    return rows.map((row) => ({ ...row, closed: row.closed === 1 }));
  }

  compact(snapshot: SnapshotRow, rows: 'drop' | 'keep' | 'erase', fence: number): void {
    if (rows === 'erase') this.#wal.expectNoReader();
    this.#owned(fence, () => {
      const room = snapshot.doc.split('/', 2).join('/');
      this.#sql.touchDoc.run(snapshot.doc, room);
      this.#sql.setSnapshot.run({ ...snapshot, crc: sumOfSnapshot(snapshot) });
      if (rows === 'keep') return;
      this.#sql.dropRows.run(snapshot.doc, snapshot.seq);
      this.#sql.setDropped.run({ doc: snapshot.doc, seq: snapshot.seq });
    });
    if (rows === 'erase') this.wipe([snapshot], fence);
  }

  wipe(shown: { doc: string; seq: number }[], fence: number): void {
    this.#wal.expectNoReader();
    this.#owned(fence, () => undefined);
    this.#wal.truncate();
    this.#owned(fence, () => {
      for (const { doc, seq } of shown) this.#sql.notDue.run(doc, seq);
    });
  }

  due(): string[] {
    return this.#sql.due.pluck().all() as string[];
  }

  begin(room: string, segment: number, persons: string[], fence: number): void {
    this.#owned(fence, () => {
      this.#sql.raiseHead.run(segment, room);
      for (const person of persons)
        if (segment > 1) this.#sql.setFirst.run({ room, person, segment });
        else this.#sql.dropFirst.run(room, person);
    });
  }

  firsts(): FirstRow[] {
    return this.#sql.firsts.all() as FirstRow[];
  }

  papers(): SharedPaper[] {
    return this.#sql.papers.all() as SharedPaper[];
  }

  lost(room: string, person: string, since: number): LostText[] {
    this.#sql.dropLost.run(room, person, since);
    const told: LostText[] = [];
    let chars = 0;
    for (const text of this.#sql.lost.iterate(room, person) as Iterable<LostText>) {
      chars += text.text.length;
      if (told.length > 0 && chars > LOST_CHARS_TOLD) break;
      told.push(text);
    }
    return told;
  }

  took(room: string, person: string, lease: number, clock: number, length: number, fence: number): void {
    this.#owned(fence, () => this.#sql.took.run({ room, person, lease, clock, length }));
  }

  grant(person: string, count: number, fence: number): number[] {
    return this.#owned(fence, () => {
      const used = this.#meta('leases') ?? 0;
      const generation = used + count < LEASES_PER_GENERATION ? this.#meta('generation') : undefined;
      const base = (generation ?? this.#freshGeneration()) * LEASES_PER_GENERATION;
      const first = generation === undefined ? 0 : used;
      const granted = Array.from({ length: count }, (_, i) => base + first + i + 1);
      for (const lease of granted) this.#sql.newLease.run(lease, person);
      this.#sql.setMeta.run('leases', first + count);
      return granted;
    });
  }

  leasesOf(person: string): number[] {
    return this.#sql.leasesOf.pluck().all(person) as number[];
  }

  probe(): boolean {
    try {
      this.#db.transaction(() => this.#sql.probeIn.run(randomBytes(PROBE_BYTES)))();
      this.#db.transaction(() => this.#sql.probeOut.run())();
      return true;
    } catch (error) {
      if (isDisk(error)) return false;
      throw error;
    }
  }

  size(): number {
    return (statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) + this.#wal.bytes;
  }

  startAfresh(): void {
    this.#atomic(() => {
      const rooms = this.#db.prepare('select room from rooms').pluck().all() as string[];
      const renew = this.#db.prepare(
        `update rooms set epoch = ?, since = min(coalesce(since, seq), seq), backed = min(backed, seq)
          where room = ?`,
      );
      for (const room of rooms) renew.run(freshEpoch(), room);
      this.#freshGeneration();
      this.#sql.setMeta.run('leases', 0);
    });
  }

  erasePerson(person: string, at: number): void {
    this.#atomic(() => {
      this.#sql.noteErased.run(person, at);
      this.#sql.eraseMarks.run(person);
      this.#sql.eraseLost.run(person);
      this.#sql.eraseFirsts.run(person);
      const own = meDoc(person);
      // What finds the documents goes last.
      for (const erase of ['Snapshots', 'Log', 'Docs', 'Lasts', 'Room'] as const)
        this.#sql[`erase${erase}`].run(own);
    });
    this.#commits.forget();
    this.#wal.truncate();
  }

  seqOf(room: string): number {
    return (this.#sql.seqOf.pluck().get(room) as number | undefined) ?? 0;
  }

  marksOf(chat: string): MarkRow[] {
    return this.#sql.marksOf.all(chat) as MarkRow[];
  }

  summaries(asks: { chat: string; person: string }[]): ChatSummary[] {
    return asks.map(({ chat, person }) => {
      const room = `chat/${chat}`;
      const read = (this.#sql.readOf.pluck().get(chat, person) as number | undefined) ?? 0;
      // What was written before the person came is neither news to them nor the last word.
      const since = (this.#sql.firstSeq.pluck().get(room, person) as number | undefined) ?? 0;
      const last = this.#sql.lastMessage.get(room, since) as ChatSummary['last'];
      const edited = last && (this.#sql.lastEdit.pluck().get(room, last.id) as string | undefined);
      return {
        chat,
        person,
        read,
        seq: this.seqOf(room),
        unread: this.#sql.unread.pluck().get(room, Math.max(read, since), person) as number,
        last: last && { ...last, text: edited ?? last.text },
      };
    });
  }

  close(): void {
    this.#db.close();
  }

  checkpoint(): void {
    this.#wal.checkpoint();
  }

  /** What a quiet moment is good for: the WAL is brought into the database, and its file gets its length. */
  tidy(): void {
    try {
      this.#wal.checkpoint();
      this.#wal.stretch();
    } catch (error) {
      // The next commit meets a full disk too, and says so.
      if (!isDisk(error)) throw error;
    }
  }

  #atomic<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  /** Throws, and does nothing, where another relay has claimed the store since. */
  #owned<T>(fence: number, work: () => T): T {
    return this.#atomic(() => {
      if (this.#meta('fence') !== fence) throw new Error('fenced: another relay owns the store');
      return work();
    });
  }

  #rows(doc: string, from: number): LogRow[] {
    return whole(this.#sql.rows.all(doc, from) as Summed[]);
  }

  #meta(key: string): number | undefined {
    return this.#sql.meta.pluck().get(key) as number | undefined;
  }

  #freshGeneration(): number {
    const generation = randomInt(1, LEASES_PER_GENERATION);
    this.#sql.setMeta.run('generation', generation);
    return generation;
  }
}

function freshEpoch(): string {
  return randomBytes(9).toString('base64url');
}
