/** The intents of one connection on their way to rooms: slowed down when they flood, answered one by one. */
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import { encodeFrame, type Push } from '#shared/wire/frames.ts';
import type { Person } from '../gate/people.ts';
import type { Answer } from './intent.ts';
import { LINE_LIMITS } from './limits.ts';
import type { LineGround } from './line-ground.ts';
import type { Watcher } from './watcher.ts';

export class Pushing {
  readonly #ground: LineGround;
  readonly #self: Watcher;
  #waiting: { push: Push; at: number; speaker: Person }[] = [];
  #throttle: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #inFlightBytes = 0;

  constructor(ground: LineGround, self: Watcher) {
    this.#ground = ground;
    this.#self = self;
  }

  /**
   * Takes a push; false when more are in the air than a device may have. A flood waits for its tokens: nothing of it
   * is refused, and its order stays.
   */
  take(push: Push, speaker: Person): boolean {
    this.#inFlightBytes += push.bytes.length;
    if (++this.#inFlight > LIMITS.inFlightMax || this.#inFlightBytes > LINE_LIMITS.inFlightBytesMax)
      return false;
    // The message's buffer is shared with the socket: it would be held by what waits, and by the log.
    const own = { ...push, bytes: push.bytes.slice() };
    this.#waiting.push({ push: own, at: performance.now(), speaker });
    if (this.#throttle === undefined) this.#pushWaiting();
    return true;
  }

  /** The connection is gone: what was not given to a room yet is not taken. */
  stop(): void {
    clearTimeout(this.#throttle);
    this.#waiting = [];
  }

  #pushWaiting(): void {
    this.#throttle = undefined;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const wait = next.speaker.spend(Date.now());
      if (wait > 0) {
        this.#throttle = setTimeout(() => this.#pushWaiting(), wait);
        return;
      }
      this.#waiting.shift();
      this.#deliver(next.push, next.at, next.speaker);
    }
  }

  #deliver(push: Push, at: number, speaker: Person): void {
    const { doc, lease, n, replaces, epoch } = push;
    const name = roomOf(doc);
    const answer = (answered: Answer) => {
      this.#inFlightBytes -= push.bytes.length;
      this.#answer(name, lease, n, at, answered);
    };
    const { rooms } = this.#ground;
    if (!parseDoc(doc) || n === 0) {
      answer({ ok: false, code: 'malformed' });
      return;
    }
    const intent = { doc, lease, n, replaces, bytes: push.bytes };
    const give = () => rooms.room(name).push(intent, epoch, speaker, this.#self, answer);
    if (rooms.places.isKnown(name)) {
      give();
      return;
    }
    // A paper that is being made right now; two pushes that wait for it stay in order.
    rooms.places.find(name).then(
      (found) => (found ? give() : answer({ ok: false, code: 'unknown-place' })),
      () => answer({ ok: false, code: 'try-later' }),
    );
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
