/** Rows with their checksums: a torn one is never read as if it were whole. */
import { crc32 } from 'node:zlib';
import type { LogRow, SnapshotRow, WholeVersion } from '../log.ts';

export type Summed = LogRow & { crc: number };

/** Rows as they were written. Throws on a torn one. */
export function whole(rows: Summed[]): LogRow[] {
  return rows.map((row) => {
    if (row.crc !== sumOfRow(row)) throw new Error(`corrupt row ${row.seq} of ${row.doc}`);
    return bare(row);
  });
}

export function sumOfRow(row: LogRow): number {
  const named = `${row.room} ${row.seq} ${row.doc} ${row.lease} ${row.n} ${row.person} ${row.at} `;
  return crc32(row.bytes, crc32(named));
}

export function sumOfWhole(doc: string, { seq, at, person, bytes }: WholeVersion): number {
  return crc32(bytes, crc32(`${doc} ${seq} ${at} ${person} `));
}

export function sumOfSnapshot(row: SnapshotRow): number {
  return crc32(row.bytes, crc32(`${row.doc} ${row.seq} `));
}

export function bare<T extends { crc: number; bytes: Uint8Array }>(row: T): Omit<T, 'crc'> {
  const { crc: _, ...rest } = row;
  return rest;
}
