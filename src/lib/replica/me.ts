/** The person's own settings and unfinished messages. */

import { chatOfDraft } from '#shared/me/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { meDoc } from '#shared/school/names.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk, DraftRow } from './disk.ts';
import { besideOf } from './me-set.ts';
import { forgetNote, note, noted, notesUnder } from './typed-notes.ts';
import type { Drafts, Intent, Me, Plain, Verdict } from './types.ts';

/** A draft travels to the other devices when the writing rests this long. */
const REST_MS = 4_000;
const KEEP_MS = 250;
/** Beginning of the names under which drafts stand on disk and in notes: no paper is called so. */
const DRAFT = 'draft/';

interface Draft {
  text: string;
  /** It is what the devices last agreed on. */
  shared: boolean;
  /** Words that became a message before the composer let go of them: a draft of the same words is no other. */
  sent?: string | undefined;
  /** What the devices agreed on when it was begun. */
  over?: Plain | undefined;
  /** Its words are a message. */
  said?: true;
  /** It is kept, and shared, when these are over. */
  keep?: Timer | undefined;
  share?: Timer | undefined;
}
type Timer = ReturnType<typeof setTimeout>;

export interface MeGround {
  person: string;
  disk: Disk;
  copy(): RoomCopy;
  write(intent: Intent): Promise<Verdict>;
  /** Resolves when what was said until now is on disk, or cannot be. */
  saved(): Promise<void>;
  changed(): void;
}

export class MeView implements Me, Drafts {
  readonly #ground: MeGround;
  /** Drafts of this device; '' where it was emptied here. */
  readonly #drafts = new Map<string, Draft>();
  /** Those whose words left the composer before the disk had them. */
  readonly #held = new Map<string, Draft>();
  /** What this tab found or left on disk, by draft, and in notes, by their name: other words there are another tab's. */
  readonly #left = new Map<string, string | undefined>();

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
  loadDrafts(rows: readonly { key: string; value: unknown; shared?: true; sent?: string }[]): void {
    for (const { key, value, shared = false, sent } of rows) {
      const chat = key.slice(DRAFT.length);
      if (!key.startsWith(DRAFT) || typeof value !== 'string') continue;
      this.#left.set(chat, value);
      this.#drafts.set(chat, { text: value, shared, sent });
    }
    // What the page before this one could not bring to the disk any more.
    for (const [chat, text] of notesUnder<string>(this.#ground.person, DRAFT)) {
      this.#left.set(DRAFT + chat, text);
      if (text !== undefined && text.trim() !== this.#drafts.get(chat)?.sent) this.#takeUp(chat, text);
    }
    for (const [chat, draft] of this.#drafts) {
      if (draft.sent !== undefined) this.#takeUp(chat, '', draft.sent);
      else if (draft.text && !draft.shared && !draft.share)
        setTimeout(() => void this.#goOn(chat, draft), REST_MS);
    }
  }

  draft(chat: string): string {
    const own = this.#drafts.get(chat);
    const map = own && !own.shared ? undefined : this.#map('drafts');
    if (!map) return own?.text ?? '';
    const shared = map.get(chat);
    return typeof shared === 'string' ? shared : '';
  }

  draftNames(): string[] {
    return [...this.#drafts.keys(), ...(this.#map('drafts')?.keys() ?? [])];
  }

  setDraft(chat: string, text: string): void {
    if (this.draft(chat) === text) return;
    this.#takeUp(chat, text);
    this.#ground.changed();
  }

  hold(chat: string): void {
    const draft = this.#drafts.get(chat);
    if (!draft?.keep) return;
    // The disk can wait until the message is on screen: then it has the words already, and as a message alone.
    if (this.#note(chat, draft.text)) {
      this.#held.set(chat, draft);
      this.#keepAfter(KEEP_MS, chat, draft);
    } else void this.#keep(chat, draft);
  }

  /** Whether a message of these words is made of the draft: then its row is to be emptied. */
  isHeld(chat: string, words: string, row: DraftRow | undefined): boolean {
    if (this.#held.get(chat)?.text.trim() !== words) return false;
    this.#spare(chat, row, words);
    return true;
  }

  /** A message of these words is on disk. */
  said(chat: string, words: string): void {
    const draft = this.#held.get(chat);
    if (draft?.text.trim() === words) draft.said = true;
  }

  /** Writes unfinished messages to disk, and into the outbox for the other devices, now. */
  async flush(): Promise<void> {
    const waiting = [...this.#drafts].filter(([, { share }]) => share);
    // A page that is going does not hear the disk's answer.
    for (const [chat, { text }] of waiting) this.#note(chat, text);
    for (const [chat, draft] of waiting) {
      await this.#keep(chat, draft);
      await this.#share(chat, draft);
    }
  }

  #takeUp(chat: string, text: string, sent?: string, rest = text === '' ? 0 : 1): void {
    const before = this.#drafts.get(chat);
    clearTimeout(before?.share);
    const over = before?.shared === false ? before.over : this.#map('drafts')?.get(chat);
    const draft: Draft = { text, shared: false, sent, over };
    this.#drafts.set(chat, draft);
    draft.share = setTimeout(() => void this.#share(chat, draft), REST_MS * rest);
    draft.keep = before?.keep;
    // A hand that never rests is kept all the same.
    if (!rest || !draft.keep) this.#keepAfter(KEEP_MS * rest, chat, draft);
  }

  #keepAfter(ms: number, chat: string, draft: Draft): void {
    clearTimeout(draft.keep);
    draft.keep = setTimeout(() => void this.#keep(chat, this.#drafts.get(chat) ?? draft), ms);
  }

  async #keep(chat: string, draft: Draft): Promise<void> {
    clearTimeout(draft.keep);
    draft.keep = undefined;
    if (this.#held.has(chat)) await this.#ground.saved();
    this.#held.delete(chat);
    if (draft.said) return;
    const { text, shared } = draft;
    const { kv } = this.#ground.disk;
    const key = `${DRAFT}${chat}` as const;
    try {
      await kv.db.transaction('rw', kv, async () => {
        const row = (await kv.get(key)) as DraftRow | undefined;
        // What is shared needs no place where another tab has words.
        if (shared && text && row?.value !== this.#left.get(chat)) return;
        this.#spare(chat, row, text);
        await kv.put({ key, value: text, ...(shared && { shared }) });
      });
      this.#left.set(chat, text);
      if (this.#drafts.get(chat) === draft) this.#note(chat, text, forgetNote);
    } catch {
      // A full disk is told where a message is sent; a draft that is not kept must not stop the typing.
      this.#note(chat, text);
    }
  }

  /** Notes words, or forgets the note since the disk has them; what another tab noted stays beside. */
  #note(chat: string, text: string, put: typeof note = note): boolean {
    const { person } = this.#ground;
    const name = DRAFT + chat;
    this.#spare(chat, { value: noted(person, name) }, text, name);
    this.#left.set(name, text);
    return put(person, name, text);
  }

  /**
   * Words that another tab left where `text` comes to stand, unseen here and not shared, stay beside it: noted at once,
   * for that tab may be gone.
   */
  #spare(draft: string, there: Partial<DraftRow> | undefined, text: string, place = draft): void {
    const { value = '', shared } = there ?? {};
    const seen = [this.#left.get(place), this.#drafts.get(draft)?.over];
    const chat = chatOfDraft(draft);
    if (!chat || shared || seen.includes(value) || text.includes(value)) return;
    const name = besideOf(chat, value, (other) => this.draft(other));
    this.#note(name, value);
    this.#takeUp(name, value, undefined, 0);
    this.#ground.changed();
  }

  /** What was found unshared is shared now, unless another tab went on with it, or sent it: then that holds here too. */
  async #goOn(chat: string, draft: Draft): Promise<void> {
    const row = await this.#ground.disk.kv.get(`${DRAFT}${chat}`).catch(() => undefined);
    if (!row || this.#drafts.get(chat) !== draft) return;
    if (row.value === draft.text) return this.#share(chat, draft);
    this.#drafts.delete(chat);
    this.#ground.changed();
  }

  async #share(chat: string, draft: Draft): Promise<void> {
    clearTimeout(draft.share);
    draft.share = undefined;
    // Longer than the relay takes: it waits here to become shorter.
    if (draft.text.length > LIMITS.messageCharsMax) return;
    const { text, sent } = draft;
    let { over } = draft;
    let isOther = false;
    if (sent !== undefined) {
      await this.#ground.copy().inLane(async () => {});
      // What another device wrote instead is not what was sent.
      over = this.#map('drafts')?.get(chat);
      isOther = String(over).trim() !== sent;
    }
    const value = text || null;
    const { ok } = isOther
      ? { ok: true }
      : await this.#ground.write({ act: 'me.set', root: 'drafts', key: chat, value, over });
    if (!ok || this.#drafts.get(chat) !== draft) return;
    draft.shared = true;
    await this.#keep(chat, draft);
  }

  #map(root: 'settings' | 'drafts') {
    return this.#ground.copy().docs.get(meDoc(this.#ground.person))?.getMap<Plain>(root);
  }
}
