/** Calls of the store's thread (worker.ts), seen from the relay's own. */
import { Worker } from 'node:worker_threads';
import type { Disk, DiskOptions } from './disk.ts';
import type { Answer, Call } from './worker.ts';

/** What a call leaves behind is little, and gone with the next one: a young generation that grew would only lie there. */
const YOUNG_MB = 3;
/** Calls that write nothing: commits go on beside them. */
const READS: ReadonlySet<keyof Disk> = new Set<keyof Disk>([
  ...(['rooms', 'load', 'tail', 'moments', 'history', 'past', 'docs', 'places', 'place', 'ids'] as const),
  ...(['lasts', 'due', 'firsts', 'papers', 'leasesOf', 'size', 'seqOf', 'marksOf', 'summaries'] as const),
]);

interface Asked {
  writes: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class StoreThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  #next = 1;
  #writing = 0;
  /** While something that was read may not be on the disk yet: the answers that came since. */
  #held: Answer[] | undefined;
  #broken: Error | undefined;
  #onBroken: ((error: Error) => void) | undefined;

  /** Resolves once the database is open and migrated; rejects when it cannot be opened. */
  static async start(options: DiskOptions): Promise<StoreThread> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', reject);
    });
    return new StoreThread(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => {
      if (this.#held) this.#held.push(answer);
      else this.#settle(answer);
    });
    worker.on('error', (error: Error) => this.break(error));
    worker.on('exit', () => this.#end(new Error('the store is closed')));
  }

  /** Whether a call is under way that may hold the database's one pen. */
  get isWriting(): boolean {
    return this.#writing > 0;
  }

  call<K extends keyof Disk>(method: K, ...args: Parameters<Disk[K]>): Promise<ReturnType<Disk[K]>> {
    return this.#ask(method, !READS.has(method), args);
  }

  /** A checkpoint takes from commits only what it costs the disk: they go on beside it. */
  checkpoint(): Promise<void> {
    return this.#ask('checkpoint', false, []);
  }

  /** From now on answers wait: they may tell of a commit that is not safe yet. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) this.#settle(answer);
  }

  /** Called at most once, with what made the store useless. */
  onBroken(tell: (error: Error) => void): void {
    this.#onBroken = tell;
  }

  /** Nothing is answered any more. */
  break(error: Error): void {
    if (this.#broken) return;
    this.#end(error);
    this.#onBroken?.(error);
  }

  async close(): Promise<void> {
    if (this.#broken) return;
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.call('close');
    await gone;
  }

  #ask<T>(method: keyof Disk, writes: boolean, args: unknown[]): Promise<T> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise<T>((resolve, reject) => {
      const id = this.#next++;
      this.#asked.set(id, { writes, resolve: resolve as (value: unknown) => void, reject });
      if (writes) this.#writing++;
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  #settle(answer: Answer): void {
    const asked = this.#asked.get(answer.id);
    if (!asked) return;
    this.#asked.delete(answer.id);
    if (asked.writes) this.#writing--;
    if (answer.error === undefined) asked.resolve(answer.value);
    else asked.reject(Object.assign(new Error(answer.error), { code: answer.code }));
  }

  #end(error: Error): void {
    this.#broken ??= error;
    for (const asked of this.#asked.values()) asked.reject(this.#broken);
    this.#asked.clear();
  }
}
