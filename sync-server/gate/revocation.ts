/**
 * Revocation on open connections: when the registry changes, every line of an affected person is checked again and
 * gets its new projection; when a session ends, its lines close.
 */
import type { School } from '../registry/school.ts';
import type { Line } from '../rooms/line.ts';
import type { LineGround } from '../rooms/line-ground.ts';
import type { StockClient } from '../rooms/stock.ts';
import { registryFrame, registrySeq } from '../rooms/welcome.ts';
import type { Sessions } from './sessions.ts';

/** Lines that are checked before the event loop gets a turn: a whole school is done within the second. */
const CHECKED_PER_TURN = 100;
/** Lines that are told what they may know now: a teacher's is the whole school. */
const TOLD_PER_TURN = 20;
const TIMER_MS_MAX = 2 ** 31 - 1;
/** Sessions that ended while a connection on them may still have been on its way in. */
const ENDED_KEPT = 1_000;

export class Revocation {
  readonly #ground: LineGround;
  readonly #stops: (() => void)[];
  /** When the next session expires, and what waits for it: one timer for all connections. */
  #soonest = Number.POSITIVE_INFINITY;
  #expiry: NodeJS.Timeout | undefined;
  /** Lines whose rights may have changed: what is no longer theirs goes before anybody is told anything new. */
  readonly #unchecked = new Set<Line>();
  readonly #untold = new Set<Line>();
  /** Of those the ones that lost something: they hear first what is left. */
  readonly #less = new Set<Line>();
  readonly #endedLately = new Set<string>();
  #running = false;

  constructor(ground: LineGround, school: School, sessions: Sessions) {
    this.#ground = ground;
    this.#stops = [
      school.onChange((persons) => this.#changed(persons)),
      sessions.onEnd((session) => this.#ended(session)),
    ];
  }

  /** A line is on: it closes when its session expires. */
  watch(line: Line | StockClient): void {
    // It may have ended between the question for it and now.
    if (this.#endedLately.has(line.session.id)) {
      line.close('signedOut');
      return;
    }
    this.#wakeAt(line.session.expiresAt);
  }

  forget(line: Line | StockClient): void {
    this.#unchecked.delete(line as Line);
    this.#untold.delete(line as Line);
    this.#less.delete(line as Line);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#expiry);
  }

  #changed(persons: ReadonlySet<string> | undefined): void {
    const { lines } = this.#ground;
    const concerned = persons ? [...persons].flatMap((person) => [...lines.of(person)]) : lines.all();
    for (const line of concerned) {
      this.#unchecked.add(line);
      this.#untold.add(line);
    }
    for (const stock of this.#ground.stocks)
      if (!persons || persons.has(stock.person)) stock.recheck().catch(() => stock.close('tryLater'));
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#unchecked.size > 0 || this.#untold.size > 0) {
      // What goes waits for nobody; what is told waits for the store, which others keep busy.
      if (this.#unchecked.size > 0)
        for (const line of [...this.#unchecked].slice(0, CHECKED_PER_TURN)) await this.#check(line);
      else await this.#tellSome();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#running = false;
  }

  /** Takes from the line what is not its person's any more. */
  async #check(line: Line): Promise<void> {
    this.#unchecked.delete(line);
    try {
      if (await line.recheck()) this.#less.add(line);
    } catch {
      // A line that cannot be checked may not stay: fail closed.
      line.close('tryLater');
    }
  }

  async #tellSome(): Promise<void> {
    const seq = await registrySeq(this.#ground).catch(() => 0);
    // Rights that went meanwhile go first.
    if (this.#unchecked.size > 0) return;
    const some = [...new Set([...this.#less, ...this.#untold])].slice(0, TOLD_PER_TURN);
    for (const line of some) this.#tell(line, seq);
  }

  #tell(line: Line, seq: number): void {
    this.#untold.delete(line);
    this.#less.delete(line);
    for (const frame of registryFrame(this.#ground, line.person, seq, 0)) line.told(frame);
  }

  #ended(session: string): void {
    this.#endedLately.add(session);
    if (this.#endedLately.size > ENDED_KEPT) {
      const [oldest] = this.#endedLately;
      this.#endedLately.delete(oldest as string);
    }
    for (const line of this.#all()) if (line.session.id === session) line.close('signedOut');
  }

  #all(): (Line | StockClient)[] {
    return [...this.#ground.lines.all(), ...this.#ground.stocks];
  }

  #wakeAt(at: number): void {
    if (at >= this.#soonest) return;
    this.#soonest = at;
    clearTimeout(this.#expiry);
    const left = Math.min(Math.max(0, at - Date.now()), TIMER_MS_MAX);
    this.#expiry = setTimeout(() => this.#closeExpired(), left).unref();
  }

  #closeExpired(): void {
    this.#soonest = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (const line of this.#all())
      if (line.session.expiresAt <= now) line.close('signedOut');
      else this.#wakeAt(line.session.expiresAt);
  }
}
