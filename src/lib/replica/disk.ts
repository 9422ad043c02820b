/**
 * The one database of a person on this device. The schema changes only by adding; every released form stays readable.
 * Confirmed documents and the outbox never mix: a document on screen is the first plus the second.
 */

import { Dexie, type Table } from 'dexie';
import type { Projection } from '#shared/registry/shape.ts';
import type { PieceRow } from './pieces.ts';
import type { Aside } from './put-aside.ts';
import type { Intent, PaperRow, Peek, PrivateCopy, RefusedDraft } from './types.ts';

export interface RoomRow {
  room: string;
  /** '' until the relay named one. */
  epoch: string;
  /** Sequence up to which what is held here is complete. */
  seq: number;
  head: number;
  /** Sequence up to which an announced backup holds it. */
  backed?: number;
  /** Rises when pending work was made again: whoever wrote on the older one loads and repeats. */
  gen: number;
  /** A restore may have lost what was written in this paper: not compared yet. */
  doubt?: boolean;
  /** When the relay opened it for this device last; missing in rows of the first form. */
  used?: number;
}
export interface DocRow {
  doc: string;
  room: string;
  seq: number;
  /** Empty: the content stands in `tails`. The first form of the database had it here. */
  snapshot: Uint8Array;
  /** Bytes of the tails behind the first. */
  tailBytes: number;
}
export interface TailRow {
  id: number;
  doc: string;
  room: string;
  seq: number;
  bytes: Uint8Array;
}
export interface PlaceRow {
  room: string;
  id: string;
  doc: string;
  kind: 'message' | 'edit' | 'paper';
  seq: number;
  at: number;
  by: string;
}
export interface OutRow {
  id: number;
  room: string;
  doc: string;
  epoch: string;
  slot: number;
  lease: number;
  n: number;
  intent: Intent;
  bytes: Uint8Array;
  /** Ids of messages and papers that were themselves pending when this was made. */
  dependsOn: string[];
  at: number;
  /** How often the relay answered it without taking it. */
  tries: number;
  /** Nothing of it was sent yet: of a message alone it is kept up. Missing in rows of a form that did not tell. */
  here?: boolean;
}
/** An own act that the relay has. */
export interface AckedRow {
  id: number;
  room: string;
  doc: string;
  epoch: string;
  /** Sequence that it has in its epoch. */
  seq: number;
  lease: number;
  /** Clock of the last struct that it brought; -1 when it brought none. */
  clock: number;
  intent: Intent;
  /** Words of a paper whose copy has left this device. */
  aside?: Aside;
}
export interface LeaseRow {
  lease: number;
  /** Tab slot that writes with it; SPARE for none yet, BURNT for never again. */
  slot: number;
  /** Last number used in an id that begins with this lease. */
  ids: number;
}
export const SPARE = -1;
export const BURNT = -2;

/** With which lease a slot writes in a room, and how far. */
export interface PenRow {
  room: string;
  slot: number;
  lease: number;
  /** Last number used. */
  n: number;
  /** Last number that the relay is known to hold, and the digest of that intent. */
  acked: number;
  digest: number;
  replaces: { lease: number; n: number };
}
export interface HeadRow {
  chat: string;
  seq: number;
  read: number;
  unread: number;
  last: Peek | undefined;
  /** Largest marks of the others. */
  got: number;
  othersRead: number;
  /** How far the relay was told that this person has read. */
  told: number;
}
export interface RefusedRow extends RefusedDraft {
  bytes: Uint8Array;
}
export interface CopyRow extends PrivateCopy {
  bytes: Uint8Array;
  /** What waited when its paper was lost, as an update: the school may have taken it without answering. */
  own?: Uint8Array;
}
/** `shared`: it stands in the person's own document too. `sent`: words that became a message and left the draft. */
export interface DraftRow {
  key: `draft/${string}`;
  value: string;
  shared?: true;
  sent?: string;
}
export type Kv =
  | { key: 'projection'; value: Projection }
  /** Who holds the line, or held it last: one that was robbed of it moves nothing any more. */
  | { key: 'leader'; value: string }
  /** Drawn when the database was made: one that was cleared and made again has another. */
  | { key: 'born'; value: string }
  | DraftRow
  /** A decision about the school that the relay took, in the first form; now it stands in `acked`. */
  | { key: `decided/${string}`; value: { room: string; seq: number; intent: Intent } };

/** The stores of each released version, in order. Never edit one: add the next. */
const VERSIONS: readonly Record<string, string>[] = [
  {
    rooms: 'room',
    docs: 'doc, room',
    tails: '++id, doc, room',
    places: '[room+id], doc, [room+kind+seq]',
    outbox: '++id, room, [room+lease+n]',
    leases: 'lease, slot',
    pens: '[room+slot], room',
    refused: 'id, room',
    pieces: 'id, paper',
    copies: 'id, paper',
    heads: 'chat',
    papers: 'id, chat',
    kv: 'key',
  },
  { acked: '++id, room, doc' },
];

export class Disk extends Dexie {
  declare rooms: Table<RoomRow, string>;
  declare docs: Table<DocRow, string>;
  declare tails: Table<TailRow, number, Omit<TailRow, 'id'>>;
  declare places: Table<PlaceRow, [string, string]>;
  declare outbox: Table<OutRow, number, Omit<OutRow, 'id'> & { id?: number }>;
  declare acked: Table<AckedRow, number, Omit<AckedRow, 'id'>>;
  declare leases: Table<LeaseRow, number>;
  declare pens: Table<PenRow, [string, number]>;
  declare refused: Table<RefusedRow, string>;
  declare pieces: Table<PieceRow, string>;
  declare copies: Table<CopyRow, string>;
  declare heads: Table<HeadRow, string>;
  declare papers: Table<PaperRow, string>;
  declare kv: Table<Kv, string>;

  constructor(person: string, durability: 'strict' | 'relaxed') {
    super(diskName(person), { chromeTransactionDurability: durability });
    VERSIONS.forEach((stores, index) => {
      this.version(index + 1).stores(stores);
    });
  }
}

export const diskName = (person: string): string => `parta-${person}`;

/** Both handles of one database: what must never be lost, and caches that may be fetched again. */
export interface Disks {
  strict: Disk;
  relaxed: Disk;
}

/**
 * Opens the database; `ended` is called when another tab wants a newer one, or when it was cleared under this tab. Waits
 * for tabs that hold an older one to let go: `blocked` is called when they do not at once. Rejects when it cannot be
 * opened, wiping nothing.
 */
export async function openDisks(
  person: string,
  ended: (how: 'superseded' | 'cleared' | 'failed') => void,
  blocked: () => void = () => {},
): Promise<Disks> {
  const strict = new Disk(person, 'strict');
  const relaxed = new Disk(person, 'relaxed');
  let born: Promise<Kv | undefined> | undefined;
  for (const handle of [strict, relaxed]) {
    handle.on('versionchange', ({ newVersion }) => {
      ended(newVersion ? 'superseded' : 'cleared');
      // Dexie would close at once: first everything that is only in memory is saved.
      return false;
    });
    handle.on('populate', ({ idbtrans }) => {
      if (!born) return void idbtrans.objectStore('kv').add({ key: 'born', value: crypto.randomUUID() });
      // Dexie would go on in an empty one, as if nothing had been there.
      idbtrans.abort();
      ended('cleared');
    });
  }
  strict.on('blocked', blocked);
  await strict.open();
  await relaxed.open();
  born = relaxed.kv.get('born').catch(() => undefined);
  // The browser closed it by itself: because it was cleared, or for reasons of its own, and all is there.
  const whenCut = (handle: Disk) =>
    handle.backendDB().addEventListener('close', async () => {
      try {
        await handle.open();
        whenCut(handle);
        if ((await handle.kv.get('born'))?.value !== (await born)?.value) ended('cleared');
      } catch {
        const there = await indexedDB.databases();
        ended(there.some(({ name }) => name === handle.name) ? 'failed' : 'cleared');
      }
    });
  whenCut(strict);
  whenCut(relaxed);
  return { strict, relaxed };
}

/** Names what went wrong with the storage. */
export function troubleOf(error: unknown): 'storage-full' | 'storage-failed' {
  return isQuota(error, 0) ? 'storage-full' : 'storage-failed';
}

/** Dexie wraps the browser's error: as `inner` of an aborted transaction, or among the failures of a bulk. */
function isQuota(error: unknown, depth: number): boolean {
  if (!(error instanceof Error) || depth > 4) return false;
  if (error.name === 'QuotaExceededError') return true;
  const { inner, failures } = error as { inner?: unknown; failures?: unknown[] };
  return isQuota(inner, depth + 1) || (failures ?? []).some((failure) => isQuota(failure, depth + 1));
}
