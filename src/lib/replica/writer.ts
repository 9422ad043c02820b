/**
 * Writing on this tab: an intent is asked of the rules, made on screen at once, and acknowledged to the caller when it
 * stands in the outbox on disk.
 */
import { idOf } from '#shared/feed/shape.ts';
import { allowed, bringsOf, docFor, type Look, needsOf, renamed } from './acts.ts';
import { RoomCopy, type Unsaved } from './copy.ts';
import { type Disk, type Disks, type DraftRow, type OutRow, troubleOf } from './disk.ts';
import { newPencil, penFor } from './pens.ts';
import { roomWord, type Tabs, type Word } from './tabs.ts';
import type { Intent, Topic, Verdict } from './types.ts';

/** How long a tab without a lease waits for one when the line is up. */
const LEASE_WAIT_MS = 8_000;
/** Rounds of «the disk has moved on, make it again» before the disk counts as broken. */
const STALE_ROUNDS_MAX = 8;
/** A disk that is full, or failed, is asked again to take what is typed in a paper. */
const SAVE_AGAIN_MS = 5_000;

class Stale extends Error {}

export interface Around {
  person: string;
  disks: Disks;
  tabs: Tabs;
  emit(topic: Topic): void;
  lookOf(copy: RoomCopy): Look;
  online(): boolean;
  /** The device has let go of its disk, or the disk of it. */
  closed(): boolean;
  /** Whether a message of these words is made of the draft of a chat, which has this row on disk or none. */
  isHeld(chat: string, words: string, row: DraftRow | undefined): boolean;
  /** Told of what entered the outbox, before its writer is. */
  saved(rows: OutRow[]): void;
  onTrouble(code: 'storage-full' | 'storage-failed'): void;
}

export class Writer {
  readonly copies = new Map<string, RoomCopy>();
  readonly #around: Around;
  /** Last number used in ids, by lease. */
  readonly #ids = new Map<number, number>();
  readonly #leaseWaiters = new Set<() => void>();

  constructor(around: Around) {
    this.#around = around;
  }

  /** The room's copy on this tab, reading it when it is new. */
  open(room: string): RoomCopy {
    let copy = this.copies.get(room);
    if (!copy) {
      copy = new RoomCopy(room);
      this.copies.set(room, copy);
      void this.reload(copy);
    }
    return copy;
  }

  reload(copy: RoomCopy): Promise<void> {
    return copy.inLane(async () => {
      try {
        const { disks, person, tabs } = this.#around;
        await copy.read(disks.strict, person, tabs.slot);
        // Shown as soon as it is read: a pen is for whoever writes.
        this.#around.emit(copy.room as Topic);
        if (copy.pen) await this.#knowIds(copy.pen.lease);
        else await this.#takePen(copy, false);
      } catch (error) {
        this.#around.onTrouble(troubleOf(error));
      }
      // A disk without room for a pen can be read.
      copy.isSettled = copy.loaded;
      this.#around.emit(copy.room as Topic);
    });
  }

  /** Lets a room leave memory, unless something of it is still to be made or saved. */
  drop(room: string): void {
    const copy = this.copies.get(room);
    if (copy && copy.unsaved.length + copy.writing === 0) this.copies.delete(room);
  }

  /**
   * Makes an intent now, when the room is loaded; else as soon as it is. `build` gets a maker of fresh ids.
   * The verdict comes when it is on disk.
   */
  async write(room: string, build: (id: () => string) => Intent): Promise<Verdict> {
    const copy = this.open(room);
    copy.writing++;
    try {
      return await this.#write(copy, build);
    } finally {
      copy.writing--;
    }
  }

  async #write(copy: RoomCopy, build: (id: () => string) => Intent): Promise<Verdict> {
    const { room } = copy;
    if (this.#around.closed()) return { ok: false, code: 'storage-failed' };
    if (!copy.loaded || !copy.pen || !this.#ids.has(copy.pen.lease)) {
      await copy.inLane(() => this.#ready(copy, false));
      if (!copy.loaded) return { ok: false, code: 'storage-failed' };
      if (!copy.pen) copy.hold(copy.pencil ?? newPencil(room, this.#around.tabs.slot));
    }
    let intent = renamed(
      build(() => this.#newId(copy)),
      copy.names,
    );
    // A paper is a place of its own: its name must be the last one from the start.
    if (intent.act === 'paper.create' && !copy.pen) {
      await this.ready(copy);
      if (!copy.pen) return { ok: false, code: 'no-lease' };
      intent = build(() => this.#newId(copy));
    }
    const verdict = allowed(intent, room, this.#around.lookOf(copy));
    if (!verdict.ok) return verdict;
    const doc = docFor(intent, room, copy.head, (id) => copy.docOf(id));
    if (!doc) return { ok: false, code: 'not-here' };
    const bytes = copy.make(intent, doc, this.#around.person);
    const id = 'paper' in intent ? intent.paper : (bringsOf(intent)[0] ?? '');
    if (!bytes) return { ok: true, id };
    return this.put(copy, intent, doc, bytes, id);
  }

  /** Takes bytes that are already on screen (a paper's keystrokes) into the outbox. */
  put(copy: RoomCopy, intent: Intent, doc: string, bytes: Uint8Array, id: string): Promise<Verdict> {
    const pen = copy.pen ?? copy.pencil;
    if (!pen) return Promise.resolve({ ok: false, code: 'no-lease' });
    const [lease, n] = pen === copy.pen ? [pen.lease, ++pen.n] : [0, 0];
    const saved = new Promise<Verdict>((resolve) => {
      copy.unsaved.push({
        intent,
        doc,
        bytes,
        ...{ lease, n },
        dependsOn: copy.pendingOf(needsOf(intent)),
        at: Date.now(),
        done: (result) => resolve(result.ok ? { ok: true, id } : result),
      });
    });
    this.#around.emit(copy.room as Topic);
    void copy.inLane(() => this.#save(copy));
    return saved;
  }

  hear(word: Word): void {
    if (word.say === 'full' && !word.is)
      for (const copy of this.copies.values()) if (!copy.pen) void this.reload(copy);
    if (word.say !== 'room') return;
    const copy = this.copies.get(word.room);
    if (!copy) return;
    for (const [old, name] of word.names) copy.names.set(old, name);
    if (word.rebuilt) void this.reload(copy);
    else
      void copy.inLane(async () => {
        copy.hear(word);
        this.#around.emit(copy.room as Topic);
      });
  }

  /** New spare leases are on disk. */
  leasesCame(): void {
    for (const wake of this.#leaseWaiters) wake();
    for (const copy of this.copies.values()) if (!copy.pen) void copy.inLane(() => this.#ready(copy, false));
  }

  async flushed(): Promise<void> {
    await Promise.all([...this.copies.values()].map((copy) => copy.inLane(async () => {})));
  }

  /** Resolves when the room is read and, if it can be had, has its pen. */
  ready(copy: RoomCopy): Promise<void> {
    return copy.inLane(() => this.#ready(copy, true));
  }

  async #ready(copy: RoomCopy, wait: boolean): Promise<void> {
    try {
      if (!copy.loaded) await this.#read(copy);
      if (copy.pen) return await this.#knowIds(copy.pen.lease);
      await this.#takePen(copy, wait);
      this.#around.emit(copy.room as Topic);
    } catch (error) {
      this.#around.onTrouble(troubleOf(error));
    }
  }

  async #read(copy: RoomCopy): Promise<void> {
    const { disks, person, tabs } = this.#around;
    await copy.read(disks.strict, person, tabs.slot);
    if (copy.pen) await this.#knowIds(copy.pen.lease);
  }

  /** A pen from before a restart has made ids already: one made twice would be taken for a message that is there. */
  async #knowIds(lease: number): Promise<void> {
    if (this.#ids.has(lease)) return;
    const used = (await this.#around.disks.strict.leases.get(lease))?.ids ?? 0;
    this.#ids.set(lease, Math.max(used, this.#ids.get(lease) ?? 0));
  }

  async #takePen(copy: RoomCopy, wait: boolean): Promise<void> {
    const { disks, tabs } = this.#around;
    const disk = disks.strict;
    for (let round = 0; round < 2; round++) {
      const taken = await disk.transaction('rw', [disk.pens, disk.leases], async () => {
        const pen = await penFor(disk, copy.room, tabs.slot);
        if (!pen) return undefined;
        await disk.pens.put(pen);
        return { pen, ids: (await disk.leases.get(pen.lease))?.ids ?? 0 };
      });
      if (taken) {
        this.#ids.set(taken.pen.lease, Math.max(taken.ids, this.#ids.get(taken.pen.lease) ?? 0));
        copy.hold(taken.pen);
        return;
      }
      tabs.say({ say: 'lease-ask' });
      if (!wait || !this.#around.online()) return;
      await this.#nextLeases();
    }
  }

  #nextLeases(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#leaseWaiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, LEASE_WAIT_MS);
      this.#leaseWaiters.add(done);
    });
  }

  #newId(copy: RoomCopy): string {
    const lease = (copy.pen ?? copy.pencil)?.lease ?? 0;
    const n = (this.#ids.get(lease) ?? 0) + 1;
    this.#ids.set(lease, n);
    return idOf(lease, n);
  }

  async #save(copy: RoomCopy): Promise<void> {
    for (let round = 0; copy.unsaved.length > 0; round++) {
      const batch = copy.unsaved.slice();
      try {
        const rows = await this.#store(copy, batch);
        copy.unsaved = copy.unsaved.slice(batch.length);
        copy.out.push(...rows);
        this.#around.saved(rows);
        for (const unsaved of batch) unsaved.done({ ok: true });
        this.#tell(copy, rows);
        return;
      } catch (error) {
        if (!(causeOf(error) instanceof Stale) || round >= STALE_ROUNDS_MAX)
          return this.#fail(copy, batch, error);
        await this.#read(copy);
      }
    }
  }

  async #store(copy: RoomCopy, batch: readonly Unsaved[]): Promise<OutRow[]> {
    const disk = this.#around.disks.strict;
    const { slot } = this.#around.tabs;
    return disk.transaction('rw', [disk.rooms, disk.outbox, disk.pens, disk.leases, disk.kv], async () => {
      const row = await disk.rooms.get(copy.room);
      if ((row?.gen ?? 0) !== copy.gen) throw new Stale();
      const epoch = row?.epoch ?? '';
      const rows = batch.map(({ intent, doc, bytes, lease, n, dependsOn, at }) => ({
        ...{ room: copy.room, doc, epoch, slot, lease, n, intent, bytes, dependsOn, at },
        ...{ tries: 0, here: true },
      }));
      const ids = await disk.outbox.bulkAdd(rows, { allKeys: true });
      await this.#advance(disk, copy.room, batch);
      for (const { intent } of batch) await this.#dropDraft(disk, copy.room, intent);
      return rows.map((made, index) => ({ ...made, id: ids[index] as number }));
    });
  }

  /** What became a message is no draft any more, in the same step: a page may go at any moment. */
  async #dropDraft({ kv }: Disk, room: string, intent: Intent): Promise<void> {
    if (intent.act !== 'message.create') return;
    const chat = room.slice('chat/'.length);
    const key = `draft/${chat}` as const;
    const { text: sent } = intent;
    const row = (await kv.get(key)) as DraftRow | undefined;
    if (this.#around.isHeld(chat, sent, row) || row?.value.trim() === sent)
      await kv.put({ key, value: '', sent });
  }

  async #advance(disk: Disk, room: string, batch: readonly Unsaved[]): Promise<void> {
    const n = Math.max(...batch.map((unsaved) => unsaved.n));
    if (n > 0) await disk.pens.update([room, this.#around.tabs.slot], { n });
    for (const lease of new Set(batch.map((unsaved) => unsaved.lease))) {
      const ids = this.#ids.get(lease);
      if (ids !== undefined) await disk.leases.update(lease, { ids });
    }
  }

  /**
   * What could not be kept leaves the screen again: it must never look as if it were safe. Keystrokes cannot be given
   * back to a field: they stay where they were typed, said to be unsaved, and are tried again.
   */
  async #fail(copy: RoomCopy, batch: readonly Unsaved[], error: unknown): Promise<void> {
    const code = troubleOf(error);
    this.#around.onTrouble(code);
    if (copy.room.startsWith('paper/')) {
      if (this.#around.disks.strict.isOpen())
        copy.again ??= setTimeout(() => {
          copy.again = undefined;
          void copy.inLane(() => this.#save(copy));
        }, SAVE_AGAIN_MS);
    } else {
      const lost = new Set(batch);
      copy.unsaved = copy.unsaved.filter((unsaved) => !lost.has(unsaved));
      try {
        await this.#read(copy);
      } catch {
        copy.loaded = false;
      }
    }
    for (const unsaved of batch) unsaved.done({ ok: false, code });
    this.#around.emit(copy.room as Topic);
  }

  #tell(copy: RoomCopy, added: OutRow[]): void {
    const changes = added.map(({ doc, bytes }) => ({ doc, bytes }));
    this.#around.tabs.tell(roomWord(copy.room, { changes, added }));
    this.#around.tabs.say({ say: 'outbox', rooms: [copy.room] });
    this.#around.emit(copy.room as Topic);
  }
}

function causeOf(error: unknown): unknown {
  let at = error;
  while (!(at instanceof Stale) && at instanceof Error && 'inner' in at && at.inner) at = at.inner;
  return at;
}
