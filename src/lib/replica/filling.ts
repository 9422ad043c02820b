/** Rooms that are opened in the background, most wanted first, so that each shows what is new when it is opened. */
import type { Sending } from './sending.ts';

/** Rooms kept live in the background; beyond it only heads of chats come, and a room opens when it is shown. */
const ROOMS_MAX = 300;
/** Rooms opened at a time when what is held of them only has to be completed: that is little. */
const COMPLETING_MAX = 8;

export class Filling {
  readonly #sending: Sending;
  #rooms: string[] = [];
  readonly #onTheirWay = new Set<string>();
  /** Rooms of which this device holds something: a few of them may be on their way at once. */
  #held: ReadonlySet<string> = new Set();

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  /** A new line: everything is asked for anew. `held`: rooms of which something is on the device. */
  plan(rooms: string[], held: readonly string[]): void {
    this.#rooms = rooms;
    this.#held = new Set(held);
    this.#onTheirWay.clear();
  }

  add(rooms: readonly string[]): void {
    this.#rooms.push(...rooms);
    this.next();
  }

  /** A room whose answer was cut off is asked for again with the next line. */
  forget(): void {
    this.#onTheirWay.clear();
  }

  arrived(room: string): void {
    this.#onTheirWay.delete(room);
  }

  /** Opens what comes next: whole segments one at a time, so that what is on screen never waits. */
  next(): void {
    while (this.#sending.openCount < ROOMS_MAX) {
      const room = this.#rooms.find((next) => !this.#sending.isOpen(next));
      if (room === undefined) return;
      if (this.#onTheirWay.size >= (this.#held.has(room) ? COMPLETING_MAX : 1)) return;
      this.#rooms = this.#rooms.slice(this.#rooms.indexOf(room) + 1);
      this.#onTheirWay.add(room);
      this.#sending.flush(room);
    }
  }
}
