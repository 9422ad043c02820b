/** What a person should know about this browser's storage, said once and then found in the settings. */
import { createContext } from 'svelte';
import { keepStorage } from '#lib/session/storage.ts';
import { type Notice, noticesOf, readDevice } from '#lib/session/support.ts';

const KEY = 'parta-notices-read';

export class DeviceNotices {
  #persistent = $state<boolean>();
  #read = $state.raw<ReadonlySet<string>>(new Set(localStorage.getItem(KEY)?.split(' ') ?? []));
  #asked = false;
  #refused = $state(false);

  /** Everything that holds for this browser, the gravest first. */
  get all(): Notice[] {
    return noticesOf(readDevice(this.#persistent));
  }

  /** What was not yet read. */
  get fresh(): Notice | undefined {
    return this.all.find((notice) => !this.#read.has(notice));
  }

  /** undefined: not known. */
  get persistent(): boolean | undefined {
    return this.#persistent;
  }

  /** Whether the browser said no when its person asked. */
  get refused(): boolean {
    return this.#refused;
  }

  dismiss(notice: Notice): void {
    this.#read = new Set([...this.#read, notice]);
    localStorage.setItem(KEY, [...this.#read].join(' '));
  }

  /** Looks without asking. */
  async look(): Promise<void> {
    if ((await navigator.storage?.persisted?.().catch(() => false)) === true) this.#persistent = true;
  }

  /** Asks the browser to keep what is stored; by itself once, after something of value was written. */
  async keep(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    this.#persistent = await keepStorage();
  }

  /** Asks for a person who wants it: each time, and a no is told. */
  async ask(): Promise<void> {
    this.#asked = true;
    this.#refused = false;
    this.#persistent = await keepStorage();
    this.#refused = this.#persistent !== true;
  }
}

export const [getNotices, setNotices] = createContext<DeviceNotices>();
