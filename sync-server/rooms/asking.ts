/** What one connection asks for, in order: a flood waits for its person's turn, and nothing overtakes what waits. */
import type { Person } from '../gate/people.ts';
import { LINE_LIMITS } from './limits.ts';

interface Waiting {
  run: () => void;
  price: number;
  bytes: number;
  speaker: Person;
}

export class Asking {
  /** Nothing while nothing waits: thousands of idle connections cost memory. */
  #waiting: Waiting[] | undefined;
  #throttle: NodeJS.Timeout | undefined;

  /**
   * Runs something now or in its turn; `price` 0 only keeps the order, `bytes` is what it holds meanwhile. False when too
   * much waits.
   */
  take(run: () => void, price: number, speaker: Person, bytes = 0): boolean {
    speaker.askingBytes += bytes;
    this.#waiting ??= [];
    this.#waiting.push({ run, price, bytes, speaker });
    if (this.#throttle === undefined) this.#runWaiting();
    const waiting = this.#waiting?.length ?? 0;
    return waiting <= LINE_LIMITS.asksWaitMax && speaker.askingBytes <= LINE_LIMITS.askingBytesMax;
  }

  /** The connection is gone: what waits is not asked any more. */
  stop(): void {
    clearTimeout(this.#throttle);
    for (const { bytes, speaker } of this.#waiting ?? []) speaker.askingBytes -= bytes;
    this.#waiting = undefined;
  }

  #runWaiting(): void {
    this.#throttle = undefined;
    for (let next = this.#waiting?.[0]; next; next = this.#waiting?.[0]) {
      const wait = next.price > 0 ? next.speaker.ask(performance.now(), next.price) : 0;
      if (wait > 0) {
        this.#throttle = setTimeout(() => this.#runWaiting(), wait);
        return;
      }
      this.#waiting?.shift();
      next.speaker.askingBytes -= next.bytes;
      next.run();
    }
    this.#waiting = undefined;
  }
}
