/**
 * The write-ahead log as a file. A commit that makes the file longer costs twice: the file system's own journal waits
 * for the disk too. So it gets its length while nobody waits, and is written over from then on.
 */
import { closeSync, fsyncSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Sqlite from 'better-sqlite3';

/** Pages of 4 KB that the log reaches under load before a commit brings them into the database. */
const CHECKPOINT_PAGES = 7_500;
/** A checkpoint comes before the file has to grow. */
const LENGTH_BYTES = 8_000 * 4_096;
/** What stays free beside it: a log must not be what fills the disk of accounts, names and backups. */
const SPARE_BYTES = 64 * 1024 * 1024;
/** While the file is made longer; small, so that the pages go out and not into memory. */
const STRETCH_CACHE_KB = 256;
const BUSY_WAIT_MS = 5_000;
const TRUNCATE_WAIT_MS = 200;

const READER = 'the WAL could not be truncated: another process reads the database';

export class Wal {
  readonly #db: Sqlite.Database;
  readonly #file: string;
  readonly #readerPauseMs: number;
  #readerUntil = 0;
  #isShort = true;

  /** After an erasure waited in vain for a reader none waits again for `readerPauseMs`: all acks wait with it. */
  constructor(db: Sqlite.Database, database: string, readerPauseMs: number) {
    this.#db = db;
    this.#file = `${database}-wal`;
    this.#readerPauseMs = readerPauseMs;
    db.pragma(`busy_timeout = ${BUSY_WAIT_MS}`);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  }

  get bytes(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Brings it into the database as far as readers let it; waits for nobody. */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(PASSIVE)');
  }

  /**
   * Gives the file its length, once after it became short, with a transaction that is not committed. Where the disk
   * has little room it stays short; throws where a bound leaves none.
   */
  stretch(): void {
    if (!this.#isShort || !this.#hasRoom()) return;
    this.#isShort = false;
    const cache = this.#db.pragma('cache_size', { simple: true });
    this.#db.pragma(`cache_size = -${STRETCH_CACHE_KB}`);
    try {
      this.#db.exec('begin immediate');
      this.#db.exec(`insert into probe values (zeroblob(${LENGTH_BYTES}))`);
    } finally {
      if (this.#db.inTransaction) this.#db.exec('rollback');
      this.#db.pragma(`cache_size = ${cache}`);
    }
    const file = openSync(this.#file, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #hasRoom(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.#file));
    return bavail * bsize > LENGTH_BYTES + SPARE_BYTES;
  }

  /** Whether a reader in another process was in the way a moment ago. Throws what `truncate` throws. */
  expectNoReader(): void {
    if (performance.now() < this.#readerUntil) throw new Error(READER);
  }

  /** A reader in another process (a backup) may hold it: gone means gone, so it throws and the caller asks again. */
  truncate(): void {
    this.#db.pragma(`busy_timeout = ${TRUNCATE_WAIT_MS}`);
    const [state] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    this.#db.pragma(`busy_timeout = ${BUSY_WAIT_MS}`);
    this.#isShort = true;
    if (state?.busy === 0) return;
    this.#readerUntil = performance.now() + this.#readerPauseMs;
    throw new Error(READER);
  }
}
