/** What this tab asks of the relay beyond what comes by itself: older segments, and where a message stands. */
import { chatRoom } from '#shared/school/names.ts';
import type { Disk } from './disk.ts';
import type { Tabs } from './tabs.ts';
import { Waits } from './wait.ts';

/** How long older content and answers of the relay are waited for. */
const FETCH_MS = 10_000;

export class Fetching {
  readonly #disk: Disk;
  readonly #tabs: Tabs;
  readonly #online: () => boolean;
  readonly #fetches = new Waits<boolean>();
  readonly #finds = new Waits<string>();

  constructor(disk: Disk, tabs: Tabs, online: () => boolean) {
    this.#disk = disk;
    this.#tabs = tabs;
    this.#online = online;
  }

  /** Brings a document to disk if it can; whether it is there now. */
  async fetch(doc: string): Promise<boolean> {
    const isHere = async () => (await this.#disk.docs.get(doc)) !== undefined;
    const here = await isHere();
    if (!this.#online()) return here;
    // What is held is shown now; if it is behind, the rest comes by itself (and nothing comes when it is not).
    const arrived = here ? undefined : this.#fetches.for(doc, FETCH_MS);
    this.#tabs.say({ say: 'pull', doc });
    await arrived;
    return here || isHere();
  }

  /** The document that holds a message, '' for none; undefined when nobody can tell now. */
  async ask(chat: string, message: string): Promise<string | undefined> {
    const place = await this.#disk.places.get([chatRoom(chat), message]);
    if (place) return place.doc;
    if (!this.#online()) return undefined;
    const found = this.#finds.for(`${chat}:${message}`, FETCH_MS);
    this.#tabs.say({ say: 'find', chat, id: message });
    return found;
  }

  arrived(doc: string, isThere: boolean): void {
    this.#fetches.settle(doc, isThere);
  }

  found(chat: string, message: string, doc: string): void {
    this.#finds.settle(`${chat}:${message}`, doc);
  }
}
