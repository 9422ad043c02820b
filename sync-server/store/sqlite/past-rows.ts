/** How a document was: its rows, and the whole versions that stand for those that were folded. */
import {
  type Fold,
  HISTORY_BYTES_MAX,
  type LogRow,
  type Moment,
  type Past,
  type WholeVersion,
} from '../log.ts';
import type { Statements } from './statements.ts';
import { bare, type Summed, sumOfWhole, whole } from './sums.ts';

export class PastRows {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  moments(doc: string): Moment[] {
    return [...momentsOf(this.#sql.moments.all(doc)), ...momentsOf(this.#sql.wholes.all(doc))];
  }

  history(doc: string, to: number): { base: WholeVersion | undefined; rows: LogRow[] } | 'too-much' {
    const found = this.#sql.wholeUpTo.get(doc, to) as (WholeVersion & { crc: number }) | undefined;
    if (found && found.crc !== sumOfWhole(doc, found))
      throw new Error(`corrupt version ${found.seq} of ${doc}`);
    const base = found && bare(found);
    const from = base?.seq ?? 0;
    const dropped = (this.#sql.dropped.pluck().get(doc) as number | undefined) ?? 0;
    if (dropped > from) return { base: from === to ? base : undefined, rows: [] };
    const bytes = this.#sql.historyBytes.pluck().get(doc, from, to) as number;
    if (bytes + (base?.bytes.length ?? 0) > HISTORY_BYTES_MAX) return 'too-much';
    return { base, rows: whole(this.#sql.history.all(doc, from, to) as Summed[]) };
  }

  past(doc: string): Past {
    const kept = this.#sql.kept.get({ doc }) as Pick<Past, 'shown' | 'rows' | 'bytes'>;
    const oldest = momentsOf(this.#sql.oldest.all(doc));
    return { ...kept, oldest, wholes: momentsOf(this.#sql.wholes.all(doc)) };
  }

  /** Within a transaction of the caller. */
  fold(doc: string, { to, add, drop }: Fold): void {
    const { shown } = this.#sql.kept.get({ doc }) as { shown: number };
    if (to > shown) throw new Error(`the snapshot of ${doc} shows ${shown}, not ${to}`);
    for (const seq of drop) this.#sql.dropWhole.run(doc, seq);
    for (const version of add) this.#sql.newWhole.run({ doc, ...version, crc: sumOfWhole(doc, version) });
    this.#sql.dropRows.run(doc, to);
    this.#sql.setDropped.run({ doc, seq: to });
  }
}

function momentsOf(rows: unknown[]): Moment[] {
  return (rows as Record<keyof Moment, number>[]).map((row) => ({
    ...(row as unknown as Moment),
    deletes: row.deletes === 1,
    whole: row.whole === 1,
  }));
}
