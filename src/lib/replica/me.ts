/** The person's own settings and unfinished messages. */
import { meDoc } from '#shared/school/names.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk } from './disk.ts';
import { forgetDraft, noteDraft, notedDrafts } from './typed-notes.ts';
import type { Intent, Me, Plain, Verdict } from './types.ts';

/** A draft travels to the other devices when the writing rests this long. */
const REST_MS = 4_000;
const KEEP_MS = 250;

type Timer = ReturnType<typeof setTimeout>;

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
  readonly #timers = new Map<string, { keep: Timer | undefined; share: Timer }>();

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
    // What the page before this one could not bring to the disk any more.
    for (const [chat, text] of notedDrafts(this.#ground.person)) this.#takeUp(chat, text);
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
    this.#takeUp(chat, text);
    this.#ground.changed(chat);
  }

  /** Writes unfinished messages to disk, and into the outbox for the other devices, now. */
  async flush(): Promise<void> {
    const chats = [...this.#timers.keys()];
    for (const chat of chats) {
      this.#stop(chat);
      // A page that is going does not hear the disk's answer.
      noteDraft(this.#ground.person, chat, this.#textOf(chat));
    }
    for (const chat of chats) {
      await this.#keep(chat);
      await this.#share(chat, this.#textOf(chat));
    }
  }

  #takeUp(chat: string, text: string): void {
    this.#drafts.set(chat, { text, shared: false });
    // A hand that never rests is kept all the same.
    const running = text === '' ? undefined : this.#timers.get(chat)?.keep;
    this.#stop(chat, running);
    const keep = running ?? setTimeout(() => void this.#keep(chat), text === '' ? 0 : KEEP_MS);
    const share = setTimeout(() => void this.#share(chat, text), text === '' ? 0 : REST_MS);
    this.#timers.set(chat, { keep, share });
  }

  #stop(chat: string, but?: Timer): void {
    const { keep, share } = this.#timers.get(chat) ?? {};
    if (keep !== but) clearTimeout(keep);
    clearTimeout(share);
    this.#timers.delete(chat);
  }

  #textOf(chat: string): string {
    return this.#drafts.get(chat)?.text ?? '';
  }

  async #keep(chat: string, shared?: true): Promise<void> {
    const timers = this.#timers.get(chat);
    if (timers) timers.keep = undefined;
    const { person, disk } = this.#ground;
    const text = this.#textOf(chat);
    const row = { key: `draft/${chat}` as const, value: text, ...(shared && { shared }) };
    try {
      await disk.kv.put(row);
      if (this.#textOf(chat) === text) forgetDraft(person, chat);
    } catch {
      // A full disk is told where a message is sent; a draft that is not kept must not stop the typing.
      noteDraft(person, chat, text);
    }
  }

  async #share(chat: string, text: string): Promise<void> {
    this.#timers.delete(chat);
    const value = text === '' ? null : text;
    const { ok } = await this.#ground.write({ act: 'me.set', root: 'drafts', key: chat, value });
    if (!ok || this.#drafts.get(chat)?.text !== text) return;
    this.#drafts.set(chat, { text, shared: true });
    await this.#keep(chat, true);
  }

  #map(root: 'settings' | 'drafts') {
    return this.#ground.copy().docs.get(meDoc(this.#ground.person))?.getMap<Plain>(root);
  }
}
