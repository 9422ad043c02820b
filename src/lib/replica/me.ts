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
  /** Drafts of this device; '' where it was emptied here. One that was shared is what the devices last agreed on. */
  readonly #drafts = new Map<string, { text: string; shared: boolean }>();
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
  loadDrafts(rows: readonly { key: string; value: unknown; shared?: true }[]): void {
    for (const { key, value, shared = false } of rows)
      if (key.startsWith('draft/') && typeof value === 'string')
        this.#drafts.set(key.slice(6), { text: value, shared });
  }

  draft(chat: string): string {
    const own = this.#drafts.get(chat);
    const map = own && !own.shared ? undefined : this.#map('drafts');
    if (!map) return own?.text ?? '';
    const shared = map.get(chat);
    return typeof shared === 'string' ? shared : '';
  }

  setDraft(chat: string, text: string): void {
    if (this.draft(chat) === text) return;
    this.#drafts.set(chat, { text, shared: false });
    for (const timer of this.#timers.get(chat) ?? []) clearTimeout(timer);
    const keep = setTimeout(() => void this.#keep(chat, text), text === '' ? 0 : KEEP_MS);
    const share = setTimeout(() => void this.#share(chat, text), text === '' ? 0 : REST_MS);
    this.#timers.set(chat, [keep, share]);
    this.#ground.changed(chat);
  }

  /** Writes unfinished messages to disk, and into the outbox for the other devices, now. */
  async flush(): Promise<void> {
    for (const timer of [...this.#timers.values()].flat()) clearTimeout(timer);
    const chats = [...this.#timers.keys()];
    this.#timers.clear();
    for (const chat of chats) {
      const text = this.#drafts.get(chat)?.text ?? '';
      await this.#keep(chat, text);
      await this.#share(chat, text);
    }
  }

  async #keep(chat: string, text: string, shared?: true): Promise<void> {
    const row = { key: `draft/${chat}` as const, value: text, ...(shared && { shared }) };
    // A full disk is told where a message is sent; a draft that is not kept must not stop the typing.
    await this.#ground.disk.kv.put(row).catch(() => {});
  }

  async #share(chat: string, text: string): Promise<void> {
    this.#timers.delete(chat);
    const value = text === '' ? null : text;
    const { ok } = await this.#ground.write({ act: 'me.set', root: 'drafts', key: chat, value });
    if (!ok || this.#drafts.get(chat)?.text !== text) return;
    this.#drafts.set(chat, { text, shared: true });
    await this.#keep(chat, text, true);
  }

  #map(root: 'settings' | 'drafts') {
    return this.#ground.copy().docs.get(meDoc(this.#ground.person))?.getMap<Plain>(root);
  }
}
