/** The SQLite adapter of the log and marks ports: commits by group-commit.ts, all else on the store's thread. */
import type { Append, AppendResult, LeaseLast, Log } from '../log.ts';
import type { MarkRow, Marks } from '../marks.ts';
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

  // As the ports say them and the disk does them.
  claim: Log['claim'] = (...args) => this.#thread.call('claim', ...args);
  room: Log['room'] = (...args) => this.#thread.call('room', ...args);
  rooms: Log['rooms'] = (...args) => this.#thread.call('rooms', ...args);
  load: Log['load'] = (...args) => this.#thread.call('load', ...args);
  tail: Log['tail'] = (...args) => this.#thread.call('tail', ...args);
  moments: Log['moments'] = (...args) => this.#thread.call('moments', ...args);
  history: Log['history'] = (...args) => this.#thread.call('history', ...args);
  past: Log['past'] = (...args) => this.#thread.call('past', ...args);
  fold: Log['fold'] = (...args) => this.#thread.call('fold', ...args);
  docs: Log['docs'] = (...args) => this.#thread.call('docs', ...args);
  places: Log['places'] = (...args) => this.#thread.call('places', ...args);
  place: Log['place'] = (...args) => this.#thread.call('place', ...args);
  ids: Log['ids'] = (...args) => this.#thread.call('ids', ...args);
  lasts: Log['lasts'] = (...args) => this.#thread.call('lasts', ...args);
  compact: Log['compact'] = (...args) => this.#thread.call('compact', ...args);
  due: Log['due'] = (...args) => this.#thread.call('due', ...args);
  wipe: Log['wipe'] = (...args) => this.#thread.call('wipe', ...args);
  begin: Log['begin'] = (...args) => this.#thread.call('begin', ...args);
  firsts: Log['firsts'] = (...args) => this.#thread.call('firsts', ...args);
  papers: Log['papers'] = (...args) => this.#thread.call('papers', ...args);
  lost: Log['lost'] = (...args) => this.#thread.call('lost', ...args);
  took: Log['took'] = (...args) => this.#thread.call('took', ...args);
  grant: Log['grant'] = (...args) => this.#thread.call('grant', ...args);
  leasesOf: Log['leasesOf'] = (...args) => this.#thread.call('leasesOf', ...args);
  probe: Log['probe'] = (...args) => this.#thread.call('probe', ...args);
  size: Log['size'] = (...args) => this.#thread.call('size', ...args);
  startAfresh: Log['startAfresh'] = (...args) => this.#thread.call('startAfresh', ...args);
  seqOf: Marks['seqOf'] = (...args) => this.#thread.call('seqOf', ...args);
  marksOf: Marks['marksOf'] = (...args) => this.#thread.call('marksOf', ...args);
  summaries: Marks['summaries'] = (...args) => this.#thread.call('summaries', ...args);

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

  async closeLease(room: string, lease: number, person: string, fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'close', room, lease, person, fence }]));
  }
  async noteNumber(room: string, last: LeaseLast, replaces: number, fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'number', room, last, replaces, fence }]));
  }
  append(batch: Append[], fence: number): Promise<AppendResult[]> {
    return this.#commits.enqueue(batch.map((item) => ({ kind: 'append', item, fence })));
  }
  async raise(rows: MarkRow[], fence: number): Promise<void> {
    stored(await this.#commits.enqueue([{ kind: 'marks', rows, fence }]));
  }
  async erasePerson(person: string, at: number): Promise<void> {
    await this.#thread.call('erasePerson', person, at);
    this.#hand.forget();
  }
  /** Sets the bound of the database, in pages of 4 KB: a quota. */
  limitPages(pages: number): Promise<void> {
    this.#hand.limitPages(pages);
    return this.#thread.call('limitPages', pages);
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
