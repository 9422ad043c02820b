/**
 * What a room hands to the log. Each commit of a room costs a message to everybody who watches it: while a crowd does,
 * what comes within one window of the fan-out is one commit. A quiet room, or one of a few, never waits.
 */
import type { Append, AppendResult, Log } from '../store/log.ts';
import { FAN_OUT } from './limits.ts';

interface Held {
  append: Append;
  stored(result: AppendResult): void;
  failed(error: unknown): void;
}

export class Appends {
  readonly #log: Pick<Log, 'append'>;
  readonly #fence: number;
  #held: Held[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** Appends that the log has not answered. */
  #unanswered = 0;
  #settling: (() => void)[] = [];

  constructor(log: Pick<Log, 'append'>, fence: number) {
    this.#log = log;
    this.#fence = fence;
  }

  /**
   * Tells what the log said of it, or that the log failed, once and later. The order of calls is the order in the log,
   * and of what is told.
   */
  add(
    append: Append,
    watchers: number,
    stored: (result: AppendResult) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#unanswered++;
    this.#held.push({ append, stored, failed });
    const wait = watchers < FAN_OUT.crowd ? 0 : this.#lastMs + FAN_OUT.windowMs - performance.now();
    if (wait <= 0 || this.#held.length >= FAN_OUT.heldMax) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Hands over at once what waits for the window. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.length === 0) return;
    this.#lastMs = performance.now();
    const held = this.#held;
    this.#held = [];
    const batch = held.map(({ append }) => append);
    this.#log.append(batch, this.#fence).then(
      (results) => {
        for (const [at, { stored }] of held.entries()) {
          stored(results[at] as AppendResult);
          this.#answered();
        }
      },
      (error: unknown) => {
        for (const { failed } of held) {
          failed(error);
          this.#answered();
        }
      },
    );
  }

  get isSettled(): boolean {
    return this.#unanswered === 0;
  }

  /** Resolves when the log has answered everything that was added. Nothing more is added while a job waits for it. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => this.#settling.push(resolve));
  }

  #answered(): void {
    if (--this.#unanswered > 0) return;
    for (const settle of this.#settling.splice(0)) settle();
  }
}
