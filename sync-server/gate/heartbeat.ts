/**
 * Asks connections that say nothing whether they are still there, and ends those that do not answer: a phone that lost
 * its network says no goodbye. They get their turns one after another: thousands at once would hold up everybody's words.
 */
import { LIMITS } from '#shared/school/limits.ts';

/** A connection's socket. */
export interface Asked {
  ping(): void;
  terminate(): void;
}

/** Since when it says nothing, by `performance.now()`. */
export interface Heard {
  readonly heardAt: number;
}

interface Pace {
  turnEveryMs: number;
  silenceMs: number;
}

const PACE: Pace = { turnEveryMs: LIMITS.heartbeatMs, silenceMs: LIMITS.silenceMs };
const STEPS = 100;
/** A device asks by itself, up to a fifth after its own beat: one that does is not asked as well. */
const OWN_BEAT = 1.2;

export class Heartbeat<Socket extends Asked> {
  readonly #connections: ReadonlyMap<Socket, Heard>;
  readonly #pace: Pace;
  readonly #timer: NodeJS.Timeout;
  /** Whose turn it is; who comes meanwhile is last. */
  #round: Iterator<[Socket, Heard]>;
  /** Turns that are due, the part of one that is not yet included. */
  #due = 0;

  constructor(connections: ReadonlyMap<Socket, Heard>, pace = PACE) {
    this.#connections = connections;
    this.#pace = pace;
    this.#round = connections.entries();
    this.#timer = setInterval(() => this.#step(), pace.turnEveryMs / STEPS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #step(): void {
    // A round that stands still would hold all who left since it last went on.
    if (this.#connections.size === 0) this.#round = this.#connections.entries();
    this.#due += this.#connections.size / STEPS;
    for (; this.#due >= 1; this.#due--) {
      let next = this.#round.next();
      if (next.done) {
        this.#round = this.#connections.entries();
        next = this.#round.next();
      }
      if (!next.done) this.#turnOf(...next.value);
    }
  }

  #turnOf(socket: Socket, { heardAt }: Heard): void {
    const { turnEveryMs, silenceMs } = this.#pace;
    const silentMs = performance.now() - heardAt;
    if (silentMs > silenceMs) socket.terminate();
    else if (silentMs > turnEveryMs * OWN_BEAT) socket.ping();
  }
}
