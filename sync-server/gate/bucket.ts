/** A bucket of tokens: so much at once, then so much a second. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /** `now`: ms of any clock, the same one at each call. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Whether it is as full as a new one. */
  isFull(now: number): boolean {
    return this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond >= this.#burst;
  }

  /** Takes tokens, never more than a full bucket; otherwise says after how many milliseconds they will be there. */
  spend(now: number, tokens = 1): number {
    const passed = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#perSecond);
    this.#filledAt = now;
    const price = Math.min(tokens, this.#burst);
    if (this.#tokens < price) return Math.ceil(((price - this.#tokens) / this.#perSecond) * 1000);
    this.#tokens -= price;
    return 0;
  }

  /** Takes tokens that were used already: those who come later wait until they are paid. */
  charge(tokens: number): void {
    this.#tokens -= tokens;
  }
}
