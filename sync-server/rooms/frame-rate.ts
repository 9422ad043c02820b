/** Frames of one connection, whatever they ask for: so many in a second. */
import { LINE_LIMITS } from './limits.ts';

export class FrameRate {
  #since = 0;
  #count = 0;

  /** Counts frames that came; whether there may be so many. */
  may(frames: number): boolean {
    const now = Date.now();
    if (now - this.#since > 1000) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += frames;
    return this.#count <= LINE_LIMITS.framesPerSecondMax;
  }
}
