/** The SQLite adapter of the log and marks ports: commits by group-commit.ts, all else on the store's thread. */
import type {
  Append,
  AppendResult,
  FirstRow,
  Fold,
  LeaseLast,
  Log,
  LogRow,
  LostText,
  Moment,
  Past,
  PlaceRow,
  RoomRow,
  SharedPaper,
  SnapshotRow,
  StoredLast,
  WholeVersion,
} from '../log.ts';
import type { ChatSummary, MarkRow, Marks } from '../marks.ts';
import type { DiskOptions } from './disk.ts';
import { GroupCommit } from './group-commit.ts';
import { Hand } from './hand.ts';
import { StoreThread } from './thread.ts';

/** Opens (or creates) the database and resolves once it is migrated; rejects when it cannot be opened. */
export async function openSqlite(options: DiskOptions): Promise<SqliteStore> {
  const thread = await StoreThread.start(options);
  try {
    return new SqliteStore(thread, new Hand(options.file, options.pagesMax));
  } catch (error) {
    await thread.close();
    throw error;
  }
}

export class SqliteStore implements Log, Marks {
  readonly #thread: StoreThread;
  readonly #hand: Hand;
  readonly #commits: GroupCommit;

  constructor(thread: StoreThread, hand: Hand) {
    this.#thread = thread;
    this.#hand = hand;
    this.#commits = new GroupCommit(hand, thread);
  }

  /** Writes that wait for a commit: a queue depth for the operator. */
  get depth(): number {
    return this.#commits.depth;
  }

  /** Called at most once: nothing can be stored or read any more, until a new start reads what the disk holds. */
  onBroken(tell: (error: Error) => void): void {
    this.#thread.onBroken(tell);
  }

  claim(): Promise<number> {
    return this.#thread.call('claim');
  }
  room(room: string, fence: number): Promise<RoomRow> {
    return this.#thread.call('room', room, fence);
  }
  rooms(rooms: string[]): Promise<RoomRow[]> {
    return this.#thread.call('rooms', rooms);
  }
  append(batch: Append[], fence: number): Promise<AppendResult[]> {
    return this.#commits.enqueue(batch.map((item) => ({ kind: 'append', item, fence })));
  }
  load(doc: string): Promise<{ snapshot: SnapshotRow | undefined; rows: LogRow[] }> {
    return this.#thread.call('load', doc);
  }
  tail(doc: string, from: number): Promise<LogRow[] | undefined> {
    return this.#thread.call('tail', doc, from);
  }
  moments(doc: string): Promise<Moment[]> {
    return this.#thread.call('moments', doc);
  }
  history(doc: string, to: number): Promise<{ base: WholeVersion | undefined; rows: LogRow[] } | 'too-much'> {
    return this.#thread.call('history', doc, to);
  }
  past(doc: string): Promise<Past> {
    return this.#thread.call('past', doc);
  }
  fold(doc: string, fold: Fold, fence: number): Promise<void> {
    return this.#thread.call('fold', doc, fold, fence);
  }
  docs(room: string): Promise<{ doc: string; seq: number }[]> {
    return this.#thread.call('docs', room);
  }
  places(doc: string, from: number): Promise<PlaceRow[]> {
    return this.#thread.call('places', doc, from);
  }
  place(room: string, id: string): Promise<PlaceRow | undefined> {
    return this.#thread.call('place', room, id);
  }
  ids(room: string): Promise<string[]> {
    return this.#thread.call('ids', room);
  }
  lasts(room: string): Promise<StoredLast[]> {
    return this.#thread.call('lasts', room);
  }
  async closeLease(room: string, lease: number, person: string, fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'close', room, lease, person, fence }]));
  }
  async noteNumber(room: string, last: LeaseLast, replaces: number, fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'number', room, last, replaces, fence }]));
  }
  compact(snapshot: SnapshotRow, rows: 'drop' | 'keep' | 'erase', fence: number): Promise<void> {
    return this.#thread.call('compact', snapshot, rows, fence);
  }
  due(): Promise<string[]> {
    return this.#thread.call('due');
  }
  wipe(shown: { doc: string; seq: number }[], fence: number): Promise<void> {
    return this.#thread.call('wipe', shown, fence);
  }
  begin(room: string, segment: number, persons: string[], fence: number): Promise<void> {
    return this.#thread.call('begin', room, segment, persons, fence);
  }
  firsts(): Promise<FirstRow[]> {
    return this.#thread.call('firsts');
  }
  papers(): Promise<SharedPaper[]> {
    return this.#thread.call('papers');
  }
  lost(room: string, person: string, since: number): Promise<LostText[]> {
    return this.#thread.call('lost', room, person, since);
  }
  took(
    room: string,
    person: string,
    lease: number,
    clock: number,
    length: number,
    fence: number,
  ): Promise<void> {
    return this.#thread.call('took', room, person, lease, clock, length, fence);
  }
  grant(person: string, count: number, fence: number): Promise<number[]> {
    return this.#thread.call('grant', person, count, fence);
  }
  leasesOf(person: string): Promise<number[]> {
    return this.#thread.call('leasesOf', person);
  }
  probe(): Promise<boolean> {
    return this.#thread.call('probe');
  }
  /** Sets the bound of the database, in pages of 4 KB: a quota. */
  limitPages(pages: number): Promise<void> {
    this.#hand.limitPages(pages);
    return this.#thread.call('limitPages', pages);
  }
  size(): Promise<number> {
    return this.#thread.call('size');
  }
  startAfresh(): Promise<void> {
    return this.#thread.call('startAfresh');
  }
  async erasePerson(person: string, at: number): Promise<void> {
    await this.#thread.call('erasePerson', person, at);
    this.#hand.forget();
  }
  seqOf(room: string): Promise<number> {
    return this.#thread.call('seqOf', room);
  }
  marksOf(chat: string): Promise<MarkRow[]> {
    return this.#thread.call('marksOf', chat);
  }
  async raise(rows: MarkRow[], fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'marks', rows, fence }]));
  }
  summaries(asks: { chat: string; person: string }[]): Promise<ChatSummary[]> {
    return this.#thread.call('summaries', asks);
  }
  async close(): Promise<void> {
    await this.#commits.close();
    await this.#thread.close();
  }
}

function stored(results: AppendResult[]): void {
  const failed = results.find((result) => !result.ok);
  if (failed && !failed.ok) throw new Error(`not stored: ${failed.why}`);
}
