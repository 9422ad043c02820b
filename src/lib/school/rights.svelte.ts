/**
 * Changes to the registry by those who may make them, offline too: what is written on this device shows at once, and what
 * the relay refused comes back with its reason. The registry's own library is loaded with the first change.
 */
import { live } from '#lib/replica/live.svelte.ts';
import type { Device, RefusedDraft, RegistryDesk, Verdict } from '#lib/replica/types.ts';
import { type Matrix, may } from '#shared/school/may.ts';
import type { Duty, Role } from '#shared/school/roles.ts';

export type DeskState =
  | { at: 'loading' }
  | { at: 'open'; desk: RegistryDesk }
  /** Its files are not on this device and there is no network. */
  | { at: 'out-of-reach' };

export class Rights {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;
  readonly #room: string;
  #state = $state.raw<DeskState>({ at: 'loading' });
  #refusal = $state.raw<Extract<Verdict, { ok: false }>>();
  #closed = false;
  #opening = false;
  /** Something changed while it was being opened. */
  #again = false;
  readonly #stop: () => void;

  constructor(device: Device) {
    this.#device = device;
    this.#room = `org/${device.projection?.org.id ?? ''}`;
    this.#follow = live(device, [
      'projection',
      'refused',
      'unsent',
      `org/${device.projection?.org.id ?? ''}`,
    ]);
    this.#stop = device.subscribe((topic) => {
      if (topic === 'projection' || (topic === 'line' && device.line.at === 'online')) void this.#open();
    });
    void this.#open();
  }

  get state(): DeskState {
    return this.#state;
  }

  /** Why the last change was not kept. */
  get refusal(): Extract<Verdict, { ok: false }> | undefined {
    return this.#refusal;
  }

  get refused(): RefusedDraft[] {
    return this.#follow(() => this.#device.refused().filter(({ room }) => room === this.#room));
  }

  /** The role as this device wants it, and whether the school has it already. */
  role(person: string): { role: Role; settled: boolean } | undefined {
    return this.#follow(() => {
      const known = this.#device.who(person)?.role;
      const wanted = this.#desk?.role(person) ?? known;
      return wanted && { role: wanted, settled: wanted === known };
    });
  }

  matrix(chat: string): { matrix: Matrix; settled: boolean } | undefined {
    return this.#follow(() => {
      const { projection } = this.#device;
      const known = (projection?.chats[chat] ?? projection?.governed?.[chat])?.matrix;
      const wanted = this.#desk?.matrix(chat) ?? known;
      return wanted && { matrix: wanted, settled: sameMatrix(wanted, known) };
    });
  }

  hidesHistory(chat: string): { hides: boolean; settled: boolean } {
    return this.#follow(() => {
      const { projection } = this.#device;
      const known = (projection?.chats[chat] ?? projection?.governed?.[chat])?.hidesHistory === true;
      const hides = this.#desk?.hidesHistory(chat) ?? known;
      return { hides, settled: hides === known };
    });
  }

  duty(person: string, unit: string): { duty: Duty | undefined; settled: boolean } {
    return this.#follow(() => {
      const known = this.#device.who(person)?.duties[unit];
      const wanted = this.#desk ? this.#desk.duty(person, unit) : known;
      return { duty: wanted, settled: wanted === known };
    });
  }

  /** True when it is kept on the device. */
  async setDuty(person: string, unit: string, to: Duty | undefined): Promise<boolean> {
    return this.#keep(await this.#desk?.setDuty(person, unit, to));
  }

  /** True when it is kept on the device. */
  async setRole(person: string, to: Role): Promise<boolean> {
    return this.#keep(await this.#desk?.setRole(person, to));
  }

  /** True when it is kept on the device. */
  async setMatrix(chat: string, to: Matrix): Promise<boolean> {
    return this.#keep(await this.#desk?.setMatrix(chat, to));
  }

  /** True when it is kept on the device. */
  async setHistory(chat: string, to: boolean): Promise<boolean> {
    return this.#keep(await this.#desk?.setHistory(chat, to));
  }

  async dismiss(draft: RefusedDraft): Promise<void> {
    await this.#device.dismiss(draft.id);
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#desk?.close();
  }

  get #desk(): RegistryDesk | undefined {
    return this.#state.at === 'open' ? this.#state.desk : undefined;
  }

  /** Tried again when the network comes, or the school tells who this is. */
  async #open(): Promise<void> {
    if (this.#desk) return;
    this.#again = this.#opening;
    if (this.#opening) return;
    const me = this.#device.projection?.me;
    // A megabyte of library is for those who may read what it opens.
    if (!me || !may({ person: me.id, ...me }, 'registry.read', { kind: 'org' }).ok) return;
    this.#opening = true;
    try {
      const desk = await this.#device.registry();
      if (this.#closed) desk.close();
      else this.#state = { at: 'open', desk };
    } catch {
      this.#state = { at: 'out-of-reach' };
    }
    this.#opening = false;
    if (this.#again) void this.#open();
  }

  #keep(verdict: Verdict | undefined): boolean {
    this.#refusal = verdict && !verdict.ok ? verdict : undefined;
    return verdict?.ok === true;
  }
}

function sameMatrix(a: Matrix, b: Matrix | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof Matrix)[]).every((key) => a[key] === b[key]);
}
