/**
 * Read marks: maxima per person and chat, rows beside the documents. The others hear the largest at most once a
 * second; names only where `may()` allows (app.ts).
 */
import { chatRoom } from '#shared/school/names.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Mark } from '#shared/wire/frames.ts';
import type { RelayLog } from '../monitoring/log.ts';
import type { MarkRow, Marks } from '../store/marks.ts';
import { ROOM_LIMITS } from './limits.ts';
import type { Rooms } from './rooms.ts';
import type { Listener, Switchboard } from './switchboard.ts';

interface ChatMarks {
  byPerson: Map<string, MarkRow>;
  /** Not written yet. */
  raised: Map<string, MarkRow>;
  timer: NodeJS.Timeout | undefined;
}

/** Chats whose marks are in memory; beyond it those at rest are read again. */
const CHATS_MAX = 2_000;

export class ReadMarks {
  readonly #rows: Marks;
  readonly #rooms: Rooms;
  readonly #lines: Switchboard<Listener>;
  readonly #relayLog: RelayLog;
  readonly #chats = new Map<string, Promise<ChatMarks>>();
  #closed = false;

  constructor(rows: Marks, rooms: Rooms, lines: Switchboard<Listener>, relayLog: RelayLog) {
    this.#rows = rows;
    this.#rooms = rooms;
    this.#lines = lines;
    this.#relayLog = relayLog;
  }

  /** A device's marks. Nobody holds or has read what is not there, so a mark stops at the durable sequence. */
  take(person: string, { chat, got, read }: Mark): void {
    this.#raise(person, { chat, got, read }).catch((error) =>
      this.#relayLog.warn('marks-unreadable', { says: String(error) }),
    );
  }

  async #raise(person: string, { chat, got, read }: Omit<Mark, 'kind'>): Promise<void> {
    const [marks, top] = await Promise.all([this.#of(chat), this.#durable(chat)]);
    const before = marks.byPerson.get(person) ?? { chat, person, got: 0, read: 0 };
    const raised = {
      chat,
      person,
      got: Math.max(before.got, Math.min(Math.max(got, read), top)),
      read: Math.max(before.read, Math.min(read, top)),
    };
    if (raised.got === before.got && raised.read === before.read) return;
    marks.byPerson.set(person, raised);
    marks.raised.set(person, raised);
    this.#schedule(chat, marks);
  }

  /** Tells one connection how a chat stands. */
  tell(line: Listener, chat: string): void {
    this.#of(chat).then(
      (marks) => line.told(this.#frameFor(chat, topOf(marks), marks, line.person)),
      () => undefined,
    );
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pending of this.#chats.values()) {
      const marks = await pending;
      clearTimeout(marks.timer);
      await this.#write(marks).catch(() => undefined);
    }
  }

  #of(chat: string): Promise<ChatMarks> {
    const known = this.#chats.get(chat);
    if (known !== undefined) return known;
    if (this.#chats.size >= CHATS_MAX) this.#forget();
    const found = this.#rows.marksOf(chat).then(
      (rows): ChatMarks => ({
        byPerson: new Map(rows.map((row) => [row.person, row])),
        raised: new Map(),
        timer: undefined,
      }),
    );
    found.catch(() => this.#chats.delete(chat));
    this.#chats.set(chat, found);
    return found;
  }

  #forget(): void {
    for (const [chat, pending] of this.#chats)
      void pending.then(
        (marks) => marks.timer === undefined && marks.raised.size === 0 && this.#chats.delete(chat),
      );
  }

  async #durable(chat: string): Promise<number> {
    return this.#rooms.awake(chatRoom(chat))?.live?.out.durable ?? (await this.#rows.seqOf(chatRoom(chat)));
  }

  /** The first mark goes at once, those that follow within a second go together. */
  #schedule(chat: string, marks: ChatMarks): void {
    if (marks.timer !== undefined || this.#closed) return;
    const run = () => {
      marks.timer = undefined;
      void this.#spread(chat, marks).then((again) => {
        if (again && marks.timer === undefined && !this.#closed)
          marks.timer = setTimeout(run, ROOM_LIMITS.marksEveryMs).unref();
      });
    };
    marks.timer = setTimeout(run, 0);
  }

  /** Writes, then tells; whether it did anything, so that the next waits its second. */
  async #spread(chat: string, marks: ChatMarks): Promise<boolean> {
    const persons = [...marks.raised.keys()];
    if (persons.length === 0) return false;
    try {
      await this.#write(marks);
    } catch (error) {
      this.#rooms.trouble('marks-not-stored', chatRoom(chat), error);
      return true;
    }
    const top = topOf(marks);
    const room = chatRoom(chat);
    for (const watcher of this.#rooms.awake(room)?.watchers ?? [])
      watcher.told(this.#frameFor(chat, top, marks, watcher.person));
    for (const person of persons)
      for (const line of this.#lines.of(person))
        if (!line.isIn(room)) line.told(this.#frameFor(chat, top, marks, person));
    return true;
  }

  /** Marks within what the person may not read are to them as if nobody had read anything. */
  #frameFor(chat: string, top: Top, marks: ChatMarks, person: string): Uint8Array {
    const since = this.#rooms.places.firstOf(person, chatRoom(chat)).seq;
    const others = (key: 'got' | 'read') => {
      const most = top[key].find((row) => row?.person !== person)?.[key] ?? 0;
      return most > since ? most : 0;
    };
    const mine = marks.byPerson.get(person)?.read ?? 0;
    return encodeFrame({ kind: 'marks', chat, got: others('got'), read: others('read'), mine });
  }

  async #write(marks: ChatMarks): Promise<void> {
    const rows = [...marks.raised.values()];
    if (rows.length === 0) return;
    marks.raised.clear();
    try {
      await this.#rows.raise(rows, this.#rooms.fence);
    } catch (error) {
      for (const row of rows) if (!marks.raised.has(row.person)) marks.raised.set(row.person, row);
      throw error;
    }
  }
}

/** The two largest of each, so that everybody can be told the largest of the others. */
interface Top {
  got: [MarkRow | undefined, MarkRow | undefined];
  read: [MarkRow | undefined, MarkRow | undefined];
}

function topOf(marks: ChatMarks): Top {
  const top: Top = { got: [undefined, undefined], read: [undefined, undefined] };
  for (const row of marks.byPerson.values()) {
    for (const key of ['got', 'read'] as const) {
      const [first, second] = top[key];
      if (!first || row[key] > first[key]) top[key] = [row, first];
      else if (!second || row[key] > second[key]) top[key] = [first, row];
    }
  }
  return top;
}
