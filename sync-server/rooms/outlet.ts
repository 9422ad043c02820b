/**
 * The way out of one connection: what is said in one turn leaves as one message. Connections that say the same (a
 * fan-out) share the joined bytes.
 */

import { LIMITS } from '#shared/school/limits.ts';
import type { CloseName } from '#shared/wire/close.ts';
import { joinFrames } from '#shared/wire/codec.ts';
import { FAN_OUT, LINE_LIMITS } from './limits.ts';
import { packetOf } from './packet.ts';

/** A connection as the line sees it. */
export interface Wire {
  /** Writes a packet (packet.ts). */
  send(packet: Buffer): void;
  /** Bytes that were handed over and did not leave yet; of one who reads slowly, with their share on other connections. */
  buffered(): number;
  close(why: CloseName): void;
}

const FRAMES_PER_MESSAGE = 256;

const now = new Set<Outlet>();
const later = new Set<Outlet>();
let timer: NodeJS.Timeout | undefined;
let lastLater = 0;
let last: { frames: Uint8Array[]; packet: Buffer } | undefined;

export class Outlet {
  readonly #wire: Wire;
  readonly #onSlow: () => void;
  #frames: Uint8Array[] = [];
  #closed = false;

  /** `onSlow`: told that it closed by itself, since the other side reads too slowly. */
  constructor(wire: Wire, onSlow: () => void) {
    this.#wire = wire;
    this.#onSlow = onSlow;
  }

  /** Says a frame at the end of this turn, after everything that waits. */
  say(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#frames.push(frame);
    if (now.size === 0) setImmediate(flushNow);
    now.add(this);
  }

  /** Says what somebody else did: at once when it is quiet, with the next window when it is not. */
  sayLater(frame: Uint8Array): void {
    if (this.#closed) return;
    if (this.#frames.push(frame) >= FAN_OUT.frames) {
      if (now.size === 0) setImmediate(flushNow);
      now.add(this);
      return;
    }
    if (timer === undefined) {
      const wait = FAN_OUT.windowMs - (performance.now() - lastLater);
      timer = setTimeout(flushLater, Math.max(0, wait));
    }
    later.add(this);
  }

  /** Sends what waits, then closes. */
  close(why: CloseName): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#wire.close(why);
  }

  flush(): void {
    now.delete(this);
    later.delete(this);
    const frames = this.#frames;
    this.#frames = [];
    if (this.#closed || frames.length === 0) return;
    if (frames.length === 1) this.#wire.send(join(frames));
    else
      for (const part of parts(frames)) {
        this.#wire.send(join(part));
        // Frames share their bytes, packets do not: many asked for at once are not all made.
        if (this.#wire.buffered() > LINE_LIMITS.bufferBytesMax) break;
      }
    if (this.#wire.buffered() <= LINE_LIMITS.bufferBytesMax) return;
    this.close('slow');
    this.#onSlow();
  }
}

function flushNow(): void {
  flushAll(now);
}

function flushLater(): void {
  timer = undefined;
  lastLater = performance.now();
  flushAll(later);
}

function flushAll(outlets: Set<Outlet>): void {
  for (const outlet of [...outlets]) outlet.flush();
  outlets.clear();
  last = undefined;
}

function join(frames: Uint8Array[]): Buffer {
  const same = last?.frames.length === frames.length && last.frames.every((frame, i) => frame === frames[i]);
  if (!same || !last) last = { frames, packet: packetOf(joinFrames(frames)) };
  return last.packet;
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
