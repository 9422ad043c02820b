/** The list of chats, live: members who do not have a chat open hear of its newest message, at most once a second. */
import { chatRoom, parseRoom } from '#shared/school/names.ts';
import type { RelayLog } from '../monitoring/log.ts';
import type { School } from '../registry/school.ts';
import type { Append } from '../store/log.ts';
import type { Marks } from '../store/marks.ts';
import { ROOM_LIMITS } from './limits.ts';
import type { Listener, Switchboard } from './switchboard.ts';
import { headFrame } from './welcome.ts';

export class ChatHeads {
  readonly #rows: Marks;
  readonly #school: School;
  readonly #lines: Switchboard<Listener>;
  readonly #relayLog: RelayLog;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #moved = new Set<string>();
  #closed = false;

  constructor(rows: Marks, school: School, lines: Switchboard<Listener>, relayLog: RelayLog) {
    this.#rows = rows;
    this.#school = school;
    this.#lines = lines;
    this.#relayLog = relayLog;
  }

  /** A durable intent may have moved the head of its chat. */
  heard(append: Append): void {
    const name = parseRoom(append.row.room);
    if (this.#closed || name?.kind !== 'chat' || append.places.length + append.gone.length === 0) return;
    this.#moved.add(name.chat);
    if (!this.#timers.has(name.chat)) this.#wait(name.chat, 0);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #wait(chat: string, ms: number): void {
    this.#timers.set(
      chat,
      setTimeout(() => {
        this.#timers.delete(chat);
        if (!this.#moved.delete(chat)) return;
        this.#wait(chat, ROOM_LIMITS.headsEveryMs);
        this.#spread(chat).catch((error) => this.#relayLog.warn('heads-failed', { says: String(error) }));
      }, ms).unref(),
    );
  }

  async #spread(chat: string): Promise<void> {
    const room = chatRoom(chat);
    const away = this.#school
      .membersOf(chat)
      .filter((person) => [...this.#lines.of(person)].some((line) => !line.isIn(room)));
    const summaries = await this.#rows.summaries(away.map((person) => ({ chat, person })));
    for (const summary of summaries) {
      const frame = headFrame(summary);
      for (const line of this.#lines.of(summary.person)) if (!line.isIn(room)) line.told(frame);
    }
  }
}
