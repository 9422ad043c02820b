/** A chat as rows to draw: groups of one author, days, and the line where the unread began. */
import type { MessageView } from '#lib/replica/types.ts';
import { dayAround } from '#lib/words/time.ts';

/** Messages of one author that follow each other within this time stand together. */
const GROUP_MS = 5 * 60_000;

export interface MessageRow {
  id: string;
  message: MessageView;
  /** A day begins here: any moment of it, ms since 1970. */
  day: number | undefined;
  /** The first that the person had not read when they came. */
  fresh: boolean;
  /** First and last of its group. */
  head: boolean;
  tail: boolean;
}

/** Rows in the order of the messages; a message stands under the day it arrived, an unsent one under its own. */
export function rowsOf(messages: readonly MessageView[], firstUnread: string | undefined): MessageRow[] {
  const rows: MessageRow[] = [];
  let before: MessageRow | undefined;
  let day = { begins: 0, ends: 0 };
  for (const message of messages) {
    const at = shownAt(message);
    // Asked of the calendar once a day: a chat has many messages.
    const newDay = !before || at < day.begins || at >= day.ends;
    if (newDay) day = dayAround(at);
    const fresh = message.id === firstUnread;
    const head = newDay || fresh || !before || !standTogether(before.message, message);
    if (before && head) before.tail = true;
    const row: MessageRow = {
      id: message.id,
      message,
      day: newDay ? at : undefined,
      fresh,
      head,
      tail: false,
    };
    rows.push(row);
    before = row;
  }
  if (before) before.tail = true;
  return rows;
}

/** When it took its place in the chat; for an unsent one, when it was written. */
export function shownAt(message: MessageView): number {
  return message.arrivedAt ?? message.at;
}

function standTogether(before: MessageView, after: MessageView): boolean {
  return before.by === after.by && Math.abs(shownAt(after) - shownAt(before)) <= GROUP_MS;
}
