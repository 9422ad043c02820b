/**
 * Group commit: writes that queue while a commit waits for the disk become the next one, so under load a transaction
 * carries many intents and costs one fsync. It is made by the hand on this thread; while the store's thread writes it
 * waits for its turn there.
 */
import type { AppendResult } from '../log.ts';
import type { Write } from './commits.ts';
import type { Hand } from './hand.ts';
import type { StoreThread } from './thread.ts';

/** A commit takes at most this many writes: acks of a flood still come back in steps. */
const COMMIT_WRITES_MAX = 2_000;
/** Pages ahead of the database that make a checkpoint due, before the WAL's file would have to grow (wal.ts). */
const CHECKPOINT_PAGES = 4_000;
/** To ask how long the WAL is costs as much as a small commit: it is asked again after some so many pages. */
const LOOK_AGAIN_PAGES = 500;
/** What a write touches beside its own bytes: leaves of its tables and their indices. */
const PAGES_A_WRITE = 10;
const PAGE_BYTES = 4_096;
/** Without a commit for so long the disk has time for what all acks would wait for under load. */
const QUIET_MS = 250;

interface Waiting {
  writes: Write[];
  resolve(results: AppendResult[]): void;
  reject(error: Error): void;
}

export class GroupCommit {
  readonly #hand: Hand;
  readonly #thread: StoreThread;
  #queue: Waiting[] = [];
  /** The commit under way, settled with it. */
  #current: Promise<void> | undefined;
  #isCheckpointing = false;
  /** About as many pages were written since the WAL was last looked at. */
  #unseenPages = 0;
  #quiet: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(hand: Hand, thread: StoreThread) {
    this.#hand = hand;
    this.#thread = thread;
  }

  /** Writes that wait for a commit. */
  get depth(): number {
    return this.#queue.reduce((sum, waiting) => sum + waiting.writes.length, 0);
  }

  /** Resolves when all of them are on the disk, or were not taken. Rejects when nobody can tell. */
  enqueue(writes: Write[]): Promise<AppendResult[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ writes, resolve, reject });
      if (!this.#current) this.#next();
    });
  }

  /** The commit under way ends; what comes later finds the hand gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#quiet);
    await this.#current;
    this.#hand.close();
  }

  #next(): void {
    const batch: Waiting[] = [];
    for (let size = 0; this.#queue.length > 0 && size < COMMIT_WRITES_MAX; ) {
      const next = this.#queue.shift() as Waiting;
      batch.push(next);
      size += next.writes.length;
    }
    if (batch.length === 0) return;
    this.#current = this.#commit(batch.flatMap(({ writes }) => writes)).then(
      (results) => {
        let at = 0;
        for (const { writes, resolve } of batch) {
          resolve(results.slice(at, at + writes.length));
          at += writes.length;
        }
        this.#goOn();
      },
      (error: Error) => {
        for (const { reject } of batch) reject(error);
        this.#goOn();
      },
    );
  }

  #goOn(): void {
    this.#thread.release();
    this.#current = undefined;
    this.#next();
  }

  async #commit(writes: Write[]): Promise<AppendResult[]> {
    if (this.#isClosed || this.#thread.isWriting) return this.#thread.call('commit', writes);
    const results = this.#hand.commit(writes);
    if (!results) return this.#thread.call('commit', writes);
    // What another connection reads from now on is told to nobody before: a power cut could still take it back.
    this.#thread.hold();
    await this.#sync();
    this.#keepShort(writes);
    return results;
  }

  async #sync(): Promise<void> {
    try {
      await this.#hand.sync();
    } catch (error) {
      // Asked again the system would say yes, whatever became of the pages: only a new start reads what is there.
      this.#thread.break(error as Error);
      throw error;
    }
  }

  #keepShort(writes: readonly Write[]): void {
    if (this.#isClosed) return;
    if (this.#quiet) this.#quiet.refresh();
    else this.#quiet = setTimeout(() => this.#tidy(), QUIET_MS).unref();
    for (const write of writes) this.#unseenPages += pagesOf(write);
    if (this.#unseenPages < LOOK_AGAIN_PAGES || this.#isCheckpointing) return;
    this.#unseenPages = 0;
    if (this.#hand.pagesAhead >= CHECKPOINT_PAGES) void this.#checkpoint();
  }

  #tidy(): void {
    this.#thread.call('tidy').catch(() => undefined);
  }

  /** First beside the commits, then what they brought meanwhile, with none in between: the WAL begins anew after that. */
  async #checkpoint(): Promise<void> {
    this.#isCheckpointing = true;
    try {
      await this.#thread.checkpoint();
      await this.#thread.call('checkpoint');
    } catch {
      // A full disk or a closed store: the next commit meets it too, and says so.
    } finally {
      this.#isCheckpointing = false;
    }
  }
}

function pagesOf(write: Write): number {
  if (write.kind === 'append') return PAGES_A_WRITE + write.item.row.bytes.length / PAGE_BYTES;
  return write.kind === 'marks' ? write.rows.length : 1;
}
