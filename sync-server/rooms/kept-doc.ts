/** A document in the memory of its room: what it shows, and the patches that bring others there. */
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { LIMITS } from '#shared/school/limits.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { PlaceEntry } from '#shared/wire/frames.ts';
import type { LogRow, PlaceRow } from '../store/log.ts';
import type { Intent, Speaker, Taken } from './intent.ts';
import { ROOM_LIMITS } from './limits.ts';

/** The kind of CRDT behind a document. */
export interface Content {
  /** The whole content, encoded. */
  save(): Uint8Array;
  /** Several accepted updates as one. */
  merge(updates: Uint8Array[]): Uint8Array;
  /** Judges an intent and applies it. Synchronous; only `broken` leaves the content unusable. */
  take(intent: Intent, from: Speaker, stamp: { seq: number; at: number }): Taken;
  /** Messages of a feed, 0 elsewhere. */
  messages(): number;
  /** Leases that ever wrote in a Yjs document: entries of its state vector. */
  hands(): number;
}

type Recent = Pick<LogRow, 'seq' | 'bytes'>;

const deflate = promisify(deflateRaw);

export class KeptDoc {
  readonly name: string;
  readonly content: Content;
  readonly #epoch: string;
  /** Sequence of the room that last touched it. */
  seq: number;
  /** Size, as far as it is known without encoding: the last snapshot and what came after. */
  bytes: number;
  #isMeasured = false;
  /** Behind the stored snapshot. */
  rowsBehind = 0;
  bytesBehind = 0;
  usedAt = 0;
  readonly #places: PlaceEntry[];
  #recent: Recent[];
  /** Rows above this are all in `#recent`. */
  #recentFrom: number;
  #recentBytes = 0;
  #base: { seq: number; frame: Uint8Array } | undefined;
  #tails = new Map<number, Uint8Array>();

  constructor(
    name: string,
    epoch: string,
    content: Content,
    stored: { snapshot: { seq: number; bytes: Uint8Array } | undefined; rows: LogRow[]; places: PlaceRow[] },
  ) {
    this.name = name;
    this.#epoch = epoch;
    this.content = content;
    this.#recentFrom = stored.snapshot?.seq ?? 0;
    this.seq = this.#recentFrom;
    this.bytes = stored.snapshot?.bytes.length ?? 0;
    this.#recent = [];
    this.#places = stored.places.map(({ id, seq, at }) => ({ id, seq, at }));
    for (const row of stored.rows) this.touched(row.seq, row.bytes, []);
  }

  /** Notes an accepted update. */
  touched(seq: number, bytes: Uint8Array, places: PlaceEntry[]): void {
    this.seq = seq;
    this.bytes += bytes.length;
    this.#isMeasured = false;
    this.rowsBehind++;
    this.bytesBehind += bytes.length;
    for (const { id, seq: placed, at } of places) this.#places.push({ id, seq: placed, at });
    this.#recent.push({ seq, bytes });
    this.#recentBytes += bytes.length;
    this.#tails.clear();
    if (this.#recent.length > 2 * ROOM_LIMITS.recentRows || this.#recentBytes > 2 * ROOM_LIMITS.recentBytes)
      this.#trim();
  }

  /** Whether so many bytes more would make it bigger than a device can be given in one frame. */
  isFullFor(more: number): boolean {
    if (this.bytes + more <= LIMITS.docBytesMax) return false;
    if (!this.#isMeasured) this.bytes = this.content.save().length;
    this.#isMeasured = true;
    return this.bytes + more > LIMITS.docBytesMax;
  }

  /** The store has a snapshot of the present. What was erased must not travel from memory either. */
  compacted(erased: boolean): void {
    this.rowsBehind = 0;
    this.bytesBehind = 0;
    if (!erased) return;
    this.#recent = [];
    this.#recentBytes = 0;
    this.#recentFrom = this.seq;
    this.#base = undefined;
    this.#tails.clear();
  }

  /** Rows that a patch from a sequence would be merged of; 0 when there is one, or will be none. */
  rowsToMerge(from: number): number {
    if (from <= 0 || this.#tails.has(from) || !this.#tailServes(from)) return 0;
    return this.#recent.slice(-ROOM_LIMITS.tailRows).filter((row) => row.seq > from).length;
  }

  /** Whether patches up to here can be given without encoding anything big. */
  isReady(from: number): boolean {
    return this.#tailServes(from) || this.#baseHolds();
  }

  /** Encodes (and compresses) the whole content once; everybody who joins shares it. */
  async prepare(): Promise<void> {
    if (this.#baseHolds()) return;
    const { seq } = this;
    const bytes = this.content.save();
    this.bytes = bytes.length;
    const worth = bytes.length >= ROOM_LIMITS.deflateFromBytes;
    this.#base = {
      seq,
      frame: this.#frame(0, seq, this.#places.slice(), worth ? await deflate(bytes) : bytes, worth),
    };
  }

  /** Encoded patch frames that bring a device from a sequence it holds (0: nothing) to the present. */
  patches(from: number): Uint8Array[] {
    if (from > 0 && this.#tailServes(from)) return from >= this.seq ? [] : [this.#tail(from)];
    const base = this.#base;
    if (!base) throw new Error('patches are asked for before they are prepared');
    return base.seq < this.seq ? [base.frame, this.#tail(base.seq)] : [base.frame];
  }

  #baseHolds(): boolean {
    const base = this.#base;
    if (!base || base.seq < this.#recentFrom) return false;
    if (base.seq === this.seq) return true;
    // Encoding costs as much as the document is big: a small one is encoded anew, a big one gets a tail.
    const worth = Math.min(ROOM_LIMITS.snapshotTailBytes, base.frame.length / 4);
    return base.seq > 0 && this.#tailServes(base.seq) && this.#tail(base.seq).length <= worth;
  }

  /** Whether the rows above a sequence are here and few: merging them for each asker anew would cost the relay dear. */
  #tailServes(from: number): boolean {
    if (from < this.#recentFrom) return false;
    let bytes = 0;
    const few = this.#recent.slice(-ROOM_LIMITS.tailRows - 1);
    const rows = few.filter((row) => row.seq > from);
    for (const row of rows) bytes += row.bytes.length;
    return rows.length <= ROOM_LIMITS.tailRows && (bytes <= ROOM_LIMITS.tailBytes || rows.length === 1);
  }

  #tail(from: number): Uint8Array {
    const cached = this.#tails.get(from);
    if (cached) return cached;
    const rows = this.#recent.filter((row) => row.seq > from);
    const bytes =
      rows.length === 1 ? (rows[0] as Recent).bytes : this.content.merge(rows.map((row) => row.bytes));
    const places = this.#places.filter((place) => place.seq > from);
    const frame = this.#frame(from, this.seq, places, bytes, false);
    if (this.#tails.size >= ROOM_LIMITS.tailsKept) this.#tails.clear();
    this.#tails.set(from, frame);
    return frame;
  }

  #frame(from: number, seq: number, places: PlaceEntry[], bytes: Uint8Array, deflated: boolean): Uint8Array {
    return encodeFrame({
      kind: 'patch',
      doc: this.name,
      epoch: this.#epoch,
      from,
      seq,
      places,
      deflated,
      bytes,
    });
  }

  #trim(): void {
    let bytes = this.#recentBytes;
    let keep = 0;
    while (this.#recent.length - keep > ROOM_LIMITS.recentRows || bytes > ROOM_LIMITS.recentBytes)
      bytes -= (this.#recent[keep++] as Recent).bytes.length;
    this.#recentFrom = (this.#recent[keep - 1] as Recent).seq;
    this.#recent = this.#recent.slice(keep);
    this.#recentBytes = bytes;
  }
}
