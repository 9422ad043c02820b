/** Text of a paper that another's edit swallowed: its author hears of it, on every device that is on the line. */
import { encodeFrame } from '#shared/wire/frames.ts';
import type { DiedText } from '../judge/verdict.ts';
import type { Append } from '../store/log.ts';
import type { Line } from './line.ts';
import type { Room } from './room.ts';
import type { Switchboard } from './switchboard.ts';

export class Swallows {
  readonly #lines: Switchboard<Line>;

  constructor(lines: Switchboard<Line>) {
    this.#lines = lines;
  }

  /** A durable intent; `died` is what its application took from others. */
  heard(room: Room, { row }: Append, died: readonly DiedText[]): void {
    for (const text of died) {
      const author = room.live?.lasts.get(text.lease)?.person;
      if (author === undefined) continue;
      const frame = encodeFrame({ kind: 'swallowed', doc: row.doc, ...text });
      for (const line of this.#lines.of(author)) line.told(frame);
    }
  }
}
