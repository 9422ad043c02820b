/**
 * The log port: what a relay keeps of rooms. Adapters pass the contract suite `log.contract.ts`. All methods are
 * async; a rejected promise means the storage is broken, and nothing of that call is half-stored.
 */

export interface RoomRow {
  room: string;
  epoch: string;
  /** Last sequence on disk. */
  seq: number;
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
  n: number;
  digest: number;
  closed: boolean;
}

export interface PlaceRow {
  doc: string;
  /** Message, edit or paper id. */
  id: string;
  seq: number;
  at: number;
  by: string;
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
  /** New head segment, when this intent filled the open one. */
  head: number | undefined;
  papers: { paper: string; chat: string; owner: string; edit: string; title: string }[];
}

export type AppendResult = { ok: true } | { ok: false; why: 'fenced' | 'sequence' | 'disk' };

export interface SnapshotRow {
  doc: string;
  /** Sequence of the room that it shows. */
  seq: number;
  bytes: Uint8Array;
}

export interface Log {
  /** Claims ownership of all rooms for this process: later appends under an older fence are refused. */
  claim(): Promise<number>;
  /** The room's row, created with a fresh epoch when it is new. */
  room(room: string): Promise<RoomRow>;
  /**
   * Appends a batch, in order, durably (fsync) before it resolves. Each room's part is conditional on (expected
   * sequence = row.seq − 1, fence); a failed room leaves the others stored. `disk`: nothing of the batch is stored.
   */
  append(batch: Append[], fence: number): Promise<AppendResult[]>;
  /** Latest snapshot and the rows behind it (seq above the snapshot's), in order. Rejects on corrupt rows. */
  load(doc: string): Promise<{ snapshot: SnapshotRow | undefined; rows: LogRow[] }>;
  /** Rows of a document with seq > from; undefined when compaction has dropped rows above `from`. */
  tail(doc: string, from: number): Promise<LogRow[] | undefined>;
  /** Documents of a room with the last sequence that touched each. */
  docs(room: string): Promise<{ doc: string; seq: number }[]>;
  places(doc: string, from: number): Promise<PlaceRow[]>;
  place(room: string, id: string): Promise<PlaceRow | undefined>;
  lasts(room: string): Promise<(LeaseLast & { person: string })[]>;
  /** Closes a lease in a room for good (after a refusal). Durable before it resolves. */
  closeLease(room: string, lease: number): Promise<void>;
  /** Replaces the rows of a document up to snapshot.seq by the snapshot, erasing their bytes from disk when `erase`. */
  compact(snapshot: SnapshotRow, erase: boolean): Promise<void>;
  /** Grants leases, never granted before, to a person. */
  grant(person: string, count: number): Promise<number[]>;
  /** All leases ever granted to a person. */
  leasesOf(person: string): Promise<number[]>;
  close(): Promise<void>;
}
