/** Makes the pending work of a room again, and tells the tabs of it. */
import type { Projection } from '#shared/registry/shape.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Disk, OutRow } from './disk.ts';
import type { Live } from './live-room.ts';
import { recover } from './recover.ts';
import { roomWord, type Tabs } from './tabs.ts';
import type { Recovered, RegistryMaker, Why } from './why.ts';

export interface MendingGround {
  person: string;
  disk: Disk;
  tabs: Tabs;
  projection(): Projection | undefined;
  registryMaker(): Promise<RegistryMaker>;
  /** Under what its leader is known on disk. */
  claim(): string | undefined;
  /** Leases that came on this connection. */
  granted: ReadonlySet<number>;
}

export class Mending {
  readonly #ground: MendingGround;
  /** Ids that became others while this tab led. */
  readonly #names = new Map<string, string>();

  constructor(ground: MendingGround) {
    this.#ground = ground;
  }

  /** What rows are about and is not on disk: a line can break after a restore emptied the room. */
  async missing(rows: readonly OutRow[]): Promise<string[]> {
    const docs = [...new Set(rows.map(({ doc }) => doc))];
    const held = await this.#ground.disk.docs.bulkGet(docs);
    return docs.filter((_, i) => !held[i]);
  }

  async mend(room: string, live: Live): Promise<Recovered> {
    const began = performance.now();
    const registry = room.startsWith('org/') ? await this.#ground.registryMaker() : undefined;
    const why = { ...this.#why(), refused: live.refused, burnt: [...live.burnt], registry };
    const result = await recover(this.#ground.disk, room, why);
    if (!result.ok) return result;
    performance.measure('parta:recover', { start: began });
    for (const [old, name] of result.names) this.#names.set(old, name);
    this.#tell(room, result);
    return result;
  }

  /** A room is not readable any more: what waits for it comes back to its author. */
  async giveBack(room: string, gone: RefusalCode): Promise<void> {
    const result = await recover(this.#ground.disk, room, { ...this.#why(), gone });
    if (result.ok) this.#tell(room, result);
  }

  #why(): Why {
    const { person } = this.#ground;
    const projection = this.#ground.projection();
    const nothing = { refused: undefined, burnt: [], registry: undefined, claim: this.#ground.claim() };
    return { person, projection, ...nothing, names: this.#names, granted: this.#ground.granted };
  }

  #tell(room: string, { names, papers }: { names: [string, string][]; papers: string[] }): void {
    const { tabs } = this.#ground;
    tabs.say(roomWord(room, { rebuilt: true, names }));
    for (const paper of papers) tabs.say(roomWord(paper, { rebuilt: true }));
    tabs.say({ say: 'outbox', rooms: papers });
    for (const topic of ['refused', 'chats', 'papers'] as const) tabs.say({ say: 'topic', topic });
  }
}
