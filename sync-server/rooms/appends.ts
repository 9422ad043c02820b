/**
 * What a room hands to the log. Each commit of a room costs a message to everybody who watches it: while a crowd does,
 * what comes within one window of the fan-out is one commit. A quiet room, or one of a few, never waits.
 */
import type { Append, AppendResult, Log } from '../store/log.ts';
import { FAN_OUT } from './limits.ts';

interface Held {
  append: Append;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

export class Appends {
  readonly #log: Pick<Log, 'append'>;
  readonly #fence: number;
  #held: Held[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Log, 'append'>, fence: number) {
    this.#log = log;
    this.#fence = fence;
  }

  /** Resolves with what the log said of it; rejects when the log failed. The order of calls is the order in the log. */
  add(append: Append, watchers: number): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#held.push({ append, resolve, reject });
      const wait = watchers < FAN_OUT.crowd ? 0 : this.#lastMs + FAN_OUT.windowMs - performance.now();
      if (wait <= 0 || this.#held.length >= FAN_OUT.heldMax) this.flush();
      else this.#timer ??= setTimeout(() => this.flush(), wait);
    });
  }

  /** Hands over at once what waits for the window. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.length === 0) return;
    this.#lastMs = performance.now();
    const held = this.#held;
    this.#held = [];
    this.#log
      .append(
        held.map(({ append }) => append),
        this.#fence,
      )
      .then(
        (results) => {
          for (const [at, { resolve }] of held.entries()) resolve(results[at] as AppendResult);
        },
        (error: unknown) => {
          for (const { reject } of held) reject(error);
        },
      );
  }
}
