/** What one connection has to do with rooms. One map holds all of it: thousands of idle connections cost memory. */
import type { Room } from './room.ts';

/** The device caches it or has opened it before; it has asked for it and has no answer; both; or it is in it. */
type Standing = 'known' | 'asked' | 'known and asked' | Room;

export class LineRooms {
  readonly #rooms = new Map<string, Standing>();

  get size(): number {
    return this.#rooms.size;
  }
  has(name: string): boolean {
    return this.#rooms.has(name);
  }

  /** Rooms of which the device is told when they stop being readable. */
  *known(): Iterable<string> {
    for (const [name, standing] of this.#rooms) if (standing !== 'asked') yield name;
  }
  /** Rooms that it hears. */
  *open(): Iterable<Room> {
    for (const standing of this.#rooms.values()) if (typeof standing === 'object') yield standing;
  }
  /** The room, if the connection is in it. */
  get(name: string): Room | undefined {
    const standing = this.#rooms.get(name);
    return typeof standing === 'object' ? standing : undefined;
  }
  /** Whether the device still wants in: an answer may come after it has left. */
  isAsked(name: string): boolean {
    const standing = this.#rooms.get(name);
    return standing !== undefined && standing !== 'known';
  }

  know(name: string): void {
    const standing = this.#rooms.get(name);
    if (standing === undefined) this.#rooms.set(name, 'known');
    else if (standing === 'asked') this.#rooms.set(name, 'known and asked');
  }
  ask(name: string): void {
    const standing = this.#rooms.get(name);
    if (standing === undefined) this.#rooms.set(name, 'asked');
    else if (standing === 'known') this.#rooms.set(name, 'known and asked');
  }
  enter(room: Room): void {
    this.#rooms.set(room.name, room);
  }

  /** It is not asked for any more, nor heard; what was known stays known. */
  shut(name: string): void {
    const standing = this.#rooms.get(name);
    if (standing === 'asked') this.#rooms.delete(name);
    else if (standing !== undefined) this.#rooms.set(name, 'known');
  }
  forget(name: string): void {
    this.#rooms.delete(name);
  }
  clear(): void {
    this.#rooms.clear();
  }
}
