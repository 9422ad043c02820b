/**
 * What the leader does per room while the line is up: open it, send its outbox in order, and mend it after a refusal.
 * Nothing is lost by leaving this object: all of it is read from disk again on the next connection.
 */
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Frame, Refuse, RoomState } from '#shared/wire/frames.ts';
import type { Disk, OutRow } from './disk.ts';
import { InFlight } from './in-flight.ts';
import { heldOf, type Live, newLive, noteRefusal, pauseFor, reactionTo } from './live-room.ts';
import type { Mending, MendingGround } from './mending.ts';
import { goingFrom, isBeingMade, takeFirstEpoch, waitingIn } from './outbox.ts';
import { loadEpochs, loadRecovery } from './parts.ts';

/** So often a room is mended at once; then it waits between tries. */
const MENDS_AT_ONCE = 3;
/** So often in a row a room that could not be opened is tried again by itself: minutes; then whoever asks for it next opens it. */
const OPENS_MAX = 20;

export interface Ground extends Omit<MendingGround, 'granted'> {
  relaxed: Disk;
  send(frame: Frame): void;
  online(): boolean;
  askLeases(count: number): void;
  onTrouble(error: unknown): void;
}

export class Sending {
  readonly #ground: Ground;
  readonly #rooms = new Map<string, Live>();
  readonly #flight = new InFlight();
  #pumping: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<string>();
  /** How often in a row a room could not be opened. */
  readonly #unopened = new Map<string, number>();
  /** Papers whose creation is in the outbox. */
  readonly #unborn = new Set<string>();
  /** Leases that came on this connection. */
  readonly #granted = new Set<number>();
  #mending: Promise<Mending> | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  isOpen(room: string): boolean {
    return this.#rooms.has(room);
  }
  epochOf(room: string): string | undefined {
    return this.#rooms.get(room)?.epoch;
  }
  get openCount(): number {
    return this.#rooms.size;
  }

  /** The line went: everything starts over with the next one. */
  reset(): void {
    for (const live of this.#rooms.values()) clearTimeout(live.timer);
    this.#rooms.clear();
    this.#waiting.clear();
    this.#unopened.clear();
    this.#granted.clear();
    this.#flight.reset();
  }

  /** Opens a room unless it is open; its outbox goes as soon as it is. */
  async open(room: string): Promise<void> {
    if (this.#rooms.has(room) || !this.#ground.online()) return;
    const live = newLive();
    this.#rooms.set(room, live);
    const { disk } = this.#ground;
    const isOver = () => this.#rooms.get(room) !== live;
    try {
      const row = await disk.rooms.get(room);
      const held = heldOf(await disk.docs.where('room').equals(room).toArray());
      if (!isOver()) this.#ground.send({ kind: 'open', room, epoch: row?.epoch ?? '', held, newest: true });
    } catch (error) {
      if (!isOver()) this.#openLater(room);
      throw error;
    }
  }

  /** Resolves when nothing touches the disk any more. */
  async idle(): Promise<void> {
    await this.#pumping;
  }

  forget(room: string): void {
    const live = this.#rooms.get(room);
    if (!live) return;
    clearTimeout(live.timer);
    this.#flight.forget(live);
    this.#rooms.delete(room);
  }

  async opened(state: RoomState, otherEpoch: boolean, twins: readonly number[]): Promise<void> {
    const live = this.#rooms.get(state.room);
    if (!live) return;
    live.epoch = state.epoch;
    for (const lease of twins) live.burnt.add(lease);
    if (otherEpoch) {
      const { disk, person, tabs } = this.#ground;
      const epochs = await loadEpochs().catch(() => undefined);
      if (!epochs) {
        this.#openLater(state.room);
        return;
      }
      const docs = await epochs.moveToEpoch(disk, state, person, tabs, this.#rooms, this.#ground.claim());
      this.#pull(live, docs);
      await this.#startMending(state.room, live);
      return;
    }
    this.#unopened.delete(state.room);
    await takeFirstEpoch(this.#ground.disk, state);
    const rows = await waitingIn(this.#ground.disk, state.room);
    const closed = state.lasts.filter((last) => last.closed).map((last) => last.lease);
    if (twins.length > 0) this.#readAgain(live, rows);
    const mustMend =
      twins.length > 0 || rows.some((row) => closed.includes(row.lease) || row.epoch !== state.epoch);
    if (mustMend) {
      const mending = await this.#loadMending().catch(() => undefined);
      if (!mending) {
        this.#openLater(state.room);
        return;
      }
      this.#pull(live, await mending.missing(rows));
      await this.#startMending(state.room, live);
    } else {
      live.at = 'live';
      this.flush(state.room);
    }
  }

  patched(doc: string, room: string): void {
    const live = this.#rooms.get(room);
    if (live?.awaited.delete(doc)) this.#tryMending(room, live);
  }

  acked(room: string, lease: number, n: number): void {
    const live = this.#answered(room, lease, n);
    if (!live) return;
    live.mends = 0;
    for (const unborn of this.#unborn) this.flush(unborn);
    this.#unborn.clear();
    if (live.at === 'mending') this.#tryMending(room, live);
  }

  refuse(frame: Refuse): void {
    if (frame.lease === 0) {
      this.#unknown(frame.room, frame.code);
      return;
    }
    const live = this.#answered(frame.room, frame.lease, frame.n);
    if (!live) return;
    switch (reactionTo(live, frame.code)) {
      case 'wait':
        this.#tryMending(frame.room, live);
        return;
      case 'pause':
        this.#pause(frame.room, live);
        return;
      case 'reopen':
        this.forget(frame.room);
        this.flush(frame.room);
        return;
      default:
        noteRefusal(live, frame);
        void this.#startMending(frame.room, live);
    }
  }

  /** A room is not readable any more: what waits for it comes back to its author. */
  gone(room: string, code: RefusalCode): void {
    this.forget(room);
    const why = room.startsWith('org/') ? 'admins-only' : code;
    this.#pumping = this.#pumping
      .then(async () => {
        const waiting = await waitingIn(this.#ground.disk, room);
        if (waiting.length === 0 || (await this.#isUnborn(room))) return;
        await (await this.#loadMending()).giveBack(room, why);
      })
      .catch((error) => this.#ground.onTrouble(error));
  }

  /** The relay has no such room or document, or cannot read it now. */
  #unknown(name: string, code: string): void {
    const room = name.split('/', 2).join('/');
    if (name === room && this.#rooms.get(room)?.at === 'opening') {
      this.forget(room);
      if (code === 'not-a-member' || code === 'unknown-place') this.gone(room, code);
    } else this.patched(name, room);
    this.#ground.tabs.say({ say: 'failed-pull', doc: name });
  }

  /** A lease of ours is written with elsewhere. */
  async twin(room: string, lease: number): Promise<void> {
    const live = this.#rooms.get(room);
    if (!live) return;
    live.burnt.add(lease);
    this.#readAgain(live, await waitingIn(this.#ground.disk, room));
    await this.#startMending(room, live);
  }

  /** What of ours a twin's number hides is told by content: it must all be here first. */
  #readAgain(live: Live, rows: readonly OutRow[]): void {
    const burnt = rows.filter(({ lease }) => live.burnt.has(lease));
    this.#pull(
      live,
      burnt.map(({ doc }) => doc),
    );
  }

  /** Documents that pending work is made again on. */
  #pull(live: Live, docs: readonly string[]): void {
    for (const doc of docs) {
      if (live.awaited.has(doc)) continue;
      live.awaited.add(doc);
      this.#ground.send({ kind: 'pull', doc, epoch: live.epoch, seq: 0 });
    }
  }

  /** Leases came: rooms that waited for them go on. */
  leasesCame(leases: readonly number[]): void {
    for (const lease of leases) this.#granted.add(lease);
    const rooms = [...this.#waiting];
    this.#waiting.clear();
    for (const room of rooms) {
      const live = this.#rooms.get(room);
      if (live) this.#tryMending(room, live);
    }
  }

  /** Sends what of a room waits, opening it when it is not open. */
  flush(room: string): void {
    this.#pumping = this.#pumping
      .then(() => this.#pump(room))
      .catch((error) => this.#ground.onTrouble(error));
  }

  async #pump(room: string): Promise<void> {
    if (!this.#ground.online()) return;
    const live = this.#rooms.get(room);
    if (!live) {
      if (!(await this.#isUnborn(room))) await this.open(room);
      return;
    }
    if (live.at !== 'live') return;
    const free = this.#flight.free;
    const waiting = await goingFrom(this.#ground.relaxed, room, live, free);
    const rows = waiting.slice(0, free);
    if (waiting.length > rows.length) this.#flight.block(room);
    const pens = await this.#ground.disk.pens.where('room').equals(room).toArray();
    if (live.at !== 'live' || this.#rooms.get(room) !== live) return;
    for (const row of rows) {
      if (row.epoch !== live.epoch || row.lease === 0) {
        await this.#startMending(room, live);
        return;
      }
      const pen = pens.find(({ lease }) => lease === row.lease);
      const replaces = pen && pen.acked === 0 ? pen.replaces : { lease: 0, n: 0 };
      live.sent = row.id;
      this.#flight.add(live, row.lease, row.n);
      const { doc, epoch, lease, n, bytes } = row;
      this.#ground.send({ kind: 'push', doc, epoch, lease, n, replaces, bytes });
    }
  }

  /** A paper whose creation is still on its way does not exist for the relay; it is sent after that. */
  async #isUnborn(room: string): Promise<boolean> {
    const isUnborn = room.startsWith('paper/') && (await isBeingMade(this.#ground.disk, room.slice(6)));
    if (isUnborn) this.#unborn.add(room);
    return isUnborn;
  }

  #answered(room: string, lease: number, n: number): Live | undefined {
    const live = this.#rooms.get(room);
    if (!live || !this.#flight.answered(live, lease, n)) return undefined;
    for (const blocked of this.#flight.unblocked()) this.flush(blocked);
    return live;
  }

  #pause(room: string, live: Live): void {
    if (live.at === 'paused' || live.at === 'mending') return;
    live.at = 'paused';
    live.mends++;
    live.timer = setTimeout(() => {
      if (this.#rooms.get(room) !== live) return;
      live.at = 'live';
      live.sent = Number.NEGATIVE_INFINITY;
      this.#flight.forget(live);
      this.flush(room);
    }, pauseFor(live.mends));
  }

  async #startMending(room: string, live: Live): Promise<void> {
    if (live.at === 'mending') {
      this.#tryMending(room, live);
      return;
    }
    live.at = 'mending';
    clearTimeout(live.timer);
    live.mends++;
    if (live.mends > MENDS_AT_ONCE) this.#mendLater(room, live, live.mends - MENDS_AT_ONCE);
    this.#tryMending(room, live);
  }

  #mendLater(room: string, live: Live, times: number): void {
    live.awaited.add('');
    live.timer = setTimeout(() => this.patched('', room), pauseFor(times));
  }

  /** What it takes to open the room did not come; all of it stands on disk. */
  #openLater(room: string): void {
    this.forget(room);
    const times = (this.#unopened.get(room) ?? 0) + 1;
    this.#unopened.set(room, times);
    if (times <= OPENS_MAX) setTimeout(() => this.flush(room), pauseFor(times));
  }

  /** Once everything that was sent is answered, and what was pulled is here. */
  #tryMending(room: string, live: Live): void {
    if (live.at !== 'mending' || live.inFlight.size > 0 || live.awaited.size > 0) return;
    this.#pumping = this.#pumping
      .then(() => this.#mend(room, live))
      .catch((error) => this.#ground.onTrouble(error));
  }

  async #mend(room: string, live: Live): Promise<void> {
    if (live.at !== 'mending' || this.#rooms.get(room) !== live) return;
    const mending = await this.#loadMending().catch(() => undefined);
    const result = (await mending?.mend(room, live)) ?? 'no-code';
    if (this.#rooms.get(room) !== live) return;
    if (result === 'no-code') {
      this.#mendLater(room, live, 1);
      return;
    }
    if (!result.ok && result.need === 0) {
      this.forget(room);
      return;
    }
    if (!result.ok) {
      this.#waiting.add(room);
      this.#ground.askLeases(result.need);
      return;
    }
    live.at = 'live';
    live.refused = undefined;
    live.burnt.clear();
    live.sent = Number.NEGATIVE_INFINITY;
    this.flush(room);
  }
  /** Rejects when it did not come. Nothing was changed then: all of it stands on disk. */
  #loadMending(): Promise<Mending> {
    const ground = { ...this.#ground, granted: this.#granted };
    this.#mending ??= loadRecovery().then(({ Mending }) => new Mending(ground));
    this.#mending.catch(() => {
      this.#mending = undefined;
    });
    return this.#mending;
  }
}
