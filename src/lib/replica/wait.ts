/** Small clocks and gates of the engine. */

/** Runs `work` once for any number of calls that come before it began, and once more for those that came while it ran. */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();
  return () => {
    // One that failed does not keep the next from being tried.
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = work();
        return running;
      });
    return next;
  };
}

/** Promises that others settle by key, each with a longest wait. */
export class Waits<T> {
  readonly #waiting = new Map<string, Set<(value: T | undefined) => void>>();

  /** Resolves with what `settle` gives for this key, or undefined after `ms`. */
  for(key: string, ms: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const done = (value: T | undefined) => {
        clearTimeout(timer);
        this.#waiting.get(key)?.delete(done);
        resolve(value);
      };
      const timer = setTimeout(() => done(undefined), ms);
      const set = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, set.add(done));
    });
  }

  settle(key: string, value: T): void {
    for (const done of [...(this.#waiting.get(key) ?? [])]) done(value);
  }
}
