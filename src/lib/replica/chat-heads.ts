/** The heads of chats on disk, as the list shows them: last message, unread, marks. */
import { chatRoom } from '#shared/school/names.ts';
import type { ChatHead, Marks } from '#shared/wire/frames.ts';
import type { Disk, HeadRow, PlaceRow } from './disk.ts';
import type { Topic } from './types.ts';
import type { Created } from './ydoc.ts';

export const PEEK_CHARS = 120;

/** Works inside a transaction of the caller on `heads` and `places`. */
export class ChatHeads {
  readonly #disk: Disk;
  readonly #person: string;
  readonly #topic: (topic: Topic) => void;

  constructor(disk: Disk, person: string, topic: (topic: Topic) => void) {
    this.#disk = disk;
    this.#person = person;
    this.#topic = topic;
  }

  /** The relay's own word on a chat. */
  async told({ chat, seq, read, unread, last }: ChatHead): Promise<void> {
    const head = await this.row(chat);
    await this.put({ ...head, seq, read: Math.max(read, head.read), unread, last });
  }

  /** How far the others, and this person elsewhere, have come. */
  async marked({ chat, got, read, mine }: Marks): Promise<void> {
    const head = await this.row(chat);
    const next = {
      ...head,
      got: Math.max(head.got, got),
      othersRead: Math.max(head.othersRead, read),
      read: Math.max(head.read, mine),
      told: Math.max(head.told, mine),
    };
    if (next.read > head.read) next.unread = await countUnread(this.#disk, chat, next.read, this.#person);
    await this.put(next);
    this.#topic(chatRoom(chat) as Topic);
  }

  /** Keeps the list of chats true for a room that is live. */
  async peek(room: string, created: readonly Created[], seq: number, at: number): Promise<void> {
    const chat = room.slice(room.indexOf('/') + 1);
    const messages = created.filter(({ kind, message }) => kind === 'message' && message);
    if (messages.length === 0) return;
    const head = await this.row(chat);
    if (seq <= head.seq) return;
    const { id, message } = messages[messages.length - 1] as Created;
    const by = message?.by ?? '';
    const others = messages.filter((made) => made.message?.by !== this.#person).length;
    await this.put({
      ...head,
      seq,
      unread: seq > head.read ? head.unread + others : head.unread,
      last: { id, by, at, text: (message?.text ?? '').slice(0, PEEK_CHARS) },
    });
  }

  /** The same for what came in a patch: the relay takes a device that opens a room for one that has heard it live. */
  async caughtUp(room: string, created: readonly Created[], places: readonly PlaceRow[]): Promise<void> {
    const head = await this.row(room.slice(room.indexOf('/') + 1));
    const newer = places.filter(({ kind, seq, by }) => kind === 'message' && by !== '' && seq > head.seq);
    newer.sort((a, b) => a.seq - b.seq);
    const { id, seq, at } = newer.at(-1) ?? {};
    const message = created.find((made) => made.id === id)?.message;
    if (!id || !seq || !at || !message) return;
    const unread = newer.filter((place) => place.seq > head.read && place.by !== this.#person).length;
    const last = { id, by: message.by, at, text: message.text.slice(0, PEEK_CHARS) };
    await this.put({ ...head, seq, unread: head.unread + unread, last });
  }

  /** Puts a row that was read with `row`. */
  async put(head: HeadRow): Promise<void> {
    await this.#disk.heads.put(head);
    this.#topic('chats');
  }

  async row(chat: string): Promise<HeadRow> {
    const row = await this.#disk.heads.get(chat);
    return row ?? { chat, seq: 0, read: 0, unread: 0, last: undefined, got: 0, othersRead: 0, told: 0 };
  }
}

/** Messages of others above a sequence, as far as their places are held. Inside a transaction on `places`. */
export async function countUnread(disk: Disk, chat: string, read: number, person: string): Promise<number> {
  return disk.places
    .where('[room+kind+seq]')
    .between([chatRoom(chat), 'message', read + 1], [chatRoom(chat), 'message', Number.MAX_SAFE_INTEGER])
    .filter((place) => place.by !== person && place.by !== '')
    .count();
}
