/** One connection's conversation, as docs/protocol.md tells it. */
import { LIMITS } from '#shared/school/limits.ts';
import { chatRoom, parseDoc, parseRoom, roomOf } from '#shared/school/names.ts';
import type { CloseName } from '#shared/wire/close.ts';
import {
  type Aware,
  type ClientFrame,
  decodeMessage,
  encodeFrame,
  type Find,
  type Frame,
  type Hello,
  type Mark,
  type Open,
  type Pull,
  type Push,
} from '#shared/wire/frames.ts';
import { PROTOCOL } from '#shared/wire/protocol.ts';
import type { Person } from '../gate/people.ts';
import type { Session } from '../gate/sessions.ts';
import type { Answer } from './intent.ts';
import { LINE_LIMITS } from './limits.ts';
import type { LineGround } from './line-ground.ts';
import { openRoom, pullDoc } from './opening.ts';
import { Outlet, type Wire } from './outlet.ts';
import type { Room } from './room.ts';
import { bringLost } from './swallowed.ts';
import type { News, Watcher } from './watcher.ts';
import { welcome } from './welcome.ts';

export class Line implements Watcher {
  readonly session: Session;
  readonly #ground: LineGround;
  readonly #outlet: Outlet;
  readonly #rooms = new Map<string, Room>();
  /** Rooms that the device caches or has opened: told when one stops being readable. */
  readonly known = new Set<string>();
  #speaker: Person | undefined;
  #early: ClientFrame[] | undefined;
  #waiting: { push: Push; at: number }[] = [];
  #throttle: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #frames = { since: 0, count: 0 };
  readonly #hello: NodeJS.Timeout;
  #closed = false;

  constructor(ground: LineGround, wire: Wire, session: Session) {
    this.#ground = ground;
    this.#outlet = new Outlet(wire);
    this.session = session;
    this.#hello = setTimeout(() => this.close('helloTimeout'), ground.limits.helloTimeoutMs);
  }

  get person(): string {
    return this.session.person;
  }
  isIn(room: string): boolean {
    return this.#rooms.has(room);
  }
  heard(news: News): void {
    this.#outlet.sayLater(news.frame);
  }
  told(frame: Uint8Array): void {
    this.#outlet.say(frame);
  }
  shown(_doc: string, _bytes: Uint8Array, frame: Uint8Array): void {
    this.#outlet.say(frame);
  }
  maySee(room: string): boolean {
    return !this.#closed && this.#ground.rooms.places.mayRead(this.person, room).ok;
  }
  joined(room: Room): void {
    if (this.#closed) return;
    room.watchers.add(this);
    this.#rooms.set(room.name, room);
    this.known.add(room.name);
    if (room.name.startsWith('paper/')) bringLost(this.#ground.log, this, room.name);
    const shown = room.name.startsWith('paper/') ? this.#ground.presence.of(room.name) : undefined;
    if (shown) this.#say({ kind: 'aware', doc: room.name, bytes: shown });
    if (room.name.startsWith('chat/')) this.#ground.marks.tell(this, room.name.slice('chat/'.length));
  }

  /** One message came in. Nothing of a message that does not decode is taken. */
  message(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#speaker && !this.#early && bytes.length > LINE_LIMITS.helloBytesMax) {
      this.close('tooBig');
      return;
    }
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) {
      this.close('malformed');
      return;
    }
    if (!this.#mayAsk(decoded.frames.length)) {
      this.close('tooMany');
      return;
    }
    for (const frame of decoded.frames) this.#take(frame);
  }

  /** Closes the connection from this side. */
  close(why: CloseName): void {
    if (this.#closed) return;
    this.#ground.metrics.count('closed_total', { why });
    this.#outlet.close(why);
    this.left();
  }

  /** The connection is gone. */
  left(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#hello);
    clearTimeout(this.#throttle);
    for (const room of this.#rooms.values()) room.watchers.delete(this);
    this.#tellLeft();
    this.#rooms.clear();
    this.#waiting = [];
    this.#ground.lines.remove(this);
    this.#ground.left(this);
  }

  /** Rights may have changed: what is no longer readable is purged here and now. */
  async recheck(): Promise<void> {
    for (const name of this.known) {
      if ((await this.#ground.rooms.mayRead(this.person, name)).ok) continue;
      this.#shut(name);
      this.known.delete(name);
      this.#say({ kind: 'purge', room: name });
    }
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
        this.#push(frame);
        return;
      case 'open':
        return void this.#open(frame);
      case 'pull':
        return void this.#pull(frame);
      case 'shut':
        this.#shut(frame.room);
        return;
      case 'mark':
        this.#mark(frame);
        return;
      case 'find':
        return void this.#find(frame);
      case 'aware':
        this.#aware(frame);
        return;
      case 'lease-ask':
        return void this.#grant(this.#speaker, frame.count);
      case 'took':
        void this.#ground.log
          .took(roomOf(frame.doc), this.person, frame.lease, frame.clock, frame.length)
          .catch(() => undefined);
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
    const { person } = this.session;
    try {
      const [speaker, frames] = await Promise.all([
        this.#ground.people.get(person),
        welcome(this.#ground, this, hello),
      ]);
      if (this.#closed) return;
      clearTimeout(this.#hello);
      for (const frame of frames) this.#outlet.say(frame);
      this.#speaker = speaker;
      this.#ground.lines.add(this);
    } catch {
      return this.close('tryLater');
    }
    const early = this.#early;
    this.#early = undefined;
    for (const frame of early) this.#take(frame);
  }

  /** A flood waits for its tokens: nothing of it is refused, and its order stays. */
  #push(push: Push): void {
    if (++this.#inFlight > LIMITS.inFlightMax) {
      this.close('tooMany');
      return;
    }
    this.#waiting.push({ push, at: performance.now() });
    if (this.#throttle === undefined) this.#pushWaiting();
  }

  #pushWaiting(): void {
    this.#throttle = undefined;
    while (this.#waiting.length > 0 && this.#speaker && !this.#closed) {
      const wait = this.#speaker.spend(Date.now());
      if (wait > 0) {
        this.#throttle = setTimeout(() => this.#pushWaiting(), wait);
        return;
      }
      const next = this.#waiting.shift() as { push: Push; at: number };
      this.#deliver(next.push, next.at, this.#speaker);
    }
  }

  #deliver(push: Push, at: number, speaker: Person): void {
    const { doc, lease, n, replaces, epoch } = push;
    const name = roomOf(doc);
    const answer = (answered: Answer) => this.#answer(name, lease, n, at, answered);
    // Two pushes of one line may wait for the same row of a paper: both are told in order of asking.
    const { places } = this.#ground.rooms;
    if (!parseDoc(doc) || n === 0) {
      answer({ ok: false, code: 'malformed' });
      return;
    }
    // The message's buffer is shared with the socket and would be held by the log.
    const intent = { doc, lease, n, replaces, bytes: push.bytes.slice() };
    const give = () => this.#ground.rooms.room(name).push(intent, epoch, speaker, this, answer);
    if (places.isKnown(name)) {
      give();
      return;
    }
    places.find(name).then(
      (found) => (found ? give() : answer({ ok: false, code: 'unknown-place' })),
      () => answer({ ok: false, code: 'try-later' }),
    );
  }

  #answer(room: string, lease: number, n: number, since: number, answer: Answer): void {
    this.#inFlight--;
    const { metrics, relayLog } = this.#ground;
    if (answer.ok) {
      metrics.acked((performance.now() - since) / 1000);
      this.#say({ kind: 'ack', room, lease, n, seq: answer.seq, at: answer.at });
      return;
    }
    metrics.count('refusals_total', { code: answer.code });
    if (answer.code !== 'try-later') relayLog.info('refused', { code: answer.code, says: answer.says });
    this.#say({ kind: 'refuse', room, lease, n, code: answer.code });
  }

  async #open(ask: Open): Promise<void> {
    if (this.known.size >= LIMITS.roomsPerConnectionMax) return this.close('tooMany');
    const room = await this.#readable(ask.room);
    if (room) openRoom(room, this, ask);
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
    this.#say({ kind: 'purge', room: name });
    return undefined;
  }

  #shut(name: string): void {
    this.#rooms.get(name)?.watchers.delete(this);
    this.#rooms.delete(name);
    this.#tellLeft(name);
  }

  #mark(mark: Mark): void {
    if (this.maySee(chatRoom(mark.chat))) this.#ground.marks.take(this.person, mark);
  }

  async #find({ chat, id }: Find): Promise<void> {
    const room = await this.#readable(chatRoom(chat));
    if (!room) return;
    const place = await this.#ground.log.place(room.name, id).catch(() => undefined);
    this.#say({ kind: 'found', chat, id, doc: place?.doc ?? '', seq: place?.seq ?? 0 });
  }

  #aware({ doc, bytes }: Aware): void {
    const room = this.#rooms.get(doc);
    if (!room || parseDoc(doc)?.kind !== 'paper' || !this.#speaker) return;
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

  #mayAsk(count: number): boolean {
    const now = Date.now();
    if (now - this.#frames.since > 1000) this.#frames = { since: now, count: 0 };
    this.#frames.count += count;
    return this.#frames.count <= LINE_LIMITS.framesPerSecondMax;
  }

  #say(frame: Frame): void {
    if (!this.#closed) this.#outlet.say(encodeFrame(frame));
  }
}
