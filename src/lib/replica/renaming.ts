/** Ids that become others when pending work is made again: those that no lease of ours at the relay stands behind. */
import { idOf, leaseOfId } from '#shared/feed/shape.ts';
import { bringsOf, renamed } from './acts.ts';
import { type Disk, type OutRow, SPARE } from './disk.ts';
import { burn, isPencil } from './pens.ts';
import type { Why } from './why.ts';

/** Works inside a transaction of the caller on `leases`. */
export class Renaming {
  /** Ids that became others here: old → new. */
  readonly names = new Map<string, string>();
  /** Papers that got another name, their old one first: whoever takes them moves what was written in them. */
  readonly papers: [string, string][] = [];
  readonly #disk: Disk;
  readonly #why: Why;
  /** Whether it is this very act that stands confirmed under its id. */
  readonly #hasLanded: (row: OutRow) => boolean;
  /** Leases of this device that the relay does not know (any more): ids that begin with them are nobody's there. */
  readonly #forgotten = new Set<number>();
  /** Another device's, behind which no lease stands at the relay: what begins with them is refused, each as the first was. */
  readonly #foreign = new Set<number>();
  /** Numbers of ids made here, by lease. */
  readonly #ids = new Map<number, number>();

  constructor(disk: Disk, why: Why, hasLanded: (row: OutRow) => boolean) {
    this.#disk = disk;
    this.#why = why;
    this.#hasLanded = hasLanded;
  }

  /** Whether the refusal was about an id alone: another one is all that it takes. */
  get mendsIt(): boolean {
    return this.#forgotten.size > 0;
  }

  /** A relay put back from a backup knows none of the leases that it granted since. */
  async seeWhatIsForgotten(rows: readonly OutRow[]): Promise<void> {
    const { refused, granted } = this.#why;
    const { leases } = this.#disk;
    if (refused?.code === 'foreign-lease')
      for (const { lease } of await leases.where('slot').equals(SPARE).toArray())
        if (!granted.has(lease)) await burn(this.#disk, lease);
    if (refused?.code !== 'not-yours') return;
    const row = rows.find(({ lease, n }) => lease === refused.lease && n === refused.n);
    for (const id of row ? bringsOf(row.intent) : []) {
      const lease = leaseOfId(id) ?? 0;
      const set = (await leases.get(lease)) ? this.#forgotten : this.#foreign;
      set.add(lease);
    }
  }

  /** Whether the relay's word about another act was about this one too: asked one by one, hundreds would take minutes. */
  isForeign({ intent }: OutRow): boolean {
    return bringsOf(intent).some((id) => this.#foreign.has(leaseOfId(id) ?? 0));
  }

  /**
   * The row with ids of that lease, in what it brings and in what it names, instead of those that no lease made or
   * whose lease is forgotten. Only the device that held a lease does so: two would say everything twice.
   */
  named(row: OutRow, lease: number): OutRow {
    for (const id of bringsOf(row.intent)) {
      const old = leaseOfId(id) ?? 0;
      const isTwins = this.#why.burnt.includes(old) && !this.#hasLanded(row);
      if (!isPencil(old) && !this.#forgotten.has(old) && !isTwins) continue;
      const n = (this.#ids.get(lease) ?? 0) + 1;
      this.#ids.set(lease, n);
      this.names.set(id, idOf(lease, n));
      if (row.intent.act === 'paper.create' && row.intent.paper === id)
        this.papers.push([id, idOf(lease, n)]);
    }
    const names = new Map([...this.#why.names, ...this.names]);
    const dependsOn = row.dependsOn.map((id) => names.get(id) ?? id);
    return { ...row, intent: renamed(row.intent, names), dependsOn };
  }

  /** The numbers that were used here are used for good. */
  async keep(): Promise<void> {
    for (const [lease, ids] of this.#ids) await this.#disk.leases.update(lease, { ids });
  }
}
