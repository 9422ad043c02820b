/** What the leader knows of a room on this connection: how far it was sent, and what it waits for. */
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc } from '#shared/school/names.ts';
import type { Refuse } from '#shared/wire/frames.ts';
import type { DocRow } from './disk.ts';
import { mends } from './mends.ts';

/** The first wait after `try-later`, or after mending again and again; doubles up to the second. */
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 20_000;

export interface Live {
  at: 'opening' | 'live' | 'mending' | 'paused';
  epoch: string;
  /** Outbox id of the last intent sent on this connection. */
  sent: number;
  /** `<lease>.<n>` sent and not answered. */
  inFlight: Set<string>;
  refused: Refuse | undefined;
  burnt: Set<number>;
  /** Documents that must arrive before pending work can be made again. */
  awaited: Set<string>;
  mends: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function newLive(): Live {
  return {
    ...{ at: 'opening', epoch: '', sent: Number.NEGATIVE_INFINITY, refused: undefined, mends: 0 },
    ...{ inFlight: new Set(), burnt: new Set(), awaited: new Set(), timer: undefined },
  };
}

/** Milliseconds to wait before the next of so many tries, with jitter. */
export function pauseFor(times: number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** times) * (0.5 + Math.random());
}

/** What a room does about a refusal: `wait` for the other answers, for they are mended together. */
export function reactionTo(live: Live, code: string): 'wait' | 'pause' | 'reopen' | 'mend' {
  if (live.at === 'mending' && code !== 'foreign-lease' && mends(code)) return 'wait';
  // Behind one that was put off, every later one is out of turn: they go again together.
  if (code === 'try-later' || (live.at === 'paused' && code === 'missing-deps')) return 'pause';
  return code === 'wrong-epoch' ? 'reopen' : 'mend';
}

/** The first answer names the one that was refused; those behind it only say `superseded`. */
export function noteRefusal(live: Live, frame: Refuse): void {
  if (frame.code === 'foreign-lease') live.burnt.add(frame.lease);
  if (!live.refused || (mends(live.refused.code) && !mends(frame.code))) live.refused = frame;
}

/** What an `open` says of the documents that are held, the newest segment first. */
export function heldOf(docs: readonly DocRow[]): { doc: string; seq: number }[] {
  return docs
    .map(({ doc, seq }) => ({ doc, seq }))
    .sort((a, b) => rank(b.doc) - rank(a.doc))
    .slice(0, LIMITS.docsPerOpenMax);
}

function rank(doc: string): number {
  const parsed = parseDoc(doc);
  return parsed?.kind === 'feed' ? parsed.segment : Number.MAX_SAFE_INTEGER;
}
