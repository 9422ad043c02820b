/**
 * The way out of one connection: what is said in one tick leaves as one message. Connections that say the same (a
 * fan-out) share the joined bytes.
 */

import { LIMITS } from '#shared/school/limits.ts';
import type { CloseName } from '#shared/wire/close.ts';
import { joinFrames } from '#shared/wire/frames.ts';
import { LINE_LIMITS } from './limits.ts';

/** A connection as the line sees it. */
export interface Wire {
  send(message: Uint8Array): void;
  /** Bytes that were handed over and did not leave yet. */
  buffered(): number;
  close(why: CloseName): void;
}

const FRAMES_PER_MESSAGE = 256;
const waiting = new Set<Outlet>();
let lastJoin: { frames: Uint8Array[]; message: Uint8Array } | undefined;

export class Outlet {
  readonly #wire: Wire;
  #frames: Uint8Array[] = [];
  #closed = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  say(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#frames.push(frame);
    if (waiting.size === 0) setImmediate(flushAll);
    waiting.add(this);
  }

  /** Sends what waits, then closes. */
  close(why: CloseName): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#wire.close(why);
  }

  flush(): void {
    waiting.delete(this);
    const frames = this.#frames;
    this.#frames = [];
    if (this.#closed || frames.length === 0) return;
    for (const part of parts(frames)) this.#wire.send(join(part));
    if (this.#wire.buffered() > LINE_LIMITS.bufferBytesMax) this.close('slow');
  }
}

function flushAll(): void {
  const all = [...waiting];
  waiting.clear();
  for (const outlet of all) outlet.flush();
  lastJoin = undefined;
}

function join(frames: Uint8Array[]): Uint8Array {
  if (frames.length === 1) return frames[0] as Uint8Array;
  const same =
    lastJoin?.frames.length === frames.length && lastJoin.frames.every((frame, i) => frame === frames[i]);
  if (!same || !lastJoin) lastJoin = { frames, message: joinFrames(frames) };
  return lastJoin.message;
}

/** A message stays within what the other side reads. */
function parts(frames: Uint8Array[]): Uint8Array[][] {
  const all: Uint8Array[][] = [];
  let part: Uint8Array[] = [];
  let bytes = 0;
  for (const frame of frames) {
    if (
      part.length >= FRAMES_PER_MESSAGE ||
      (part.length > 0 && bytes + frame.length > LIMITS.frameBytesMax / 4)
    ) {
      all.push(part);
      part = [];
      bytes = 0;
    }
    part.push(frame);
    bytes += frame.length;
  }
  all.push(part);
  return all;
}
