/** The person's own settings and unfinished messages. */
import { meDoc } from '#shared/school/names.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk } from './disk.ts';
import type { Intent, Me, Plain, Verdict } from './types.ts';

/** A draft travels to the other devices when the writing rests this long. */
const REST_MS = 4_000;
const KEEP_MS = 250;

export interface MeGround {
  person: string;
  disk: Disk;
  copy(): RoomCopy;
  write(intent: Intent): Promise<Verdict>;
  changed(chat: string): void;
}

export class MeView implements Me {
  readonly #ground: MeGround;
  /** Drafts of this device; '' where it was emptied here. */
  readonly #drafts = new Map<string, string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>[]>();

  constructor(ground: MeGround) {
    this.#ground = ground;
  }

  setting(key: string): Plain | undefined {
    return this.#map('settings')?.get(key);
  }

  settings(): Readonly<Record<string, Plain>> {
    return Object.fromEntries(this.#map('settings') ?? []);
  }

  set(key: string, value: Plain | null): Promise<Verdict> {
    return this.#ground.write({ act: 'me.set', root: 'settings', key, value });
  }

  /** Drafts kept on this device, read at opening. */
  loadDrafts(rows: readonly { key: string; value: unknown }[]): void {
    for (const { key, value } of rows)
      if (key.startsWith('draft/') && typeof value === 'string') this.#drafts.set(key.slice(6), value);
  }

  draft(chat: string): string {
    const own = this.#drafts.get(chat);
    if (own !== undefined) return own;
    const shared = this.#map('drafts')?.get(chat);
    return typeof shared === 'string' ? shared : '';
  }

  setDraft(chat: string, text: string): void {
    if (this.draft(chat) === text) return;
    this.#drafts.set(chat, text);
    for (const timer of this.#timers.get(chat) ?? []) clearTimeout(timer);
    const keep = setTimeout(() => void this.#keep(chat, text), text === '' ? 0 : KEEP_MS);
    const share = setTimeout(() => void this.#share(chat, text), REST_MS);
    this.#timers.set(chat, [keep, share]);
    this.#ground.changed(chat);
  }

  /** Writes unfinished messages to disk now. */
  async flush(): Promise<void> {
    for (const chat of this.#timers.keys()) await this.#keep(chat, this.#drafts.get(chat) ?? '');
    for (const timer of [...this.#timers.values()].flat()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #keep(chat: string, text: string): Promise<void> {
    // A full disk is told where a message is sent; a draft that is not kept must not stop the typing.
    await this.#ground.disk.kv.put({ key: `draft/${chat}`, value: text }).catch(() => {});
  }

  async #share(chat: string, text: string): Promise<void> {
    this.#timers.delete(chat);
    await this.#ground.write({ act: 'me.set', root: 'drafts', key: chat, value: text === '' ? null : text });
  }

  #map(root: 'settings' | 'drafts') {
    return this.#ground.copy().docs.get(meDoc(this.#ground.person))?.getMap<Plain>(root);
  }
}
