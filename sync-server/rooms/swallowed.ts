/**
 * Text that a paper lost: another's edit took the place it stood in, or it arrived for a place that was gone. It is
 * stored with the edit, told to its author's devices on the line, and told again to each that opens the paper, until
 * the author has dealt with it.
 */
import { encodeFrame } from '#shared/wire/codec.ts';
import type { DiedText } from '../judge/verdict.ts';
import type { Append, Log, LostText } from '../store/log.ts';
import type { Live } from './live.ts';

/** How long the relay keeps it for an author who does not come: longer than a summer. */
const LOST_KEPT_MS = 120 * 24 * 60 * 60_000;

interface Told {
  readonly person: string;
  told(frame: Uint8Array): void;
}
interface Reader extends Told {
  /** Whether the person may read the room now. */
  maySee(room: string): boolean;
}

/** What an accepted intent took from whom, for its transaction. A lease that the room does not know has no author. */
export function lostTexts(live: Live, doc: string, died: readonly DiedText[], at: number): LostText[] {
  return died.flatMap((text) => {
    const person = live.lasts.get(text.lease)?.person;
    return person === undefined ? [] : [{ ...text, doc, person, at }];
  });
}

/** Tells the authors who are on the line, also of a paper that is no longer theirs to read: but then their words alone. */
export function tellLost(lines: { of(person: string): Iterable<Reader> }, { row, lost = [] }: Append): void {
  for (const text of lost)
    for (const line of lines.of(text.person))
      line.told(frameOf(line.maySee(row.room) ? text : { ...text, near: '' }));
}

/** Tells one who opens a paper what of theirs waits there. What cannot be read now comes with the next opening. */
export function bringLost(log: Log, to: Told, room: string): void {
  log.lost(room, to.person, Date.now() - LOST_KEPT_MS).then(
    (texts) => {
      for (const text of texts) to.told(frameOf(text));
    },
    () => undefined,
  );
}

function frameOf({ doc, lease, clock, length, text, near }: LostText): Uint8Array {
  return encodeFrame({ kind: 'swallowed', doc, lease, clock, length, text, near });
}
