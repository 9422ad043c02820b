/** All rooms of this relay: found, woken, swept, compacted; and whether the disk takes anything now. */

import type { Verdict } from '#shared/school/may.ts';
import { parseDoc } from '#shared/school/names.ts';
import type { RelayLog } from '../monitoring/log.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { Join, School } from '../registry/school.ts';
import type { Append, AppendResult, FirstRow, Log, SharedPaper } from '../store/log.ts';
import { Erasing } from './erasing.ts';
import { thinPast } from './history.ts';
import type { Taken } from './intent.ts';
import { beginnings } from './joining.ts';
import { ROOM_LIMITS } from './limits.ts';
import { Places } from './places.ts';
import { Room } from './room.ts';
import type { RoomGround } from './room-ground.ts';

export interface RoomsOptions {
  log: Log;
  school: School;
  papers: SharedPaper[];
  firsts: FirstRow[];
  fence: number;
  /** Called once when another relay has claimed the store. */
  fenced?: (() => void) | undefined;
  relayLog: RelayLog;
  metrics: Metrics;
  idleMs?: number | undefined;
}

export type Heard = (room: Room, append: Append, taken: Taken & { ok: true; known: false }) => void;

export class Rooms {
  readonly places: Places;
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #ground: RoomGround;
  readonly #heard = new Set<Heard>();
  readonly #onStorage = new Set<(full: boolean) => void>();
  readonly #thinning = new Set<string>();
  readonly #erasing: Erasing;
  readonly #sweeper: NodeJS.Timeout;
  #prober: NodeJS.Timeout | undefined;
  #isFenced = false;
  #closed = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.places = new Places(options.school, options.papers, options.firsts);
    this.#ground = {
      log: options.log,
      places: this.places,
      school: options.school,
      fence: options.fence,
      now: Date.now,
      isFull: () => this.isFull,
      stored: (result) => this.#stored(result),
      accepted: (room, append, taken) => this.#accepted(room, append, taken),
      begin: (joins) => this.#begin(joins),
      trouble: (event, room, error) => this.trouble(event, room, error),
    };
    this.#erasing = new Erasing({
      log: options.log,
      fence: options.fence,
      room: (name) => this.room(name),
      erased: () => options.metrics.count('erasures_total'),
      trouble: (room, error) => this.trouble('not-erased', room, error),
    });
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(ROOM_LIMITS.sweepMs, this.#idleMs));
    this.#sweeper.unref();
  }

  get isFull(): boolean {
    return this.#prober !== undefined;
  }
  /** Under which this relay owns the store. */
  get fence(): number {
    return this.#options.fence;
  }
  /** Whether another relay has claimed the store: this one never stores anything again. */
  get isFenced(): boolean {
    return this.#isFenced;
  }
  get count(): number {
    return this.#rooms.size;
  }
  /** What waits to be said in all rooms, and what was taken but is not durable. */
  get depth(): number {
    let sum = 0;
    for (const room of this.#rooms.values()) sum += room.live?.out.length ?? 0;
    return sum;
  }

  /** The room of a name that exists in the school; undefined for any other. */
  async find(name: string): Promise<Room | undefined> {
    return (await this.places.find(name)) ? this.room(name) : undefined;
  }

  /** A room whose name is known to exist. */
  room(name: string): Room {
    const known = this.#rooms.get(name);
    if (known) return known;
    const room = new Room(name, this.#ground);
    room.usedAt = Date.now();
    this.#rooms.set(name, room);
    return room;
  }

  /** A room in memory, if it is. */
  awake(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  async mayRead(person: string, name: string): Promise<Verdict> {
    await this.places.find(name);
    return this.places.mayRead(person, name);
  }

  /** Called with each durable intent. */
  onAccepted(heard: Heard): void {
    this.#heard.add(heard);
  }

  /** Called when the disk begins, and ceases, to refuse. */
  onStorage(listener: (full: boolean) => void): void {
    this.#onStorage.add(listener);
  }

  /** Erases what was deleted before the relay stopped. */
  async resume(): Promise<void> {
    for (const doc of await this.#options.log.due()) this.#erasing.soon(doc);
  }

  /** Begins nothing by itself any more; resolves when what was taken is on the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    clearInterval(this.#prober);
    this.#erasing.close();
    await Promise.all([...this.#rooms.values()].map((room) => room.quiet()));
  }

  /** Something failed that nobody asked for or waits for. */
  trouble(event: string, room: string, error: unknown): void {
    const says = error instanceof Error ? error.message : String(error);
    if (/^(not stored: )?fenced\b/.test(says)) this.#fence();
    // The kind only: behind it may stand who talks with whom.
    this.#options.relayLog.warn(event, {
      room: room.split('/')[0],
      says: says.replace(/\b(chat|paper|me|org)\/\S+/g, '$1/…'),
    });
    this.#options.metrics.count('trouble_total', { event });
  }

  get #idleMs(): number {
    return this.#options.idleMs ?? ROOM_LIMITS.idleMs;
  }

  #accepted(room: Room, append: Append, taken: Taken & { ok: true; known: false }): void {
    const { row } = append;
    for (const act of taken.acts) this.#options.metrics.count('acts_total', { act });
    for (const heard of this.#heard) heard(room, append, taken);
    if (append.gone.length > 0 || append.clears) this.#erasing.soon(row.doc);
    const doc = room.live?.docs.get(row.doc);
    if (!doc) return;
    const full = doc.rowsBehind >= ROOM_LIMITS.compactRows || doc.bytesBehind >= ROOM_LIMITS.compactBytes;
    if (!full) return;
    doc.rowsBehind = 0;
    doc.bytesBehind = 0;
    // Versions of a paper are read from its log, so its rows stay behind the snapshot.
    const isPaper = parseDoc(row.doc)?.kind === 'paper';
    room.compact(row.doc, isPaper ? 'keep' : 'drop').then(
      () => isPaper && void this.#thin(room.name, row.doc),
      (error) => this.trouble('not-compacted', room.name, error),
    );
  }

  async #begin(joins: readonly Join[]): Promise<void> {
    const all = [...beginnings(joins, this.places)];
    await Promise.all(all.map(([room, { persons, hides }]) => this.room(room).begin(persons, hides)));
  }

  /** Folds what is too much of a paper's past, one pass at a time. */
  async #thin(room: string, doc: string): Promise<void> {
    if (this.#closed || this.#thinning.has(doc)) return;
    this.#thinning.add(doc);
    try {
      await thinPast(this.#options.log, doc, this.#ground.fence, Date.now(), () => this.#closed);
    } catch (error) {
      if (!this.#closed) this.trouble('not-thinned', room, error);
    }
    this.#thinning.delete(doc);
  }

  #stored(result: AppendResult): void {
    if (!result.ok && result.why === 'fenced') this.#fence();
    if (result.ok || result.why !== 'disk' || this.isFull || this.#closed) return;
    this.#options.relayLog.error('disk-refuses');
    for (const listener of this.#onStorage) listener(true);
    this.#prober = setInterval(() => void this.#probe(), ROOM_LIMITS.probeEveryMs);
    this.#prober.unref();
  }

  #fence(): void {
    if (this.#isFenced || this.#closed) return;
    this.#isFenced = true;
    this.#options.relayLog.error('fenced', { says: 'another relay has taken this data folder over' });
    this.#options.fenced?.();
  }

  async #probe(): Promise<void> {
    const works = await this.#options.log.probe().catch(() => false);
    if (!works || !this.#prober) return;
    clearInterval(this.#prober);
    this.#prober = undefined;
    this.#options.relayLog.info('disk-takes-again');
    for (const listener of this.#onStorage) listener(false);
  }

  /**
   * A quiet room leaves the memory whole: what is in it is on disk, and the next to speak wakes it. Who watches it stays
   * on its list; a room without any is forgotten. Of rooms that are awake, segments that nobody reads leave.
   */
  #sweep(): void {
    const before = Date.now() - this.#idleMs;
    for (const [name, room] of this.#rooms) {
      if (room.isBusy) continue;
      if (room.usedAt < before) {
        room.evict();
        if (room.watchers.size === 0) this.#rooms.delete(name);
        continue;
      }
      const open = `${name}/feed/${room.live?.head}`;
      for (const [doc, kept] of room.live?.docs ?? [])
        if (doc !== open && doc.includes('/feed/') && kept.usedAt < before) room.live?.docs.delete(doc);
    }
  }
}
