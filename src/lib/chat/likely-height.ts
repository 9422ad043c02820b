/**
 * What a message is likely to take on the screen, before any was drawn: the list then draws as many as there is room for
 * and not two screens of them, and hardly moves when it has measured them.
 */
import type { MessageRow } from './rows.ts';

/** Characters in a line of a bubble, on a phone and beside a list of chats. */
const CHARS = { narrow: 33, wide: 68 };
const LINE_PX = 22;
/** Border and padding of a bubble, and the gap below it. */
const FRAME_PX = 20;
const TAIL_PX = 10;
const NAME_PX = 20;
const QUOTE_PX = 48;
const PAPER_PX = 72;
const REACTIONS_PX = 36;
const DAY_PX = 42;

/** As many as a screen shows: the others are only guessed at until somebody comes near. */
const SCREEN = 12;

/** The mean height, in pixels, of the last of these rows. */
export function likelyHeight(rows: readonly MessageRow[], isWide: boolean): number {
  const last = rows.slice(-SCREEN);
  const chars = isWide ? CHARS.wide : CHARS.narrow;
  return last.reduce((sum, row) => sum + heightOf(row, chars), 0) / last.length;
}

function heightOf({ message, day, fresh, head, tail }: MessageRow, chars: number): number {
  // The time stands in the last line.
  let px = FRAME_PX + LINE_PX * Math.ceil((message.text.length + 6) / chars);
  if (head && !message.mine) px += NAME_PX;
  if (tail) px += TAIL_PX;
  if (message.re) px += QUOTE_PX;
  if (message.paper) px += PAPER_PX;
  if (message.reactions.length > 0) px += REACTIONS_PX;
  if (day !== undefined) px += DAY_PX;
  if (fresh) px += DAY_PX;
  return px;
}
