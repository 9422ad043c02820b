/**
 * What a room has to say, in order, each tagged with the sequence it shows: nothing leaves before that sequence is on
 * disk. Acks, fan-out, patches and sync answers all wait here.
 */
interface Waiting {
  seq: number;
  say(): void;
  /** Called instead when the room lost what it would have shown. */
  lost?: (() => void) | undefined;
}

export class OutQueue {
  #durable: number;
  #waiting: Waiting[] = [];
  #isDropped = false;

  constructor(durable: number) {
    this.#durable = durable;
  }

  get durable(): number {
    return this.#durable;
  }
  get length(): number {
    return this.#waiting.length;
  }

  /** Says it once its sequence is on disk. Who was still reading when the memory became void is told so at once. */
  say(seq: number, say: () => void, lost?: () => void): void {
    if (this.#isDropped) lost?.();
    else if (seq <= this.#durable && this.#waiting.length === 0) say();
    else this.#waiting.push({ seq, say, lost });
  }

  /** A sequence is on disk: everything up to it may be said. */
  reached(seq: number): void {
    this.#durable = Math.max(this.#durable, seq);
    const open = this.#waiting.findIndex((waiting) => waiting.seq > this.#durable);
    const ready = this.#waiting.splice(0, open < 0 ? this.#waiting.length : open);
    for (const waiting of ready) waiting.say();
  }

  /** The memory of the room is void: what waits is lost, and told so. */
  drop(): void {
    const lost = this.#waiting;
    this.#waiting = [];
    this.#isDropped = true;
    for (const waiting of lost) waiting.lost?.();
  }
}
