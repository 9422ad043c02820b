/**
 * The connection that commits on the relay's own thread. What it writes is in the system's memory at once and on the
 * disk when `sync` resolves: the wait is a thread's of the system, and no commit is copied from thread to thread. All
 * that may take time, checkpoints too, is the store's thread's (worker.ts).
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { AppendResult } from '../log.ts';
import { Commits, type Write } from './commits.ts';
import { writeAhead } from './durable.ts';
import { prepareAll } from './statements.ts';

const CACHE_KB = 8_000;

export class Hand {
  readonly #db: Sqlite.Database;
  readonly #wal: number;
  readonly #commits: Commits;
  readonly #length: Sqlite.Statement;

  /** The database is there, and migrated. */
  constructor(file: string, pagesMax: number | undefined) {
    this.#db = new Sqlite(file, { fileMustExist: true, timeout: 0 });
    writeAhead(this.#db);
    this.#db.pragma('wal_autocheckpoint = 0');
    this.#db.pragma('secure_delete = ON');
    this.#db.pragma(`cache_size = -${CACHE_KB}`);
    if (pagesMax !== undefined) this.limitPages(pagesMax);
    this.#commits = new Commits(this.#db, prepareAll(this.#db));
    this.#length = this.#db.prepare('pragma wal_checkpoint(NOOP)');
    this.#wal = openSync(`${file}-wal`, 'r+');
  }

  /** Not safe yet: nothing of it may be told before `sync` resolves. Undefined, and nothing done: somebody else writes. */
  commit(writes: Write[]): AppendResult[] | undefined {
    try {
      return this.#commits.commit(writes);
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  /** Resolves when all that was committed is on the disk. After a rejection nobody knows what is. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#wal, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Pages in the WAL that a checkpoint has not brought into the database. */
  get pagesAhead(): number {
    const { log, checkpointed } = this.#length.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  }

  limitPages(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`);
  }

  forget(): void {
    this.#commits.forget();
  }

  close(): void {
    closeSync(this.#wal);
    this.#db.close();
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test((error as { code?: string }).code ?? '');
}
