/** Who wants to hear that something changed: each topic once a task, however often it fired. */
import type { Listener, Topic } from './types.ts';

export class Topics {
  readonly #listeners = new Set<Listener>();
  readonly #pending = new Set<Topic>();

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  fire(topic: Topic): void {
    this.#pending.add(topic);
    if (this.#pending.size > 1) return;
    queueMicrotask(() => {
      const topics = [...this.#pending];
      this.#pending.clear();
      for (const one of topics) for (const listener of [...this.#listeners]) listener(one);
    });
  }
}
