/**
 * What a room stores beside its sequence, in order with it: leases that a refusal closed, and the numbers of intents that
 * changed nothing.
 */
import type { LeaseLast } from '../store/log.ts';
import type { Appends } from './appends.ts';
import type { Ground, Live } from './live.ts';

interface Owner {
  /** Told why something could not be stored. */
  notNoted(error: unknown): void;
  evict(): void;
}

export class Beside {
  readonly #ground: Ground;
  readonly #appends: Appends;
  readonly #room: Owner;

  constructor(ground: Ground, appends: Appends, room: Owner) {
    this.#ground = ground;
    this.#appends = appends;
    this.#room = room;
  }

  closeLease(live: Live, lease: number, person: string, say: () => void, lost: () => void): Promise<void> {
    const { log, fence } = this.#ground;
    return this.#store(live, () => log.closeLease(live.room, lease, person, fence), say, lost);
  }

  number(live: Live, last: LeaseLast, replaces: number, say: () => void, lost: () => void): Promise<void> {
    const { log, fence } = this.#ground;
    return this.#store(live, () => log.noteNumber(live.room, last, replaces, fence), say, lost);
  }

  /** And says so. Later jobs wait: none may overtake it. */
  #store(live: Live, store: () => Promise<void>, say: () => void, lost: () => void): Promise<void> {
    // Earlier intents may wait for the window of a crowd: they come first on the disk too.
    this.#appends.flush();
    return store().then(
      () => {
        if (live.dead) say();
        else live.out.say(live.seq, say, lost);
      },
      (error: unknown) => {
        this.#room.notNoted(error);
        lost();
        if (!live.dead) this.#room.evict();
      },
    );
  }
}
