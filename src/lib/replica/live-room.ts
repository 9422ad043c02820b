/** What the leader knows of a room on this connection: how far it was sent, and what it waits for. */
import { parseDoc } from '#shared/school/names.ts';
import type { Refuse } from '#shared/wire/frames.ts';

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

/** The newest segment first. */
export function rank(doc: string): number {
  const parsed = parseDoc(doc);
  return parsed?.kind === 'feed' ? parsed.segment : Number.MAX_SAFE_INTEGER;
}
