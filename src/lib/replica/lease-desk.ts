/** Leases that are asked for and kept: one question at a time. */
import { LIMITS } from '#shared/school/limits.ts';
import type { Frame } from '#shared/wire/frames.ts';
import { type Disk, SPARE } from './disk.ts';
import { SPARES_KEPT, sparesIn } from './pens.ts';
import type { Tabs } from './tabs.ts';

export interface LeaseGround {
  disk: Disk;
  tabs: Tabs;
  send(frame: Frame): void;
  online(): boolean;
}

export class LeaseDesk {
  readonly #ground: LeaseGround;
  #asked = false;

  constructor(ground: LeaseGround) {
    this.#ground = ground;
  }

  ask(count: number): void {
    if (this.#asked || !this.#ground.online()) return;
    this.#asked = true;
    const asked = Math.min(LIMITS.leasesPerGrantMax, Math.max(count, 2));
    this.#ground.send({ kind: 'lease-ask', count: asked });
  }

  /** For tabs and refusals without a network. */
  async askForSpares(): Promise<void> {
    if ((await sparesIn(this.#ground.disk)) < SPARES_KEPT) this.ask(SPARES_KEPT);
  }

  async keep(leases: readonly number[]): Promise<void> {
    this.#asked = false;
    await this.#ground.disk.leases.bulkPut(leases.map((lease) => ({ lease, slot: SPARE, ids: 0 })));
    this.#ground.tabs.say({ say: 'leases' });
  }

  /** The line changed: what was asked on it is not answered any more. */
  forget(): void {
    this.#asked = false;
  }
}
