/** What one connection asks for, in order: a flood waits for its person's turn, and nothing overtakes what waits. */
import type { Person } from '../gate/people.ts';
import { LINE_LIMITS } from './limits.ts';

export class Asking {
  /** Nothing while nothing waits: thousands of idle connections cost memory. */
  #waiting: { run: () => void; price: number; speaker: Person }[] | undefined;
  #throttle: NodeJS.Timeout | undefined;

  /** Runs something now or in its turn; `price` 0 only keeps the order. False when too much waits. */
  take(run: () => void, price: number, speaker: Person): boolean {
    this.#waiting ??= [];
    if (this.#waiting.push({ run, price, speaker }) > LINE_LIMITS.asksWaitMax) return false;
    if (this.#throttle === undefined) this.#runWaiting();
    return true;
  }

  /** The connection is gone: what waits is not asked any more. */
  stop(): void {
    clearTimeout(this.#throttle);
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
      next.run();
    }
    this.#waiting = undefined;
  }
}
