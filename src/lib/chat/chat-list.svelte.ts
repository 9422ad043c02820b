/** The list of chats as a page draws it: titles, last lines and times in words. Never holds a document. */
import { m } from '#lib/paraglide/messages.js';
import { live } from '#lib/replica/live.svelte.ts';
import type { ChatRow, Device } from '#lib/replica/types.ts';
import { matcher } from '#lib/words/fold.ts';
import { language } from '#lib/words/language.ts';
import { shortName, spokenName } from '#lib/words/names.ts';
import { now } from '#lib/words/now.svelte.ts';
import { listTime } from '#lib/words/time.ts';

import { paperIn } from './paper-in.ts';

export interface ListedChat {
  id: string;
  title: string;
  /** Whose hue and letters the avatar has. */
  avatar: string;
  /** What stands before the last line and why: own unsent, refused, a draft, or the author. */
  lead: { kind: 'unsent' | 'refused' | 'draft' | 'author'; text: string } | undefined;
  line: string;
  time: string;
  unread: number;
}

export class ChatList {
  readonly #device: Device;
  readonly #follow: ReturnType<typeof live>;
  #query = $state('');
  readonly #all = $derived.by(() => this.#listed());
  readonly chats = $derived.by(() => {
    if (!this.#query.trim()) return this.#all;
    const matches = matcher(this.#query);
    return this.#all.filter((chat) => matches(chat.title));
  });

  constructor(device: Device) {
    this.#device = device;
    this.#follow = live(device, ['chats', 'papers', 'projection']);
  }

  get query(): string {
    return this.#query;
  }

  search(query: string): void {
    this.#query = query;
  }

  /** Before the first connection nothing is known, which is not the same as «no chats». */
  get known(): boolean {
    return this.#follow(() => this.#device.projection !== undefined);
  }

  get unread(): number {
    return this.#follow(() => this.#device.chats().reduce((sum, chat) => sum + chat.unread, 0));
  }

  /** The title of a chat that is listed, also while the list is searched for another. */
  titleOf(id: string | undefined): string | undefined {
    return this.#all.find((chat) => chat.id === id)?.title;
  }

  #listed(): ListedChat[] {
    const present = now();
    return this.#follow(() => this.#device.chats().map((row) => this.#list(row, present)));
  }

  #list(row: ChatRow, present: number): ListedChat {
    const title = titleOf(this.#device, row);
    return {
      id: row.id,
      title,
      avatar: avatarOf(this.#device, row),
      lead: this.#lead(row),
      line: row.draft && !row.unsent && !row.refused ? row.draft : this.#line(row),
      time: row.activeAt ? listTime(row.activeAt, present, language()) : '',
      unread: row.unread,
    };
  }

  #line({ id, last }: ChatRow): string {
    if (!last) return m.chat_no_messages();
    if (last.text) {
      const shared = paperIn(last, () => this.#device.papers());
      if (!shared) return last.text;
      return shared.words || m.paper_line({ title: shared.title });
    }
    if (!last.id) return m.message_deleted();
    // A message that shares a document has no words of its own.
    const paper = this.#device
      .papers()
      .find(({ chat, at, by }) => chat === id && at === last.at && by === last.by);
    return paper ? m.paper_line({ title: paper.title }) : m.message_deleted();
  }

  #lead(row: ChatRow): ListedChat['lead'] {
    if (row.refused) return { kind: 'refused', text: m.chat_refused({ count: row.refused }) };
    if (row.unsent) return { kind: 'unsent', text: m.unsent_short({ count: row.unsent }) };
    if (row.draft) return { kind: 'draft', text: m.draft_lead() };
    if (row.last?.by === this.#device.person) return { kind: 'author', text: m.you_lead() };
    if (!row.last || !row.title) return undefined;
    const card = this.#device.who(row.last.by);
    return card && { kind: 'author', text: `${shortName(card.name, card.role)}:` };
  }
}

/** The title of a chat; a direct one is called by the other people in it. */
export function titleOf(
  device: Device,
  row: { title: string; people: readonly string[]; members: number },
): string {
  if (row.title) return row.title;
  if (row.members === 0) return m.chat_left();
  const names = othersOf(device, row.people).map((person) => {
    const card = device.who(person);
    return card ? spokenName(card.name, card.role) : m.someone();
  });
  return names.join(', ') || m.chat_untitled();
}

/** Whose hue a chat has: its own, or that of the other person in a direct one. */
export function avatarOf(device: Device, row: Pick<ChatRow, 'id' | 'title' | 'people'>): string {
  return row.title ? row.id : (othersOf(device, row.people)[0] ?? row.id);
}

function othersOf(device: Device, people: readonly string[]): string[] {
  return people.filter((person) => person !== device.person);
}
