// One chat with its readers and writers: who has seen which message, and how long that took.
import type { Line, RunningServer } from '../servers/server-kind.ts';
import { within } from './deadline.ts';

export interface AudienceSize {
  readonly chat: number;
  readonly readers: number;
  readonly writers: number;
  readonly messages: number;
}

const CONNECTED_AT_ONCE = 50;
const CONNECT_TIMEOUT_MS = 60_000;
const SEEN_TIMEOUT_MS = 30_000;

export class Audience {
  /** From due to seen, one entry a delivery. */
  readonly latenciesMs: Float64Array;
  readonly #size: AudienceSize;
  readonly #dueMs: Float64Array;
  readonly #seenBy: Uint16Array;
  readonly #lines: Line[] = [];
  readonly #writers: Line[] = [];
  readonly #wakers: (() => void)[] = [];
  #deliveries = 0;
  #seenByAll = 0;

  private constructor(size: AudienceSize) {
    this.#size = size;
    this.#dueMs = new Float64Array(size.messages);
    this.#seenBy = new Uint16Array(size.messages);
    this.latenciesMs = new Float64Array(size.messages * size.readers);
  }

  /** Opens the chat with everybody synced and the writers' messages ready. */
  static async gather(server: RunningServer, size: AudienceSize): Promise<Audience> {
    const audience = new Audience(size);
    await within(CONNECT_TIMEOUT_MS, 'not everybody was synced', audience.#gather(server));
    return audience;
  }

  /** Message `index` of the chat; writers take turns. */
  send(index: number, dueMs: number): void {
    const writer = this.#writers[index % this.#writers.length];
    this.#dueMs[index] = dueMs;
    writer?.send(Math.floor(index / this.#writers.length));
  }

  /** Resolves when each of the first `count` messages has been seen by every reader. */
  async seen(count: number): Promise<void> {
    await within(SEEN_TIMEOUT_MS, `not all of ${count} messages were seen by all`, this.#seen(count));
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  async disperse(): Promise<void> {
    await Promise.all([...this.#lines, ...this.#writers].map((line) => line.close()));
  }

  async #gather(server: RunningServer): Promise<void> {
    const { chat, readers, writers, messages } = this.#size;
    const room = { kind: 'chat', index: chat } as const;
    const delivered = (seat: number, first: number, count: number) =>
      this.#deliver(seat - readers, first, count);
    for (let seat = 0; seat < readers; seat++) {
      this.#lines.push(server.join(room, seat, { delivered }));
      if (seat % CONNECTED_AT_ONCE === 0) await this.#lines[seat]?.synced;
    }
    await Promise.all(this.#lines.map((line) => line.synced));
    for (let writer = 0; writer < writers; writer++) {
      const line = server.join(room, readers + writer, {});
      await line.synced;
      await line.compose(Math.ceil(messages / writers));
      this.#writers.push(line);
    }
  }

  #deliver(writer: number, first: number, count: number): void {
    const now = performance.now();
    for (let nth = first; nth < first + count; nth++) {
      const index = nth * this.#size.writers + writer;
      this.latenciesMs[this.#deliveries++] = now - (this.#dueMs[index] ?? now);
      const seenBy = (this.#seenBy[index] ?? 0) + 1;
      this.#seenBy[index] = seenBy;
      if (seenBy === this.#size.readers) this.#seenByAll++;
    }
    for (const wake of this.#wakers.splice(0)) wake();
  }

  async #seen(count: number): Promise<void> {
    while (this.#seenByAll < count) await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }
}
