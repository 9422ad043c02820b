/** Who watches a room: a line, or a stock client. */
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Accepted } from './intent.ts';

export interface Watcher {
  readonly person: string;
  /** An accepted intent of somebody else, durable. Encoded forms are shared by all watchers. */
  heard(news: News): void;
  /** An encoded frame of the line for all of the room. Stock clients ignore it. */
  told(frame: Uint8Array): void;
  /** Another's presence in a paper, as awareness bytes; `frame` is its frame of the line. */
  shown(doc: string, bytes: Uint8Array, frame: Uint8Array): void;
}

/** An accepted intent with its encodings, made once for all watchers. */
export class News {
  readonly accepted: Accepted;
  /** It waited for others already (appends.ts): nothing is won by waiting on the way out. */
  readonly gathered: boolean;
  #frame: Uint8Array | undefined;
  #stock: Uint8Array | undefined;

  constructor(accepted: Accepted, gathered = false) {
    this.accepted = accepted;
    this.gathered = gathered;
  }

  get frame(): Uint8Array {
    this.#frame ??= encodeFrame({ kind: 'update', ...this.accepted });
    return this.#frame;
  }

  /** As a y-protocols update message; `encode` is called for the first asker only. */
  stock(encode: (bytes: Uint8Array) => Uint8Array): Uint8Array {
    this.#stock ??= encode(this.accepted.bytes);
    return this.#stock;
  }
}
