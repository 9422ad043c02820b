/** A relay that is slow with one document: what it says from that patch on comes only when a device asks or goes on. */
import type { Frame } from '#shared/wire/frames.ts';

export class Late {
  readonly #doc: string;
  #waiting: (() => void)[] | undefined;

  constructor(doc: string) {
    this.#doc = doc;
  }

  /** Sends what may come now, and keeps the rest in its order. */
  pass(frames: Frame[], send: (frames: Frame[]) => void): void {
    const found = frames.findIndex((frame) => frame.kind === 'patch' && frame.doc === this.#doc);
    const cut = this.#waiting ? 0 : found < 0 ? frames.length : found;
    send(frames.slice(0, cut));
    if (cut === frames.length) return;
    this.#waiting ??= [];
    this.#waiting.push(() => send(frames.slice(cut)));
  }

  /** Whether a device asked for the document, or wrote in it, while its patch was kept: then everything is sent. */
  isAskedBy(frames: readonly Frame[]): boolean {
    const isAsked = frames.some(
      ({ kind, ...frame }) => ASKS.has(kind) && 'doc' in frame && frame.doc === this.#doc,
    );
    if (!this.#waiting || !isAsked) return false;
    for (const send of this.#waiting) send();
    return true;
  }
}

const ASKS: ReadonlySet<Frame['kind']> = new Set(['pull', 'push']);
