/** What a commit does, on whichever thread: everything that queued while the last one ran, in one transaction. */
import type { Database, Transaction } from 'better-sqlite3';
import type { Append, AppendResult, LeaseLast, LostText } from '../log.ts';
import type { MarkRow } from '../marks.ts';
import type { Statements } from './statements.ts';
import { sumOfRow } from './sums.ts';

/** One thing of a commit, in the order it was asked for. */
export type Write = { fence: number } & (
  | { kind: 'append'; item: Append }
  | { kind: 'close'; room: string; lease: number; person: string }
  | { kind: 'number'; room: string; last: LeaseLast; replaces: number }
  | { kind: 'marks'; rows: MarkRow[] }
);

const NOTED_DOCS_MAX = 10_000;

export class Commits {
  readonly #sql: Statements;
  readonly #run: Transaction<(writes: Write[]) => AppendResult[]>;
  /** Documents that have their row: most appends are to one that had one before. */
  readonly #noted = new Set<string>();

  constructor(db: Database, sql: Statements) {
    this.#sql = sql;
    this.#run = db.transaction((writes) => {
      const fence = sql.meta.pluck().get('fence') as number | undefined;
      return writes.map((write) => this.#write(write, fence));
    });
  }

  /** All of it or, on a disk that refuses, nothing. Throws what else goes wrong, and stores nothing then. */
  commit(writes: Write[]): AppendResult[] {
    try {
      // A backup writes too: a transaction that had read before it asked to write would be refused instead of waiting.
      const results = this.#run.immediate(writes);
      if (this.#noted.size > NOTED_DOCS_MAX) this.#noted.clear();
      return results;
    } catch (error) {
      this.#noted.clear();
      if (!isDisk(error)) throw error;
      return writes.map(() => ({ ok: false, why: 'disk' }));
    }
  }

  /** Documents may be gone since. */
  forget(): void {
    this.#noted.clear();
  }

  #write(write: Write, fence: number | undefined): AppendResult {
    if (write.fence !== fence) return { ok: false, why: 'fenced' };
    switch (write.kind) {
      case 'append':
        return this.#append(write.item);
      case 'close':
        this.#close(write.room, write.lease, write.person);
        break;
      case 'number':
        this.#number(write.room, write.last, write.replaces);
        break;
      case 'marks':
        for (const row of write.rows) this.#sql.raise.run(row);
    }
    return { ok: true };
  }

  #number(room: string, { lease, person, n, digest, seq, at }: LeaseLast, replaces: number): void {
    this.#sql.setLast.run(room, lease, person, n, digest, seq, at, digest);
    if (replaces > 0) this.#close(room, replaces, person);
  }

  #close(room: string, lease: number, person: string): void {
    this.#sql.closeLease.run({ room, lease, person });
  }

  #append(item: Append): AppendResult {
    const { row } = item;
    const sql = this.#sql;
    if (sql.nextSeq.run(row.seq, row.room, row.seq - 1).changes !== 1) return { ok: false, why: 'sequence' };
    if (item.head !== undefined) sql.setHead.run(item.head, row.room);
    const { room, seq, doc, lease, n, person, at } = row;
    sql.newRow.run(room, seq, doc, lease, n, person, at, row.bytes, sumOfRow(row));
    if (!this.#noted.has(row.doc)) sql.touchDoc.run(row.doc, row.room);
    this.#noted.add(row.doc);
    this.#number(room, { ...row, digest: item.digest, closed: false }, item.replaces);
    for (const { doc, id, kind, of, seq, at, by, text } of item.places)
      sql.newPlace.run(room, id, doc, kind, of, seq, at, by, text);
    for (const id of item.gone) sql.forget.run({ room: row.room, id });
    if (item.gone.length > 0 || item.clears) sql.setDue.run(seq, row.doc);
    for (const paper of item.papers) sql.setPaper.run(paper);
    for (const lost of item.lost ?? []) this.#keepLost({ ...lost, room: row.room });
    return { ok: true };
  }

  #keepLost(lost: LostText & { room: string }): void {
    if (this.#sql.joinLost.run(lost).changes === 0) this.#sql.newLost.run(lost);
    this.#sql.trimLost.run({ room: lost.room, person: lost.person });
  }
}

export function isDisk(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_READONLY';
}
