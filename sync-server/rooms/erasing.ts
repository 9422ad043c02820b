/** Gone means gone: what was deleted, cleared or replaced leaves the disk a moment later. */
import { parseDoc, roomOf } from '#shared/school/names.ts';
import type { Log } from '../store/log.ts';
import { ROOM_LIMITS } from './limits.ts';
import type { Room } from './room.ts';

export interface ErasingGround {
  log: Log;
  fence: number;
  room(name: string): Room;
  erased(): void;
  trouble(room: string, error: unknown): void;
}

export class Erasing {
  readonly #ground: ErasingGround;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Documents of single persons: their words change all day long, and each erasure holds up everybody's acks. */
  #own = new Set<string>();
  #ownTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(ground: ErasingGround) {
    this.#ground = ground;
  }

  /** Something in the document is to be nowhere on the disk. */
  soon(doc: string): void {
    if (parseDoc(doc)?.kind === 'me') this.#ownSoon(doc);
    else this.#after(doc, ROOM_LIMITS.eraseAfterMs);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    clearTimeout(this.#ownTimer);
  }

  #after(doc: string, ms: number): void {
    if (this.#closed || this.#timers.has(doc)) return;
    this.#timers.set(doc, setTimeout(() => void this.#erase(doc), ms).unref());
  }

  async #erase(doc: string): Promise<void> {
    this.#timers.delete(doc);
    const room = this.#ground.room(roomOf(doc));
    try {
      await room.compact(doc, 'erase');
      this.#ground.erased();
    } catch (error) {
      this.#ground.trouble(room.name, error);
      this.#after(doc, ROOM_LIMITS.eraseRetryMs);
    }
  }

  #ownSoon(doc: string): void {
    this.#own.add(doc);
    if (this.#closed || this.#ownTimer) return;
    this.#ownTimer = setTimeout(() => void this.#eraseOwn(), ROOM_LIMITS.eraseOwnAfterMs).unref();
  }

  /** What is cleared while this runs is new to the next run: a document is due up to the sequence that was shown. */
  async #eraseOwn(): Promise<void> {
    const docs = this.#own;
    this.#own = new Set();
    this.#ownTimer = undefined;
    const shown: { doc: string; seq: number }[] = [];
    for (const doc of docs) {
      if (this.#closed) return;
      const seq = await this.#attempt(doc, (room) => room.compact(doc, 'forget'));
      if (seq !== undefined) shown.push({ doc, seq });
    }
    const [first] = shown;
    if (!first || this.#closed) return;
    const { log, fence, erased, trouble } = this.#ground;
    try {
      await log.wipe(shown, fence);
      for (const _ of shown) erased();
    } catch (error) {
      trouble(first.doc, error);
      for (const { doc } of shown) this.#ownSoon(doc);
    }
  }

  async #attempt<T>(doc: string, work: (room: Room) => Promise<T>): Promise<T | undefined> {
    const room = this.#ground.room(roomOf(doc));
    try {
      return await work(room);
    } catch (error) {
      this.#ground.trouble(room.name, error);
      this.#ownSoon(doc);
      return undefined;
    }
  }
}
