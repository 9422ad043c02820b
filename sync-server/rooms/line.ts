/** One connection's conversation, as docs/protocol.md tells it. */
import { LIMITS } from '#shared/school/limits.ts';
import { chatRoom, parseDoc, parseRoom, roomOf } from '#shared/school/names.ts';
import type { CloseName } from '#shared/wire/close.ts';
import { decodeMessage, encodeFrame } from '#shared/wire/codec.ts';
import type { Aware, ClientFrame, Find, Frame, Hello, Mark, Open, Pull, Took } from '#shared/wire/frames.ts';
import { PROTOCOL } from '#shared/wire/protocol.ts';
import type { Person } from '../gate/people.ts';
import type { Session } from '../gate/sessions.ts';
import { Asking } from './asking.ts';
import { FrameRate } from './frame-rate.ts';
import { LINE_LIMITS } from './limits.ts';
import { type LineGround, noteUnknown } from './line-ground.ts';
import { LineRooms } from './line-rooms.ts';
import { openRoom, pullDoc } from './opening.ts';
import { Outlet, type Wire } from './outlet.ts';
import { helloPrice, mergePrice, openBytes, openPrice } from './prices.ts';
import { Pushing } from './pushing.ts';
import type { Room } from './room.ts';
import { bringLost } from './swallowed.ts';
import type { News, Watcher } from './watcher.ts';
import { welcome } from './welcome.ts';

/** Frames that cost the others more than a frame. */
const COSTS: ReadonlyMap<Frame['kind'], number> = new Map([['aware', LINE_LIMITS.awareCostsFrames]]);

export class Line implements Watcher {
  readonly session: Session;
  readonly #ground: LineGround;
  readonly #outlet: Outlet;
  readonly rooms = new LineRooms();
  #speaker: Person | undefined;
  #early: ClientFrame[] | undefined;
  /** What is said to everybody while the welcome is being made: it comes after the welcome. */
  #held: Uint8Array[] | undefined;
  readonly #pushing: Pushing;
  readonly #asking = new Asking();
  #earlyBytes = 0;
  readonly #frames = new FrameRate();
  #hello: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(ground: LineGround, wire: Wire, session: Session) {
    this.#ground = ground;
    this.#outlet = new Outlet(wire, () => this.#noteClosed('slow'));
    this.#pushing = new Pushing(ground, this);
    this.session = session;
    this.#hello = setTimeout(() => this.close('helloTimeout'), ground.limits.helloTimeoutMs);
    ground.lines.add(this);
  }

  get person(): string {
    return this.session.person;
  }
  isIn(room: string): boolean {
    return this.rooms.get(room) !== undefined;
  }
  heard(news: News): void {
    if (news.gathered) this.#outlet.say(news.frame);
    else this.#outlet.sayLater(news.frame);
  }
  told(frame: Uint8Array): void {
    if (this.#speaker) this.#outlet.say(frame);
    else if (this.#early) this.#held = [...(this.#held ?? []), frame];
  }
  shown(_doc: string, _bytes: Uint8Array, frame: Uint8Array): void {
    this.#outlet.say(frame);
  }
  maySee(room: string): boolean {
    return !this.#closed && this.#ground.rooms.places.mayRead(this.person, room).ok;
  }
  maySeeDoc(doc: string): boolean {
    return this.#ground.rooms.places.mayReadDoc(this.person, doc).ok;
  }
  unknown(doc: string): void {
    noteUnknown(this.#ground);
    this.#say({ kind: 'refuse', room: doc, lease: 0, n: 0, code: 'unknown-place' });
  }
  affords(rows: number): boolean {
    return mergePrice(rows) === 0 || this.#speaker?.ask(performance.now(), mergePrice(rows)) === 0;
  }
  joined(room: Room): void {
    // It may have shut the room meanwhile, or be gone.
    if (!this.rooms.isAsked(room.name)) return;
    room.watchers.add(this);
    this.rooms.enter(room);
    if (room.name.startsWith('paper/')) bringLost(this.#ground.log, this, room.name);
    const shown = room.name.startsWith('paper/') ? this.#ground.presence.of(room.name) : undefined;
    if (shown) this.#say({ kind: 'aware', doc: room.name, bytes: shown });
    if (room.name.startsWith('chat/')) this.#ground.marks.tell(this, room.name.slice('chat/'.length));
  }

  /** One message came in. Nothing of a message that does not decode is taken. */
  message(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#speaker) this.#earlyBytes += bytes.length;
    if (!this.#speaker && this.#earlyBytes > LINE_LIMITS.helloBytesMax) {
      this.close('tooBig');
      return;
    }
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) {
      this.close('malformed');
      return;
    }
    if (!this.#mayAsk(decoded.frames)) {
      this.close('tooMany');
      return;
    }
    for (const frame of decoded.frames) this.#take(frame);
  }

  /** Closes the connection from this side. */
  close(why: CloseName): void {
    if (this.#closed) return;
    this.#noteClosed(why);
    this.#outlet.close(why);
    this.left();
  }

  #noteClosed(why: CloseName): void {
    this.#ground.metrics.count('closed_total', { why });
    this.#ground.relayLog.info('closed', { code: why, on: 'line' });
  }

  /** The connection is gone. */
  left(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#hello);
    this.#pushing.stop();
    this.#asking.stop();
    for (const room of this.rooms.open()) room.watchers.delete(this);
    this.#tellLeft();
    this.rooms.clear();
    this.#ground.lines.remove(this);
    this.#ground.left(this);
  }

  /** Rights may have changed: what is no longer readable is purged here and now. Whether anything was. */
  async recheck(): Promise<boolean> {
    let isLess = false;
    for (const name of [...this.rooms.known()]) {
      if ((await this.#ground.rooms.mayRead(this.person, name)).ok) continue;
      this.#purge(name);
      isLess = true;
    }
    return isLess;
  }

  #purge(name: string): void {
    this.#shut(name);
    this.rooms.forget(name);
    this.#say({ kind: 'purge', room: name });
  }

  #take(frame: Frame): void {
    if (this.#closed) return;
    if (!this.#speaker) {
      if (frame.kind === 'hello' && !this.#early) return void this.#greet(frame);
      if (this.#early && this.#early.length < LIMITS.inFlightMax) this.#early.push(frame as ClientFrame);
      else this.close(this.#early ? 'tooMany' : 'malformed');
      return;
    }
    switch (frame.kind) {
      case 'push':
        if (!this.#pushing.take(frame, this.#speaker)) this.close('tooMany');
        return;
      case 'open':
        this.#ask(() => void this.#open(frame), this.#speaker, openPrice(frame), openBytes(frame));
        return;
      case 'pull':
        this.#ask(() => void this.#pull(frame), this.#speaker);
        return;
      case 'shut':
        this.#ask(() => this.#shut(frame.room), this.#speaker, 0);
        return;
      case 'mark':
        this.#ask(() => this.#mark(frame), this.#speaker);
        return;
      case 'find':
        this.#ask(() => void this.#find(frame), this.#speaker);
        return;
      case 'aware':
        this.#aware(frame);
        return;
      case 'lease-ask':
        return void this.#grant(this.#speaker, frame.count);
      case 'took':
        this.#ask(() => this.#took(frame), this.#speaker);
        return;
      case 'ping':
        this.#say({ kind: 'pong' });
        return;
      default:
        this.close('malformed');
        return;
    }
  }

  async #greet(hello: Hello): Promise<void> {
    if (hello.protocol !== PROTOCOL) return this.close('oldProtocol');
    if (hello.rooms.length > LIMITS.roomsPerConnectionMax) return this.close('tooMany');
    this.#early = [];
    clearTimeout(this.#hello);
    this.#hello = undefined;
    const speaker = await this.#ground.people.get(this.session.person).catch(() => undefined);
    if (!speaker) return this.close('tryLater');
    if (!this.#closed) this.#ask(() => void this.#welcome(hello, speaker), speaker, helloPrice(hello));
  }

  async #welcome(hello: Hello, speaker: Person): Promise<void> {
    try {
      const frames = await welcome(this.#ground, this, hello);
      if (this.#closed) return;
      for (const frame of [...frames, ...(this.#held ?? [])]) this.#outlet.say(frame);
      this.#held = undefined;
      this.#speaker = speaker;
    } catch {
      return this.close('tryLater');
    }
    // Rights that went while the welcome was made: what it calls readable may not be.
    for (const name of [...this.rooms.known()]) if (!this.maySee(name)) this.#purge(name);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const frame of early) this.#take(frame);
  }

  #ask(run: () => void, speaker: Person, price = 1, bytes = 0): void {
    if (!this.#asking.take(run, price, speaker, bytes)) this.close('tooMany');
  }

  async #open(ask: Open): Promise<void> {
    if (this.rooms.size >= LIMITS.roomsPerConnectionMax && !this.rooms.has(ask.room))
      return this.close('tooMany');
    this.rooms.ask(ask.room);
    const room = await this.#readable(ask.room);
    if (room) openRoom(room, this, ask);
    else this.#shut(ask.room);
  }

  async #pull(ask: Pull): Promise<void> {
    const room = await this.#readable(roomOf(ask.doc));
    if (room) pullDoc(room, this, ask);
  }

  /** The room, or a purge for one who may not read it; a room that does not exist looks the same. */
  async #readable(name: string): Promise<Room | undefined> {
    const verdict =
      parseRoom(name) && (await this.#ground.rooms.mayRead(this.person, name).catch(() => undefined));
    if (this.#closed) return undefined;
    if (verdict?.ok) return this.#ground.rooms.room(name);
    noteUnknown(this.#ground);
    this.#say({ kind: 'purge', room: name });
    return undefined;
  }

  #shut(name: string): void {
    this.rooms.get(name)?.watchers.delete(this);
    this.rooms.shut(name);
    this.#tellLeft(name);
  }

  #mark(mark: Mark): void {
    if (this.maySee(chatRoom(mark.chat))) this.#ground.marks.take(this.person, mark);
  }

  #took({ doc, lease, clock, length }: Took): void {
    const { log, rooms } = this.#ground;
    log.took(roomOf(doc), this.person, lease, clock, length, rooms.fence).catch(() => undefined);
  }

  async #find({ chat, id }: Find): Promise<void> {
    const room = await this.#readable(chatRoom(chat));
    if (!room) return;
    const place = await this.#ground.log.place(room.name, id).catch(() => undefined);
    const { doc, seq } = place && this.maySeeDoc(place.doc) ? place : { doc: '', seq: 0 };
    this.#say({ kind: 'found', chat, id, doc, seq });
  }

  #aware({ doc, bytes }: Aware): void {
    const room = this.rooms.get(doc);
    if (!room || parseDoc(doc)?.kind !== 'paper' || !this.#speaker?.mayShow(performance.now())) return;
    const shown = this.#ground.presence.take(doc, bytes, this.#speaker, this);
    if (shown) this.#ground.showPresence(room, doc, shown, this);
  }

  #tellLeft(within?: string): void {
    for (const { doc, bytes } of this.#ground.presence.left(this, within)) {
      const room = this.#ground.rooms.awake(roomOf(doc));
      if (room) this.#ground.showPresence(room, doc, bytes, this);
    }
  }

  async #grant(speaker: Person, count: number): Promise<void> {
    const leases = await this.#ground.people.grant(speaker, count).catch(() => []);
    this.#say({ kind: 'lease-grant', leases });
  }

  #mayAsk(frames: readonly Frame[]): boolean {
    return this.#frames.may(frames.reduce((sum, { kind }) => sum + (COSTS.get(kind) ?? 1), 0));
  }

  #say(frame: Frame): void {
    if (!this.#closed) this.#outlet.say(encodeFrame(frame));
  }
}
