/** Tries of links that are none, by address. A link that waits is never counted: a school shares one address. */

/** In a minute: a class that opens yesterday's links by mistake is no attack. */
const TRIES_MAX = 120;
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 100_000;

export class Tries {
  #since = 0;
  #counts = new Map<string, number>();

  /** Counts a try; whether there were too many from that address. `now`: ms of any clock. */
  isTooMany(address: string, now: number): boolean {
    if (Math.abs(now - this.#since) > WINDOW_MS || this.#counts.size >= ADDRESSES_MAX) {
      this.#since = now;
      this.#counts.clear();
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    return count > TRIES_MAX;
  }
}
