/** Intents that were sent and not answered, over all rooms: a relay takes so many of a connection and no more. */
import { LIMITS } from '#shared/school/limits.ts';
import type { Live } from './live-room.ts';

export class InFlight {
  #count = 0;
  /** Rooms with more to send than may be in flight. */
  readonly #blocked = new Set<string>();

  get free(): number {
    return Math.max(LIMITS.inFlightMax - this.#count, 0);
  }

  add(live: Live, lease: number, n: number): void {
    live.inFlight.add(`${lease}.${n}`);
    this.#count++;
  }

  /** False when nobody waits for this answer (any more). */
  answered(live: Live, lease: number, n: number): boolean {
    if (!live.inFlight.delete(`${lease}.${n}`)) return false;
    this.#count--;
    return true;
  }

  /** No answer of this room is waited for any more. */
  forget(live: Live): void {
    this.#count -= live.inFlight.size;
    live.inFlight.clear();
  }

  block(room: string): void {
    this.#blocked.add(room);
  }

  /** The rooms that may go on now: by halves, so that a long outbox is not read again for every answer. */
  unblocked(): string[] {
    if (this.#blocked.size === 0 || this.#count >= LIMITS.inFlightMax / 2) return [];
    const rooms = [...this.#blocked];
    this.#blocked.clear();
    return rooms;
  }

  /** The line went. */
  reset(): void {
    this.#count = 0;
    this.#blocked.clear();
  }
}
