/**
 * One paper on screen: what the device knows of it, in plain values. Knows nothing of editors; an act that is not
 * allowed is undefined.
 */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { m } from '#lib/paraglide/messages.js';
import { live } from '#lib/replica/live.svelte.ts';
import { PaperView } from '#lib/replica/paper.ts';
import type { Device, Paper, PrivateCopy, ReturnedPiece, Verdict } from '#lib/replica/types.ts';
import { hueOf, shortName, spokenName } from '#lib/words/names.ts';
import type { ChatEntry } from '#shared/registry/shape.ts';
import { type ChatPlace, may, type PaperEdit } from '#shared/school/may.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Duty, Role } from '#shared/school/roles.ts';
import { type Block, readBody } from './body.ts';
import type { CaretLook } from './carets.ts';
import { isKnownBody } from './known.ts';

export interface RightsChange {
  title: string;
  edit: PaperEdit;
}

export class OpenPaper {
  readonly id: string;
  readonly #device: Device;
  readonly #paper: Paper;
  readonly #follow: ReturnType<typeof live>;

  constructor(device: Device, id: string) {
    this.id = id;
    this.#device = device;
    this.#paper = device.paper(id, PaperView);
    this.#follow = live(device, [
      `paper/${id}`,
      'projection',
      'papers',
      'chats',
      'line',
      'unsent',
      'refused',
      'disk',
    ]);
  }

  /** The replica: another object after it was rebuilt. */
  get doc(): Y.Doc {
    return this.#follow(() => this.#paper.doc);
  }
  get awareness(): Awareness {
    return this.#follow(() => this.#paper.awareness);
  }
  get ready(): boolean {
    return this.#follow(() => this.#paper.ready);
  }
  get schema(): 'known' | 'unknown' | 'empty' {
    return this.#follow(() => this.#paper.schema);
  }
  get right(): 'edit' | 'read' | 'none' {
    return this.#follow(() => this.#paper.right);
  }
  /** Whether it could be written in, had this device room to keep what is typed. */
  get lacksRoom(): boolean {
    return this.#follow(
      () => this.#device.disk === 'full' && this.#paper.right === 'read' && !this.#paper.reason,
    );
  }
  /** Why writing is not possible; undefined when it is. */
  get reason(): RefusalCode | undefined {
    return this.#follow(() => this.#paper.reason);
  }
  get title(): string | undefined {
    return this.#follow(() => this.#paper.card?.title);
  }
  get edit(): PaperEdit {
    return this.#follow(() => this.#paper.card?.edit ?? 'owner');
  }
  /** Who made it, in speech. */
  get owner(): string | undefined {
    return this.#follow(() => {
      const by = this.#paper.card?.by;
      if (by === this.#device.person) return m.you();
      const card = by === undefined ? undefined : this.#device.who(by);
      return card && spokenName(card.name, card.role);
    });
  }
  /** Whether its person made it and the school did not take it. */
  get unmade(): boolean {
    return this.#follow(() =>
      this.#device.refused().some(({ intent }) => intent.act === 'paper.create' && intent.paper === this.id),
    );
  }
  /** The chat it belongs to. */
  get chat(): string | undefined {
    return this.#follow(() => this.#paper.chat);
  }
  get unsynced(): number {
    return this.#follow(() => this.#paper.unsynced);
  }
  get unsaved(): boolean {
    return this.#follow(() => this.#paper.unsaved);
  }
  /** What made the edits that the relay does not hold yet, at this moment. */
  pendingNow(): readonly Uint8Array[] {
    return this.#paper.pending();
  }
  get online(): boolean {
    return this.#follow(() => this.#device.line.at === 'online');
  }
  get returned(): readonly ReturnedPiece[] {
    return this.#follow(() => this.#paper.returned());
  }
  get copies(): readonly PrivateCopy[] {
    return this.#follow(() => this.#paper.copies());
  }

  /** The text as plain values, read anew at each change. */
  get body(): Block[] {
    return this.#follow(() => readBody(this.#paper.doc.getXmlFragment('body')));
  }
  /** Whether an editor of this app may be bound to the text as it is now. */
  isKnownNow(): boolean {
    return this.#paper.schema !== 'unknown' && isKnownBody(this.#paper.doc.getXmlFragment('body'));
  }

  /** The right at this moment, for the editor, which asks at each write. */
  mayWriteNow(): boolean {
    return this.#paper.right === 'edit' && this.#paper.schema !== 'unknown';
  }

  /** How another's caret looks; undefined for oneself and for those this device does not know. */
  lookOf = (person: string): CaretLook | undefined => {
    if (person === this.#device.person) return undefined;
    const card = this.#device.who(person);
    return card && { name: shortName(card.name, card.role), hue: hueOf(person) };
  };

  /** How a person is called; undefined for those this device does not know. */
  spokenNameOf(person: string): string | undefined {
    return this.#follow(() => {
      const card = this.#device.who(person);
      return card && spokenName(card.name, card.role);
    });
  }

  /** Changes title and rights; undefined for those who may not. */
  get setRights(): ((change: RightsChange) => Promise<Verdict>) | undefined {
    return this.#follow(() => {
      const { projection } = this.#device;
      const { card, chat } = this.#paper;
      const entry = chat === undefined ? undefined : projection?.chats[chat];
      if (!projection || !card || chat === undefined || !entry) return undefined;
      const { id, role, duties } = projection.me;
      const place = { kind: 'paper', chat: placeOf(entry), owner: card.by, edit: card.edit } as const;
      if (!may({ person: id, role, duties }, 'paper.rights', place).ok) return undefined;
      return (change) => this.#inChat(chat, (open) => open.setPaperRights(this.id, change));
    });
  }

  /** Says the paper's address in its chat; undefined for those who may not write there. */
  get shareAgain(): ((address: string) => Promise<Verdict>) | undefined {
    return this.#follow(() => {
      const { chat, title } = this;
      const entry = chat === undefined ? undefined : this.#device.projection?.chats[chat];
      const me = this.#device.projection?.me;
      if (chat === undefined || !entry || !me) return undefined;
      const who = { person: me.id, role: me.role, duties: me.duties };
      if (!may(who, 'message.create', placeOf(entry)).ok) return undefined;
      return (address) => this.#inChat(chat, (open) => open.say(`${title ?? ''}\n${address}`.trim()));
    });
  }

  /** Chats where its person may make a paper: the one it belongs to alone, when they may there. */
  get homes(): readonly string[] {
    return this.#follow(() => {
      const { chat } = this;
      const { projection } = this.#device;
      if (!projection) return [];
      const { id, role, duties } = projection.me;
      const mayMake = (name: string) => {
        const entry = projection.chats[name];
        return entry !== undefined && may({ person: id, role, duties }, 'paper.create', placeOf(entry)).ok;
      };
      if (chat !== undefined && mayMake(chat)) return [chat];
      return this.#device
        .chats()
        .map((row) => row.id)
        .filter(mayMake);
    });
  }

  /** Makes a new paper that its person alone writes in. `id` is the new paper's. */
  createIn(chat: string, title: string): Promise<Verdict> {
    return this.#inChat(chat, (open) => open.createPaper(title, 'owner'));
  }

  /** Another paper of this device, for a moment; undefined when it cannot be written in now. Whoever asked closes it. */
  async beside(id: string): Promise<Paper | undefined> {
    const other = this.#device.paper(id, PaperView);
    const usable = () => other.ready && other.right === 'edit';
    if (!usable()) await this.#heard(usable);
    if (usable()) return other;
    other.close();
    return undefined;
  }

  openCopy(copy: string): Promise<Y.Doc | undefined> {
    return this.#paper.openCopy(copy);
  }
  dropCopy(copy: string): Promise<void> {
    return this.#paper.dismissCopy(copy);
  }
  dropReturned(piece: string): Promise<void> {
    return this.#paper.dismissReturned(piece);
  }
  /** Brings what was just typed to the disk. */
  flush(): Promise<Verdict> {
    return this.#paper.flush();
  }
  /** The page may be going. */
  leave(): void {
    this.#paper.leave();
  }
  close(): void {
    this.#paper.close();
  }

  #heard(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(finish, PATIENCE_MS);
      const stop = this.#device.subscribe(() => {
        if (done()) finish();
      });
    });
  }

  async #inChat(chat: string, act: (open: ReturnType<Device['chat']>) => Promise<Verdict>): Promise<Verdict> {
    const open = this.#device.chat(chat);
    try {
      if (!open.ready) await this.#heard(() => open.ready);
      return await act(open);
    } finally {
      open.close();
    }
  }
}

/** A chat that is not read from the disk by then answers for itself. */
const PATIENCE_MS = 5_000;

function placeOf({ unit, audience, people, matrix }: ChatEntry): ChatPlace {
  return { kind: 'chat', unit, audience: Object.keys(audience) as (Duty | Role)[], people, matrix };
}
