/**
 * A room on this tab: its loaded documents as they are on screen, confirmed content plus everything that waits in the
 * outbox. The disk is the truth: when pending work was made again there (`gen`), this copy is read anew and what was
 * not saved yet is made on top of it.
 */

import * as Y from 'yjs';
import { leaseOfId, type Message, type PaperEntry } from '#shared/feed/shape.ts';
import { feedDoc, parseRoom, pinsDoc } from '#shared/school/names.ts';
import { bringsOf, needsOf, perform, renamed } from './acts.ts';
import type { Disk, OutRow, PenRow, PlaceRow, RoomRow } from './disk.ts';
import { isPencil } from './pens.ts';
import type { MoveKeys } from './rebase.ts';
import { readStored, type Stored } from './stored-doc.ts';
import type { RoomWord } from './tabs.ts';
import type { Intent } from './types.ts';
import { bytesOf, FROM_OUTSIDE, holdLease, newDoc } from './ydoc.ts';

export type LiveDoc = ReturnType<typeof newDoc>;

/** Made on screen, not on disk yet. */
export interface Unsaved {
  intent: Intent;
  doc: string;
  bytes: Uint8Array;
  lease: number;
  n: number;
  dependsOn: string[];
  at: number;
  done(saved: { ok: true } | { ok: false; code: 'storage-full' | 'storage-failed' | 'no-lease' }): void;
}

export class RoomCopy {
  readonly room: string;
  epoch = '';
  head = 0;
  gen = 0;
  /** Whether the disk was read. */
  loaded = false;
  /** Rises with everything that changes the room on this tab. */
  version = 0;
  docs = new Map<string, LiveDoc>();
  places = new Map<string, PlaceRow>();
  out: OutRow[] = [];
  unsaved: Unsaved[] = [];
  /** Acts that wait for the room to be read, or for a lease: two copies of it would give them one number. */
  writing = 0;
  /** Runs while the disk does not take what is unsaved. */
  again: ReturnType<typeof setTimeout> | undefined;
  pen: PenRow | undefined;
  /** Whether a pen was looked for: there may be none. */
  isSettled = false;
  /** What the room is written with while it has no pen. */
  pencil: PenRow | undefined;
  /** Ids that were made anew with a lease: pages may still hold the older ones. */
  readonly names = new Map<string, string>();
  /** Ids of messages that no copy has: they waited and do no more, or the relay knows of none. */
  readonly missed = new Set<string>();
  /** Called before the documents are replaced by newly read ones. */
  beforeSwap: (() => void) | undefined;
  /** How keystrokes go on under another lease; whoever types here brings it. */
  moveKeys: MoveKeys = nobodyTypes;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(room: string) {
    this.room = room;
  }

  /** Runs one piece of work after another: reading and saving never overlap. */
  inLane<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => {});
    return result;
  }

  /** Documents to load when the room is opened. */
  firstDocs(head: number): string[] {
    const parsed = parseRoom(this.room);
    if (parsed?.kind === 'chat') return [feedDoc(parsed.chat, Math.max(head, 1)), pinsDoc(parsed.chat)];
    return parsed?.kind === 'org' ? [] : [this.room];
  }

  /** Reads the room and its first documents, and those already loaded, from disk. In the lane. */
  async read(disk: Disk, person: string, slot: number): Promise<void> {
    const stores = [disk.rooms, disk.docs, disk.tails, disk.places, disk.outbox, disk.pens];
    const read = await disk.transaction('r', stores, async () => {
      // Asked at once: on a phone each answer of the database that is waited for is felt.
      const [row, out, pen]: [RoomRow | undefined, OutRow[], PenRow | undefined] = await Promise.all([
        disk.rooms.get(this.room),
        disk.outbox.where('room').equals(this.room).sortBy('id'),
        disk.pens.get([this.room, slot]),
      ]);
      const names = new Set([...this.firstDocs(row?.head ?? 0), ...this.docs.keys()]);
      const stored = await Promise.all([...names].map((name) => readStored(disk, name)));
      return { row, out, pen, stored };
    });
    // From here on nothing may wait: what was typed until now is carried over.
    this.beforeSwap?.();
    const { row, out, pen, stored } = read;
    this.epoch = row?.epoch ?? '';
    this.head = row?.head ?? 0;
    this.gen = row?.gen ?? 0;
    for (const { intent } of this.out) if (intent.act === 'message.create') this.missed.add(intent.id);
    this.out = out;
    const shown = this.docs;
    this.docs = new Map();
    this.places = new Map();
    const old = this.pen;
    this.pen = pen ?? old;
    for (const part of stored)
      if (part.there || this.#needs(part.name) || !isEmpty(shown.get(part.name))) this.#build(part);
    const holds = pen ?? this.pencil;
    if (holds && this.unsaved.length > 0) this.#again(person, holds, old);
    this.loaded = true;
    this.version++;
  }

  /** Loads one more document from disk; false when it is not there. In the lane. */
  async readMore(disk: Disk, name: string): Promise<boolean> {
    const stored = await disk.transaction('r', [disk.docs, disk.tails, disk.places], () =>
      readStored(disk, name),
    );
    if (stored.there) this.#build(stored);
    this.version++;
    return stored.there;
  }

  /** Takes bytes of the relay or of another tab. */
  take(doc: string, bytes: Uint8Array): void {
    const live = this.docs.get(doc);
    if (live && bytes.length > 0) Y.applyUpdate(live, bytes, FROM_OUTSIDE);
    this.version++;
  }

  /** Documents beside the first that were on screen and of which nothing is held: a line that broke after a restore leaves them so. */
  lacking(): string[] {
    const first = this.firstDocs(this.head);
    return [...this.docs.keys()].filter((name) => isEmpty(this.docs.get(name)) && !first.includes(name));
  }

  /** Makes an intent on screen. Undefined when it changes nothing. */
  make(intent: Intent, doc: string, person: string): Uint8Array | undefined {
    const live = this.docs.get(doc) ?? this.#empty(doc);
    const bytes = bytesOf(live, () => perform(intent, live, person));
    this.version++;
    return bytes;
  }

  /** Hears what another tab (or the leader in this one) did to the room on disk. In the lane. */
  hear(word: RoomWord): void {
    if (!this.loaded) return;
    for (const { doc, bytes } of word.changes) this.take(doc, bytes);
    for (const place of word.places) this.places.set(place.id, place);
    if (word.acked.length > 0) {
      const acked = new Set(word.acked);
      this.out = this.out.filter((row) => !acked.has(row.id));
    }
    const known = new Set(this.out.map((row) => row.id));
    for (const row of word.added) if (!known.has(row.id)) this.out.push(row);
    if (word.head > 0) this.#moveHead(word.head);
    if (word.epoch !== '') this.epoch = word.epoch;
    this.version++;
  }

  /** From now on this room is written with that pen, or drawn with that pencil. */
  hold(pen: PenRow): void {
    if (isPencil(pen.lease)) this.pencil = pen;
    else this.pen = pen;
    for (const doc of this.docs.values()) holdLease(doc, pen.lease);
  }

  /** The document that holds a message or paper, pending ones included. */
  docOf(id: string): string | undefined {
    const placed = this.places.get(id);
    if (placed) return placed.doc;
    for (const [name, doc] of this.docs) {
      if (doc.share.has('messages') && (doc.getMap('messages').has(id) || doc.getMap('papers').has(id)))
        return name;
    }
    return undefined;
  }

  message(id: string): Message | 'gone' | 'unknown' {
    for (const doc of this.docs.values()) {
      const found = doc.share.has('messages') ? doc.getMap<Message>('messages').get(id) : undefined;
      if (found) return found;
    }
    const placed = this.places.get(id);
    const isGone = placed ? this.docs.has(placed.doc) : this.missed.has(id) && !this.names.has(id);
    return isGone ? 'gone' : 'unknown';
  }

  paper(id: string): PaperEntry | undefined {
    for (const doc of this.docs.values()) {
      const found = doc.share.has('papers') ? doc.getMap<PaperEntry>('papers').get(id) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  /** Those of the ids that exist only in the outbox yet. */
  pendingOf(ids: readonly string[]): string[] {
    const waiting = [...this.out, ...this.unsaved].map(({ intent }) => bringsOf(intent));
    return ids.filter((id) => waiting.some((brought) => brought.includes(id)));
  }

  /** Whether a document has its place here although nothing of it is confirmed: what comes for it must land in it. */
  #needs(name: string): boolean {
    if (this.firstDocs(this.head).includes(name)) return true;
    return [...this.out, ...this.unsaved].some(({ doc }) => doc === name);
  }

  /**
   * A segment that opens now is empty here. One that was only a guess, before the room was known, goes: it would look
   * like a segment that is loaded.
   */
  #moveHead(head: number): void {
    this.head = head;
    for (const [name, doc] of this.docs) if (isEmpty(doc) && !this.#needs(name)) this.docs.delete(name);
    for (const name of this.firstDocs(head)) if (!this.docs.has(name)) this.#empty(name);
  }

  #empty(name: string): LiveDoc {
    const live = newDoc(name);
    this.#lend(live);
    this.docs.set(name, live);
    return live;
  }

  #build({ name, parts, places }: Stored): void {
    for (const place of places) this.places.set(place.id, place);
    const live = newDoc(name);
    const pending = this.out.filter((out) => out.doc === name);
    Y.transact(
      live,
      () => {
        for (const bytes of parts) Y.applyUpdate(live, bytes, FROM_OUTSIDE);
        for (const { bytes } of pending) if (bytes.length > 0) Y.applyUpdate(live, bytes, FROM_OUTSIDE);
      },
      FROM_OUTSIDE,
      false,
    );
    this.#lend(live);
    this.docs.set(name, live);
  }

  #lend(live: LiveDoc): void {
    const pen = this.pen ?? this.pencil;
    if (pen) holdLease(live, pen.lease);
  }

  /** Makes what was not saved yet again, on the state that was just read, under the pen that now holds. */
  #again(person: string, pen: PenRow, old: PenRow | undefined): void {
    this.hold(pen);
    let n = pen.n;
    const kept: Unsaved[] = [];
    for (const before of this.unsaved) {
      const unsaved = { ...before, intent: renamed(before.intent, this.names) };
      if (unsaved.doc.endsWith('/registry')) {
        // Only whoever has the registry's library can make it again: the leader does, before it is sent.
        kept.push({ ...unsaved, lease: 0, n: 0 });
        continue;
      }
      const bytes =
        unsaved.intent.act === 'paper.write' && !unsaved.intent.schema
          ? this.#moved(unsaved, pen, old)
          : this.make(unsaved.intent, unsaved.doc, person);
      if (!bytes) {
        unsaved.done({ ok: true });
        continue;
      }
      if (isPencil(pen.lease) || isDrawn(unsaved.intent)) {
        kept.push({ ...unsaved, bytes, lease: 0, n: 0 });
        continue;
      }
      n++;
      kept.push({ ...unsaved, bytes, lease: pen.lease, n });
    }
    this.unsaved = kept;
    if (!isPencil(pen.lease)) this.pen = { ...pen, n };
  }

  #moved(unsaved: Unsaved, pen: PenRow, old: PenRow | undefined): Uint8Array | undefined {
    const live = this.docs.get(unsaved.doc);
    if (!live) return undefined;
    const moves = old !== undefined && old.lease !== pen.lease;
    const bytes = moves ? this.moveKeys(unsaved.bytes, pen, old, live) : unsaved.bytes;
    // Own words that come back as bytes must not look like a twin's.
    const { lease } = live;
    holdLease(live, Number.MAX_SAFE_INTEGER);
    Y.applyUpdate(live, bytes, FROM_OUTSIDE);
    holdLease(live, lease);
    return bytes;
  }
}

function nobodyTypes(): never {
  throw new Error('keystrokes come from the view of a paper alone');
}

const isEmpty = (doc: LiveDoc | undefined): boolean => doc === undefined || doc.store.clients.size === 0;

/** Whether an intent brings or names an id that no lease made. */
function isDrawn(intent: Intent): boolean {
  return [...bringsOf(intent), ...needsOf(intent)].some((id) => isPencil(leaseOfId(id) ?? 0));
}
