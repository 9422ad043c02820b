/** What the line and the disk say to a person, in one place for the bars of the shell. */
import { live } from '#lib/replica/live.svelte.ts';
import type { Device, DiskState, LineState } from '#lib/replica/types.ts';

export class DeviceStanding {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;

  constructor(device: Device) {
    this.#device = device;
    this.#follow = live(device, ['line', 'unsent', 'disk', 'refused']);
  }

  get line(): LineState {
    return this.#follow(() => this.#device.line);
  }

  get disk(): DiskState {
    return this.#follow(() => this.#device.disk);
  }

  /** Whether what is written here is kept, or will be once there is room. */
  get holds(): boolean {
    return this.disk === 'open' || this.disk === 'full';
  }

  /** Own changes of the school that were not taken: they wait on the school's screen. */
  get refusedOfSchool(): number {
    return this.#follow(() => this.#device.refused().filter(({ room }) => room.startsWith('org/')).length);
  }

  /** Everything that leaving would lose. */
  get unsent(): number {
    return this.#follow(() => this.#device.unsent);
  }
  /** What a person would count of it. */
  get unsentActs(): number {
    return this.#follow(() => this.#device.unsentActs);
  }
}
