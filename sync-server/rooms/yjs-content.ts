/** A Yjs document of a room: the judge reads the bytes, the policy of its kind rules on the acts. */
import * as Y from 'yjs';
import { splitKey } from '#shared/feed/shape.ts';
import { type JudgedKind, judgeOps } from '#shared/ops/judge-ops.ts';
import type { Json, Op } from '#shared/ops/op.ts';
import type { Effects, PolicyContext } from '#shared/ops/policy.ts';
import { LARGE_SHAPES, SHAPES } from '#shared/ops/shapes.ts';
import { may, type Place } from '#shared/school/may.ts';
import type { Standing } from '#shared/school/roles.ts';
import { applyExamined } from '../judge/apply.ts';
import { examine } from '../judge/examine.ts';
import { prepare } from '../judge/shape.ts';
import type { PlaceRow } from '../store/log.ts';
import type { Intent, Speaker, Taken } from './intent.ts';
import type { Content } from './kept-doc.ts';
import { ROOM_LIMITS } from './limits.ts';

/** What the room knows of the document's surroundings at the moment an intent is judged. */
export interface Surroundings {
  who: Standing | undefined;
  place: Place;
  /** The chat of a feed, '' elsewhere. */
  chat: string;
  open: boolean;
  /** Ids that were ever used in the chat of a feed. */
  ids: ReadonlySet<string>;
  paperExists(paper: string): boolean;
}

export class YjsContent implements Content {
  readonly #doc = new Y.Doc();
  readonly #name: string;
  readonly #kind: JudgedKind;
  readonly #around: (person: string) => Surroundings | undefined;
  #messages: number;

  /** Throws when the stored updates do not stand on their own: a document is whole, or it opens for nobody. */
  constructor(
    name: string,
    kind: JudgedKind,
    updates: Uint8Array[],
    messages: number,
    around: (person: string) => Surroundings | undefined,
  ) {
    this.#name = name;
    this.#kind = kind;
    this.#around = around;
    this.#messages = messages;
    prepare(this.#doc, SHAPES[kind]);
    this.#doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.#doc, update, 'log');
    });
    if (this.#doc.store.pendingStructs || this.#doc.store.pendingDs)
      throw new Error(`the log of ${name} has a hole`);
  }

  save(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc);
  }

  /** What a stock client lacks, by its state vector. */
  diff(vector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc, vector);
  }

  vector(): Uint8Array {
    return Y.encodeStateVector(this.#doc);
  }

  merge(updates: Uint8Array[]): Uint8Array {
    return Y.mergeUpdates(updates);
  }

  messages(): number {
    return this.#messages;
  }

  hands(): number {
    return this.#doc.store.clients.size;
  }

  take(intent: Intent, from: Speaker, stamp: { seq: number; at: number }): Taken {
    const around = this.#around(from.person);
    if (!around) return { ok: false, code: 'unknown-place' };
    const numbered = intent.n > 0;
    const shape = (numbered && this.#kind !== 'paper' ? SHAPES : LARGE_SHAPES)[this.#kind];
    const lease = intent.lease > 0 ? intent.lease : undefined;
    const examined = examine(this.#doc, shape, intent.bytes, { lease, numbered });
    if (!examined.ok) return examined;
    if (examined.known && !numbered) return { ok: true, known: true };
    // The binding of a paper's reader tidies up by deletes alone: nothing of it counts, and nobody is blamed.
    if (this.#kind === 'paper' && !numbered && examined.deletesOnly && (!lease || !mayEdit(around)))
      return { ok: true, known: true };
    // Without a hand there is nobody to number it: a stock client that never showed its lease is a reader.
    if (lease === undefined) return { ok: false, code: 'foreign-lease' };
    const ruling = judgeOps(this.#kind, examined.ops, new Asked(this.#doc, around, from));
    if (!ruling.ok) return ruling;
    if (examined.known) return { ok: true, known: true };
    const applied = applyExamined(this.#doc, examined);
    if (!applied.ok) return { ok: false, code: 'malformed', says: applied.says, broken: true };
    const places = placesOf(this.#name, examined.ops, ruling.effects, from.person, stamp);
    for (const place of places) if (place.kind === 'message') this.#messages++;
    return {
      ok: true,
      known: false,
      update: applied.update,
      places,
      gone: ruling.effects.gone,
      clears: ruling.effects.clears ?? false,
      papers: ruling.effects.papers.map((paper) => ({ ...paper, chat: around.chat })),
      died: applied.died,
      acts: ruling.acts.map(({ act }) => act),
    };
  }
}

function mayEdit({ who, place }: Surroundings): boolean {
  return may(who, 'paper.edit', place).ok;
}

/** What a policy may ask about the document and its surroundings. */
class Asked implements PolicyContext {
  readonly who: Standing | undefined;
  readonly place: Place;
  readonly open: boolean;
  readonly #doc: Y.Doc;
  readonly #around: Surroundings;
  readonly #from: Speaker;

  constructor(doc: Y.Doc, around: Surroundings, from: Speaker) {
    this.who = around.who;
    this.place = around.place;
    this.open = around.open;
    this.#doc = doc;
    this.#around = around;
    this.#from = from;
  }

  owns(lease: number): boolean {
    return this.#from.leases.has(lease);
  }
  read(root: string, key: string): Json | undefined {
    return this.#doc.getMap(root).get(key) as Json | undefined;
  }
  keys(root: string): Iterable<string> {
    return this.#doc.getMap(root).keys();
  }
  paperExists(paper: string): boolean {
    return this.#around.paperExists(paper);
  }
  idTaken(id: string): boolean {
    return this.#around.ids.has(id);
  }
}

const NO_PLACES: PlaceRow[] = [];

function placesOf(
  doc: string,
  ops: readonly Op[],
  effects: Effects,
  by: string,
  { seq, at }: { seq: number; at: number },
): PlaceRow[] {
  if (effects.places.length === 0) return NO_PLACES;
  // One id, one op is what almost every intent is.
  const wanted = ops.length > 1 ? new Set(effects.places) : undefined;
  const places: PlaceRow[] = [];
  for (const op of ops) {
    if (op.op !== 'map.set') continue;
    const edit = op.root === 'edits' ? splitKey(op.key) : undefined;
    const id = edit ? edit.rest : op.key;
    if (wanted && !wanted.delete(id)) continue;
    const kind = edit ? 'edit' : op.root === 'papers' ? 'paper' : 'message';
    places.push({ doc, id, kind, of: edit?.message ?? '', seq, at, by, text: startOf(op.value) });
  }
  return places;
}

function startOf(value: Json): string {
  const text = value !== null && typeof value === 'object' && !Array.isArray(value) ? value.text : undefined;
  if (typeof text !== 'string') return '';
  const end = ROOM_LIMITS.summaryChars;
  // Never half of a character that takes two units.
  return text.slice(0, isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
