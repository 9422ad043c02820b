/** Makes the pending work of a room again, and tells the tabs of it. */
import type { Projection } from '#shared/registry/shape.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Disk } from './disk.ts';
import type { Live } from './live-room.ts';
import { waitingIn } from './outbox.ts';
import { loadRecovery } from './parts.ts';
import { roomWord, type Tabs } from './tabs.ts';
import type { Recovered, RegistryMaker, Why } from './why.ts';

export interface MendingGround {
  person: string;
  disk: Disk;
  tabs: Tabs;
  projection(): Projection | undefined;
  registryMaker(): Promise<RegistryMaker>;
}

export class Mending {
  /** Leases that came on this connection. */
  readonly granted = new Set<number>();
  readonly #ground: MendingGround;
  /** Ids that became others while this tab led. */
  readonly #names = new Map<string, string>();

  constructor(ground: MendingGround) {
    this.#ground = ground;
  }

  /** `no-code`: what it takes did not come. Nothing was changed then: all of it stands on disk. */
  async mend(room: string, live: Live): Promise<Recovered | 'no-code'> {
    const began = performance.now();
    const recovery = await loadRecovery().catch(() => undefined);
    if (!recovery) return 'no-code';
    const registry = room.startsWith('org/') ? await this.#ground.registryMaker() : undefined;
    const why = { ...this.#why(), refused: live.refused, burnt: [...live.burnt], registry };
    const result = await recovery.recover(this.#ground.disk, room, why);
    if (!result.ok) return result;
    performance.measure('parta:recover', { start: began });
    for (const [old, name] of result.names) this.#names.set(old, name);
    this.#tell(room, result.names);
    return result;
  }

  /** A room is not readable any more: what waits for it comes back to its author. */
  async giveBack(room: string, gone: RefusalCode): Promise<void> {
    if ((await waitingIn(this.#ground.disk, room)).length === 0) return;
    const { recover } = await loadRecovery();
    await recover(this.#ground.disk, room, { ...this.#why(), gone });
    this.#tell(room, []);
  }

  #why(): Why {
    const { person } = this.#ground;
    const projection = this.#ground.projection();
    const nothing = { refused: undefined, burnt: [], registry: undefined };
    return { person, projection, ...nothing, names: this.#names, granted: this.granted };
  }

  #tell(room: string, names: [string, string][]): void {
    const { tabs } = this.#ground;
    tabs.say(roomWord(room, { rebuilt: true, names }));
    for (const topic of ['refused', 'unsent', 'chats'] as const) tabs.say({ say: 'topic', topic });
  }
}
