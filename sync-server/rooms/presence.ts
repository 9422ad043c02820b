/**
 * Presence in a paper: who has it on screen, and where. The relay binds it to the session's person: a client id must
 * be a lease of the sender, and the person named in the state is the sender, whatever the bytes say.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { presenceFits } from '#shared/papers/presence.ts';
import { LIMITS } from '#shared/school/limits.ts';
import type { Speaker } from './intent.ts';

interface Shown {
  doc: string;
  client: number;
  clock: number;
  state: Record<string, unknown> | null;
  /** The connection that shows it. */
  by: object;
}

/** Entries of one update that are read: a tab shows one, and its closing tells of one. */
const ENTRIES_MAX = 8;
/** What one connection shows in a paper: its tabs. */
const SHOWN_MAX = 16;
/** Beyond it the clock could not be raised once more to tell that the entry is gone. */
const CLOCK_MAX = 2 ** 48;

export class Presence {
  readonly #shown = new Map<string, Map<number, Shown>>();

  /** Takes a connection's awareness bytes; answers those that others may see, or undefined when nothing remains. */
  take(doc: string, bytes: Uint8Array, from: Speaker, by: object): Uint8Array | undefined {
    const entries = bytes.length <= LIMITS.awarenessBytesMax ? read(bytes) : undefined;
    if (!entries) return undefined;
    const shown = this.#of(doc);
    const kept: Shown[] = [];
    let room = SHOWN_MAX - countOf(shown, by);
    for (const { client, clock, state } of entries) {
      if (!from.leases.has(client) || (state && !presenceFits(state))) continue;
      const before = shown.get(client);
      if (state && before?.by !== by && room-- <= 0) continue;
      // Others take no step back: told with its own clock, this one would leave a ghost with them.
      const next = before && clock < before.clock ? before.clock + 1 : clock;
      const entry = { doc, client, clock: next, by, state: state && { ...state, person: from.person } };
      kept.push(entry);
      if (state) shown.set(client, entry);
      else shown.delete(client);
    }
    if (shown.size === 0) this.#shown.delete(doc);
    return kept.length > 0 ? encode(kept) : undefined;
  }

  /** What is on screen now, for one who comes. */
  of(doc: string): Uint8Array | undefined {
    const shown = this.#shown.get(doc);
    return shown && shown.size > 0 ? encode([...shown.values()]) : undefined;
  }

  /** A connection left: the bytes that tell the others, by document. */
  left(by: object, within?: string): { doc: string; bytes: Uint8Array }[] {
    const told: { doc: string; bytes: Uint8Array }[] = [];
    for (const [doc, shown] of this.#shown) {
      if (within !== undefined && doc !== within && !doc.startsWith(`${within}/`)) continue;
      const gone = [...shown.values()].filter((entry) => entry.by === by);
      if (gone.length === 0) continue;
      for (const entry of gone) shown.delete(entry.client);
      if (shown.size === 0) this.#shown.delete(doc);
      told.push({
        doc,
        bytes: encode(gone.map((entry) => ({ ...entry, clock: entry.clock + 1, state: null }))),
      });
    }
    return told;
  }

  #of(doc: string): Map<number, Shown> {
    const shown = this.#shown.get(doc) ?? new Map<number, Shown>();
    this.#shown.set(doc, shown);
    return shown;
  }
}

function countOf(shown: ReadonlyMap<number, Shown>, by: object): number {
  let count = 0;
  for (const entry of shown.values()) if (entry.by === by) count++;
  return count;
}

/** y-protocols awareness: count, then client, clock and JSON of each. */
function read(
  bytes: Uint8Array,
): { client: number; clock: number; state: Record<string, unknown> | null }[] | undefined {
  try {
    const from = decoding.createDecoder(bytes);
    const count = decoding.readVarUint(from);
    if (count > ENTRIES_MAX) return undefined;
    const entries = [];
    for (let i = 0; i < count; i++) {
      const client = decoding.readVarUint(from);
      const clock = decoding.readVarUint(from);
      const state: unknown = JSON.parse(decoding.readVarString(from));
      if (clock > CLOCK_MAX || typeof state !== 'object' || Array.isArray(state)) return undefined;
      entries.push({ client, clock, state: state as Record<string, unknown> | null });
    }
    return from.pos === bytes.length ? entries : undefined;
  } catch {
    return undefined;
  }
}

function encode(
  entries: readonly { client: number; clock: number; state: Record<string, unknown> | null }[],
): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, entries.length);
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(to, client);
    encoding.writeVarUint(to, clock);
    encoding.writeVarString(to, JSON.stringify(state));
  }
  return encoding.toUint8Array(to);
}
