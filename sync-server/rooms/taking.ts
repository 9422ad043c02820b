/** How a room takes one intent: known? · in turn? · by whom? · the judge and the policy · then the log. */
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc } from '#shared/school/names.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import { digest, shortDigest } from '#shared/wire/digest.ts';
import type { Append, LeaseLast } from '../store/log.ts';
import type { Intent, Speaker, Taken } from './intent.ts';
import type { KeptDoc } from './kept-doc.ts';
import type { Live } from './live.ts';
import { lostTexts } from './swallowed.ts';

export type Turn =
  | { turn: 'known'; seq: number; at: number }
  /** `closes`: a verdict, after which the lease is closed in the room. */
  | { turn: 'refused'; code: RefusalCode; closes: boolean }
  | { turn: 'next'; n: number; replaces: number };

/** Whether an intent is known, out of turn, or the next of its lease. Changes nothing. */
export function turnOf(
  live: Live,
  intent: Intent,
  from: Speaker,
  epoch: string | undefined,
  sum: number,
): Turn {
  const last = live.lasts.get(intent.lease);
  // A stock reader has no lease: the judge lets it bring nothing new.
  if (intent.lease === 0 && intent.n === 0) return { turn: 'next', n: 0, replaces: 0 };
  if (!from.leases.has(intent.lease)) return refused('foreign-lease');
  if (epoch !== undefined && epoch !== live.epoch) return refused('wrong-epoch');
  if (intent.n > 0 && last && intent.n <= last.n) {
    // A restored or cloned device holds another intent under this number: acknowledging it would lose it.
    if (isAnother(live, last, intent, sum)) return refused('superseded');
    return { turn: 'known', seq: last.seq, at: last.at };
  }
  if (last?.closed) return refused('superseded');
  const n = (last?.n ?? 0) + 1;
  if (intent.n > n) return refused('missing-deps');
  const { lease } = intent.replaces;
  if (n > 1 || lease === 0 || lease === intent.lease) return { turn: 'next', n, replaces: 0 };
  if (!from.leases.has(lease)) return refused('foreign-lease');
  if ((live.lasts.get(lease)?.n ?? 0) > intent.replaces.n)
    return { turn: 'refused', code: 'stale', closes: true };
  return { turn: 'next', n, replaces: lease };
}

/** Whether the number stands for another intent, as far back as a device may have had intents in the air. */
function isAnother(live: Live, last: LeaseLast, { lease, n }: Intent, sum: number): boolean {
  if (n === last.n) return sum !== last.digest;
  const known = live.sums.get(lease)?.at(n - last.n - 1);
  return known !== undefined && shortDigest(sum) !== known;
}

function refused(code: RefusalCode): Turn {
  return { turn: 'refused', code, closes: false };
}

/** Takes the next intent into the memory of the room and says what its transaction must store. */
export function noteTaken(
  live: Live,
  doc: KeptDoc,
  intent: Intent & { n: number },
  from: Speaker,
  taken: Taken & { ok: true; known: false },
  { at, replaces, sum }: { at: number; replaces: number; sum: number },
): Append {
  const seq = ++live.seq;
  const { lease, n } = intent;
  noteLast(live, { lease, person: from.person, n, digest: sum, closed: false, seq, at }, replaces);
  for (const { id } of taken.places) live.ids.add(id);
  live.touched.set(doc.name, seq);
  doc.touched(seq, taken.update, taken.places);
  const row = { room: live.room, seq, doc: doc.name, lease, n, person: from.person, at, bytes: taken.update };
  const { places, gone, papers, clears = false } = taken;
  const lost = lostTexts(live, doc.name, taken.died, at);
  return { row, digest: sum, replaces, places, gone, clears, papers, lost, head: nextHead(live, doc) };
}

/** Takes the number of an intent that changes nothing: the lease stays where its last one left it. */
export function noteNumber(
  live: Live,
  { lease }: Intent,
  { person }: Speaker,
  { n, replaces, sum }: { n: number; replaces: number; sum: number },
): LeaseLast {
  const { seq, at } = live.lasts.get(lease) ?? { seq: 0, at: 0 };
  return noteLast(live, { lease, person, n, digest: sum, closed: false, seq, at }, replaces);
}

function noteLast(live: Live, last: LeaseLast, replaces: number): LeaseLast {
  live.lasts.set(last.lease, last);
  noteSum(live, last.lease, shortDigest(last.digest));
  if (replaces > 0) closeLease(live, replaces, last.person);
  return last;
}

/** What numbers of one lease are compared by. A stock client has no numbers, and nobody ever asks for its sums. */
export function sumOf({ n, bytes }: Intent): number {
  return n > 0 ? digest(bytes) : 0;
}

/** As far back as a device may have had intents in the air. */
function noteSum(live: Live, lease: number, sum: number): void {
  const sums = live.sums.get(lease) ?? [];
  if (sums.push(sum) > LIMITS.inFlightMax) sums.shift();
  live.sums.set(lease, sums);
}

/** Closed for good in this room. */
export function closeLease(live: Live, lease: number, person: string): void {
  const last = live.lasts.get(lease);
  live.lasts.set(lease, {
    ...(last ?? { lease, person, n: 0, digest: 0, seq: 0, at: 0 }),
    closed: true,
  });
}

/** The open segment closes when it is full: the next one is open from then on. */
function nextHead(live: Live, doc: KeptDoc): number | undefined {
  const name = parseDoc(doc.name);
  if (name?.kind !== 'feed' || name.segment !== live.head) return undefined;
  const { content, bytes } = doc;
  if (
    content.messages() < LIMITS.segmentMessagesMax &&
    content.hands() < LIMITS.segmentHandsMax &&
    bytes < LIMITS.segmentBytesMax
  )
    return undefined;
  return ++live.head;
}
