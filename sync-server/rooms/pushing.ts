/** The intents of one connection on their way to rooms: slowed down when they flood, answered one by one. */
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Push } from '#shared/wire/frames.ts';
import type { Person } from '../gate/people.ts';
import type { Answer } from './intent.ts';
import { LINE_LIMITS } from './limits.ts';
import type { LineGround } from './line-ground.ts';
import type { Watcher } from './watcher.ts';

export class Pushing {
  readonly #ground: LineGround;
  readonly #self: Watcher;
  /** Nothing while nothing waits: thousands of idle connections cost memory. */
  #waiting: { push: Push; at: number; speaker: Person }[] | undefined;
  #throttle: NodeJS.Timeout | undefined;
  #inFlight = 0;

  constructor(ground: LineGround, self: Watcher) {
    this.#ground = ground;
    this.#self = self;
  }

  /**
   * Takes a push; false when more are in the air than a device may have. A flood waits for its tokens: nothing of it
   * is refused, and its order stays.
   */
  take(push: Push, speaker: Person): boolean {
    const bytes = speaker.inFlightBytes + push.bytes.length;
    if (++this.#inFlight > LIMITS.inFlightMax || bytes > LINE_LIMITS.inFlightBytesMax) return false;
    speaker.inFlightBytes = bytes;
    // The message's buffer is shared with the socket: it would be held by what waits, and by the log.
    const own = { ...push, bytes: push.bytes.slice() };
    this.#waiting ??= [];
    this.#waiting.push({ push: own, at: performance.now(), speaker });
    if (this.#throttle === undefined) this.#pushWaiting();
    return true;
  }

  /** The connection is gone: what was not given to a room yet is not taken. */
  stop(): void {
    clearTimeout(this.#throttle);
    for (const { push, speaker } of this.#waiting ?? []) speaker.inFlightBytes -= push.bytes.length;
    this.#waiting = undefined;
  }

  #pushWaiting(): void {
    this.#throttle = undefined;
    for (let next = this.#waiting?.[0]; next; next = this.#waiting?.[0]) {
      const wait = next.speaker.spend(performance.now(), next.push.bytes.length);
      if (wait > 0) {
        this.#throttle = setTimeout(() => this.#pushWaiting(), wait);
        return;
      }
      this.#waiting?.shift();
      this.#deliver(next.push, next.at, next.speaker);
    }
    this.#waiting = undefined;
  }

  #deliver(push: Push, at: number, speaker: Person): void {
    const { doc, lease, n, replaces, epoch } = push;
    const name = roomOf(doc);
    const answer = (answered: Answer) => {
      speaker.inFlightBytes -= push.bytes.length;
      this.#answer(name, lease, n, at, answered);
    };
    const { rooms } = this.#ground;
    if (!parseDoc(doc) || n === 0) {
      answer({ ok: false, code: 'malformed' });
      return;
    }
    const intent = { doc, lease, n, replaces, bytes: push.bytes };
    const give = () => rooms.room(name).push(intent, epoch, speaker, this.#self, answer);
    if (rooms.places.mayRead(speaker.person, name).ok) {
      give();
      return;
    }
    // Pushes that wait here stay in order.
    this.#mayHear(name, epoch, speaker.person).then(
      (may) => (may ? give() : answer({ ok: false, code: 'unknown-place' })),
      () => answer({ ok: false, code: 'try-later' }),
    );
  }

  /**
   * Whether a sender may hear a verdict of a room: one who reads it (a paper that is being made is waited for), and
   * one who once did and so knows its epoch. To anybody else it is a room that does not exist.
   */
  async #mayHear(name: string, epoch: string, person: string): Promise<boolean> {
    const { rooms, log } = this.#ground;
    if ((await rooms.mayRead(person, name)).ok) return true;
    const [row] = await log.rooms([name]);
    return rooms.places.isKnown(name) && row?.epoch === epoch;
  }

  #answer(room: string, lease: number, n: number, since: number, answer: Answer): void {
    this.#inFlight--;
    const { metrics, relayLog } = this.#ground;
    if (answer.ok) {
      metrics.acked((performance.now() - since) / 1000);
      this.#self.told(encodeFrame({ kind: 'ack', room, lease, n, seq: answer.seq, at: answer.at }));
      return;
    }
    metrics.count('refusals_total', { code: answer.code });
    if (answer.code !== 'try-later') relayLog.info('refused', { code: answer.code, says: answer.says });
    this.#self.told(encodeFrame({ kind: 'refuse', room, lease, n, code: answer.code }));
  }
}
