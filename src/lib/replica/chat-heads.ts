/** The heads of chats on disk, as the list shows them: last message, unread, marks. */
import type * as Y from 'yjs';
import type { Edit, Message } from '#shared/feed/shape.ts';
import { chatRoom, parseDoc } from '#shared/school/names.ts';
import type { ChatHead, Marks } from '#shared/wire/frames.ts';
import type { Disk, DocRow, HeadRow, PlaceRow } from './disk.ts';
import { lastEdits } from './last-edits.ts';
import { readParts } from './stored-doc.ts';
import type { Peek, Topic } from './types.ts';
import { type Created, deletesOf, docOf } from './ydoc.ts';

export const PEEK_CHARS = 120;

/** Works inside a transaction of the caller on `heads`, `places`, `docs` and `tails`. */
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
    const head = await this.#row(chat);
    await this.#disk.heads.put({ ...head, seq, read: Math.max(read, head.read), unread, last });
    this.#topic('chats');
  }

  /** How far the others, and this person elsewhere, have come. */
  async marked({ chat, got, read, mine }: Marks): Promise<void> {
    const head = await this.#row(chat);
    const next = {
      ...head,
      got: Math.max(head.got, got),
      othersRead: Math.max(head.othersRead, read),
      read: Math.max(head.read, mine),
      told: Math.max(head.told, mine),
    };
    if (next.read > head.read) next.unread = await countUnread(this.#disk, chat, next.read, this.#person);
    await this.#disk.heads.put(next);
    this.#topic('chats');
    this.#topic(chatRoom(chat) as Topic);
  }

  /** Keeps the list of chats true for a room that is live. */
  async peek(room: string, created: readonly Created[], seq: number, at: number): Promise<void> {
    const head = await this.#row(chatOf(room));
    if (seq <= head.seq) return;
    const messages = created.filter(({ kind, message }) => kind === 'message' && message);
    const others = messages.filter((made) => made.message?.by !== this.#person).length;
    const { id, message } = messages.at(-1) ?? {};
    const newest = id && message ? { id, by: message.by, at, text: message.text } : head.last;
    const edit = created.findLast((made) => made.edit && made.edit.message === newest?.id)?.edit;
    if (!newest || (newest === head.last && !edit)) return;
    await this.#put({
      ...head,
      seq,
      unread: seq > head.read ? head.unread + others : head.unread,
      last: cut({ ...newest, text: edit?.text ?? newest.text }),
    });
  }

  /** The same for what came in a patch: the relay takes a device that opens a room for one that has heard it live. */
  async caughtUp(
    room: string,
    created: readonly Created[],
    places: readonly PlaceRow[],
    upTo: number,
  ): Promise<void> {
    const head = await this.#row(chatOf(room));
    if (upTo <= head.seq) return;
    const newer = places.filter(({ kind, seq, by }) => kind === 'message' && by !== '' && seq > head.seq);
    newer.sort((a, b) => a.seq - b.seq);
    const { id, seq, at } = newer.at(-1) ?? {};
    const message = created.find((made) => made.id === id)?.message;
    const newest = id && at && message ? { id, by: message.by, at, text: message.text } : head.last;
    if (newest && newest === head.last && places.some(({ id, by }) => id === newest.id && by === '')) {
      await this.#put({ ...head, seq: upTo, last: await this.#newest(room, head, new Map()) });
      return;
    }
    const edit = newest && lastEditOf(newest.id, created, places);
    if (!newest || (newest === head.last && !edit)) return;
    const unread = newer.filter((place) => place.seq > head.read && place.by !== this.#person).length;
    const last = cut({ ...newest, text: edit?.text ?? newest.text });
    await this.#put({ ...head, seq: seq ?? head.seq, unread: head.unread + unread, last });
  }

  /** Whether the list does not know yet what came with a sequence. */
  async isNews(room: string, seq: number): Promise<boolean> {
    return seq > (await this.#row(chatOf(room))).seq;
  }

  /**
   * Messages of a document are gone (`others`: those of others, which were there until now), in what was news when it
   * came. Looks at documents only when the list shows one of them. `docs`: read already.
   */
  async lost(
    room: string,
    seq: number,
    { gone, others }: { gone: readonly PlaceRow[]; others: readonly PlaceRow[] },
    docs: Map<string, Y.Doc>,
  ): Promise<void> {
    const head = await this.#row(chatOf(room));
    const uncounted = others.filter((place) => place.seq > head.read).length;
    const isShown = gone.some(({ id }) => id === head.last?.id);
    if (uncounted === 0 && !isShown) return;
    const held = await countUnread(this.#disk, head.chat, head.read, this.#person);
    await this.#put({
      ...head,
      seq: Math.max(seq, head.seq),
      unread: Math.max(held, head.unread - uncounted),
      last: isShown ? await this.#newest(room, head, docs) : head.last,
    });
  }

  /** Whether an update of a document that is not held may delete the message that the list shows. */
  async isBlindTo(room: string, doc: string, bytes: Uint8Array): Promise<boolean> {
    if (deletesOf(bytes).size === 0) return false;
    const { last } = await this.#row(chatOf(room));
    const place = last && (await this.#disk.places.get([room, last.id]));
    return last !== undefined && last.id !== '' && (!place || place.doc === doc);
  }

  /** The newest message that is there, from the newest segments that are held. */
  async #newest(room: string, head: HeadRow, docs: Map<string, Y.Doc>): Promise<Peek | undefined> {
    const rows: DocRow[] = await this.#disk.docs.where('room').equals(room).toArray();
    const segments = rows
      .map(({ doc }) => ({ doc, segment: segmentOf(doc) }))
      .filter(({ segment }) => segment);
    for (const { doc: name } of segments.sort((a, b) => b.segment - a.segment)) {
      const doc = docs.get(name) ?? docOf(name, await readParts(this.#disk, name));
      docs.set(name, doc);
      const found = await this.#newestIn(name, doc);
      if (found) return found;
    }
    const isAll = segments.at(-1)?.segment === 1;
    return isAll ? undefined : head.last && { ...head.last, id: '', text: '' };
  }

  async #newestIn(name: string, doc: Y.Doc): Promise<Peek | undefined> {
    const places: PlaceRow[] = await this.#disk.places.where('doc').equals(name).toArray();
    const messages = doc.getMap<Message>('messages');
    const living = places.filter(({ kind, id }) => kind === 'message' && messages.has(id));
    const { id, at } = living.sort((a, b) => a.seq - b.seq).at(-1) ?? {};
    const message = id === undefined ? undefined : messages.get(id);
    if (!id || !at || !message) return undefined;
    const seqs = new Map(places.map((place) => [place.id, place.seq]));
    const edit = lastEdits(doc.getMap<Edit>('edits'), (of) => seqs.get(of)).get(id);
    return cut({ id, by: message.by, at, text: edit?.text ?? message.text });
  }

  async #put(head: HeadRow): Promise<void> {
    await this.#disk.heads.put(head);
    this.#topic('chats');
  }

  async #row(chat: string): Promise<HeadRow> {
    const row = await this.#disk.heads.get(chat);
    return row ?? { chat, seq: 0, read: 0, unread: 0, last: undefined, got: 0, othersRead: 0, told: 0 };
  }
}

/** The words of the edit of a message that arrived last, among those of a patch. */
function lastEditOf(message: string, created: readonly Created[], places: readonly PlaceRow[]) {
  const seqs = new Map(places.map(({ id, seq }) => [id, seq]));
  const edits = created.filter(({ edit }) => edit?.message === message);
  return edits.sort((a, b) => (seqs.get(a.id) ?? 0) - (seqs.get(b.id) ?? 0)).at(-1)?.edit;
}

const chatOf = (room: string): string => room.slice(room.indexOf('/') + 1);
const cut = (peek: Peek): Peek => ({ ...peek, text: peek.text.slice(0, PEEK_CHARS) });

function segmentOf(doc: string): number {
  const parsed = parseDoc(doc);
  return parsed?.kind === 'feed' ? parsed.segment : 0;
}

/** Messages of others above a sequence, as far as their places are held. Inside a transaction on `places`. */
export async function countUnread(disk: Disk, chat: string, read: number, person: string): Promise<number> {
  return disk.places
    .where('[room+kind+seq]')
    .between([chatRoom(chat), 'message', read + 1], [chatRoom(chat), 'message', Number.MAX_SAFE_INTEGER])
    .filter((place) => place.by !== person && place.by !== '')
    .count();
}
