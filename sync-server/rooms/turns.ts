/** The jobs of a room run one after another, with the room in memory; most end within the turn they began in. */
import type { Live } from './live.ts';

export interface Job {
  run(live: Live): void | Promise<void>;
  /** The room could not be read, or lost its memory: the job did not happen. */
  failed(): void;
}

export interface TurnsGround {
  /** The room's memory, read from the log when it has none; rejects when that cannot be done. */
  awake(): Live | Promise<Live>;
  /** A job, or the reading before it, threw. */
  broke(error: unknown): void;
}

export class Turns {
  readonly #ground: TurnsGround;
  #jobs: Job[] = [];
  #running = false;

  constructor(ground: TurnsGround) {
    this.#ground = ground;
  }

  get isBusy(): boolean {
    return this.#running || this.#jobs.length > 0;
  }

  run(job: Job): void {
    this.#jobs.push(job);
    if (!this.#running) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      try {
        const live = this.#ground.awake();
        const pending = job.run(live instanceof Promise ? await live : live);
        if (pending) await pending;
      } catch (error) {
        this.#ground.broke(error);
        job.failed();
      }
    }
    this.#running = false;
  }
}
