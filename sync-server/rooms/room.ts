/**
 * A room: one owner, one queue, one sequence. Jobs run one after another; most end within the turn they began in. It
 * judges, applies in memory, hands to the log, and says nothing before the log has it.
 */
import { parseDoc } from '#shared/school/names.ts';
import { isRefusalCode, REFUSALS } from '#shared/school/refusals.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Join } from '../registry/school.ts';
import type { Append, AppendResult, LeaseLast } from '../store/log.ts';
import { Appends } from './appends.ts';
import type { Answer, Intent, Speaker, Taken } from './intent.ts';
import { beginPart } from './joining.ts';
import type { KeptDoc } from './kept-doc.ts';
import { FAN_OUT } from './limits.ts';
import { type Ground, Live } from './live.ts';
import { closeLease, noteNumber, noteTaken, sumOf, turnOf } from './taking.ts';
import { News, type Watcher } from './watcher.ts';

export interface RoomGround extends Ground {
  now(): number;
  /** Whether the disk refuses now. */
  isFull(): boolean;
  /** Told of what the log answered, so that a full disk is known to all rooms. */
  stored(result: AppendResult): void;
  /** Told of a durable intent. */
  accepted(room: Room, append: Append, taken: Done): void;
  /** Begins the part that newcomers read of their chats; rejects when that could not be stored. */
  begin(joins: readonly Join[]): Promise<void>;
  trouble(event: string, room: string, error: unknown): void;
}

/** Every device of the school may hear of a change of the registry: it counts as so many intents. */
const REGISTRY_COSTS = 10;

type Done = Taken & { ok: true; known: false };

interface Job {
  run(live: Live): void | Promise<void>;
  /** The room could not be read, or lost its memory: the job did not happen. */
  failed(): void;
}

export class Room {
  readonly name: string;
  readonly watchers = new Set<Watcher>();
  usedAt = 0;
  readonly #ground: RoomGround;
  readonly #appends: Appends;
  #live: Live | undefined;
  #jobs: Job[] = [];
  #running = false;
  /** What this room has asked of the log and has no answer to. */
  #unanswered = 0;
  #settling: (() => void)[] = [];

  constructor(name: string, ground: RoomGround) {
    this.name = name;
    this.#ground = ground;
    this.#appends = new Appends(ground.log, ground.fence);
  }

  /** What is in memory; undefined while the room sleeps. */
  get live(): Live | undefined {
    return this.#live;
  }
  get isBusy(): boolean {
    return this.#running || this.#jobs.length > 0 || (this.#live?.out.length ?? 0) > 0;
  }

  /** Takes an intent; the answer comes once it is durable. `self` hears nothing of its own. */
  push(
    intent: Intent,
    epoch: string | undefined,
    from: Speaker,
    self: Watcher | undefined,
    answer: (answer: Answer) => void,
  ): void {
    this.run({
      run: (live) => this.#push(live, intent, epoch, from, self, answer),
      failed: () => answer({ ok: false, code: 'try-later' }),
    });
  }

  /** Runs a job in turn, with the room in memory. */
  run(job: Job): void {
    this.usedAt = this.#ground.now();
    this.#jobs.push(job);
    if (!this.#running) void this.#drain();
  }

  /**
   * Stores a snapshot of a document at a moment when all of it is durable, and says which sequence it shows. Rejects when
   * that fails (a backup reads the database while bytes have to go): to be asked again. `forget`: as `drop`, of a document
   * that will be wiped from the disk with others.
   */
  async compact(name: string, rows: 'drop' | 'keep' | 'erase' | 'forget'): Promise<number> {
    let shown = 0;
    await this.#whenDurable(async (live) => {
      const doc = await live.doc(name);
      const bytes = doc.content.save();
      shown = doc.seq;
      const { log, fence } = this.#ground;
      await log.compact({ doc: name, seq: shown, bytes }, rows === 'forget' ? 'drop' : rows, fence);
      doc.compacted(rows === 'erase' || rows === 'forget');
    });
    return shown;
  }

  /** Resolves when all that was asked of the room is done, and the log has answered; whatever it said. */
  async quiet(): Promise<void> {
    if (!this.isBusy && this.#unanswered === 0) return;
    await this.#whenDurable(async () => undefined).catch(() => undefined);
  }

  /** Persons come into the chat (joining.ts). Durable when it resolves; rejects when it could not be stored. */
  begin(persons: readonly string[], hides: boolean): Promise<void> {
    return this.#whenDurable(async (live) => {
      const head = await beginPart(this.#ground, live, persons, hides);
      if (head) this.#tellAll(live, head);
    });
  }

  /** A document could not be read: the operator hears of it whoever asked. */
  unreadable(error: unknown): undefined {
    this.#ground.trouble('document-unreadable', this.name, error);
  }

  /** Forgets everything in memory; what waits to be said is lost and told so. */
  evict(): void {
    const live = this.#live;
    if (!live) return;
    live.dead = true;
    this.#live = undefined;
    live.out.drop();
  }

  /** Works in turn, at a moment when all that the room took is on disk. */
  #whenDurable(work: (live: Live) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = async (live: Live) => {
        await this.#settled();
        if (live.dead) throw new Error('the room was evicted');
        await work(live);
      };
      this.run({
        run: (live) => run(live).then(resolve, reject),
        failed: () => reject(new Error('the room could not be read')),
      });
    });
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      try {
        if (!this.#live) {
          await this.#settled();
          this.#live = await Live.load(this.#ground, this.name);
        }
        const pending = job.run(this.#live);
        if (pending) await pending;
      } catch (error) {
        // Not loaded, or a bug that may have left half of something in memory: neither may be used.
        this.#ground.trouble('room-job-failed', this.name, error);
        this.evict();
        job.failed();
      }
    }
    this.#running = false;
  }

  #push(
    live: Live,
    intent: Intent,
    epoch: string | undefined,
    from: Speaker,
    self: Watcher | undefined,
    answer: (answer: Answer) => void,
  ): void | Promise<void> {
    const sum = sumOf(intent);
    const turn = turnOf(live, intent, from, epoch, sum);
    const lost = () => answer({ ok: false, code: 'try-later' });
    if (turn.turn === 'known')
      return live.out.say(
        live.seq,
        () => answer({ ok: true, n: intent.n, seq: turn.seq, at: turn.at }),
        lost,
      );
    if (turn.turn === 'refused')
      return this.#refuse(live, intent, from, { code: turn.code }, turn.closes, answer);
    if (this.#ground.isFull()) return live.out.say(live.seq, lost, lost);
    // Who may not read may not learn from a verdict what is there: how much is written, which segments there are.
    const verdict = this.#ground.places.mayRead(from.person, this.name);
    if (!verdict.ok) return this.#refuse(live, intent, from, { code: verdict.code }, true, answer);
    if (!live.holds(intent.doc) || !this.#ground.places.mayReadDoc(from.person, intent.doc).ok)
      return this.#refuse(live, intent, from, { code: 'unknown-place' }, true, answer);
    const judge = (doc: KeptDoc) => this.#judge(live, doc, intent, { ...turn, sum }, from, self, answer);
    const doc = live.docs.get(intent.doc);
    if (doc) return judge(doc);
    return live.doc(intent.doc).then(
      (read) => (live.dead ? lost() : judge(read)),
      (error) => {
        this.unreadable(error);
        live.out.say(live.seq, lost, lost);
      },
    );
  }

  #judge(
    live: Live,
    doc: KeptDoc,
    intent: Intent,
    { n, replaces, sum }: { n: number; replaces: number; sum: number },
    from: Speaker,
    self: Watcher | undefined,
    answer: (answer: Answer) => void,
  ): void | Promise<void> {
    const lost = () => answer({ ok: false, code: 'try-later' });
    const at = this.#ground.now();
    doc.usedAt = at;
    // The registry's bound is its own; no block of structs (the first byte) is nothing but deletes.
    if (
      intent.bytes[0] !== 0 &&
      doc.isFullFor(intent.bytes.length) &&
      parseDoc(doc.name)?.kind !== 'registry'
    )
      return this.#refuse(live, intent, from, { code: 'too-long', says: 'document is full' }, true, answer);
    const taken = doc.content.take(intent, from, { seq: live.seq + 1, at });
    if (!taken.ok) {
      const refused = this.#refuse(live, intent, from, taken, taken.code !== 'try-later', answer);
      if (!taken.broken) return refused;
      // What was accepted before is still committed; only then is the memory given up.
      return this.#settled().then(() => this.evict());
    }
    if (taken.known && intent.n === 0)
      return live.out.say(live.seq, () => answer({ ok: true, n: 0, seq: live.seq, at }), lost);
    if (taken.known)
      return this.#number(live, noteNumber(live, intent, from, { n, replaces, sum }), replaces, answer);
    const take = () =>
      this.#take(live, doc, { ...intent, n }, { at, replaces, sum }, from, self, taken, answer);
    if (!taken.joins || taken.joins.length === 0) return take();
    return this.#ground.begin(taken.joins).then(take, (error) => {
      this.#ground.trouble('not-begun', this.name, error);
      taken.abandon?.();
      live.out.say(live.seq, lost, lost);
    });
  }

  /** What was judged good is stored and, once it is on disk, said. */
  #take(
    live: Live,
    doc: KeptDoc,
    intent: Intent,
    { at, replaces, sum }: { at: number; replaces: number; sum: number },
    from: Speaker,
    self: Watcher | undefined,
    taken: Done,
    answer: (answer: Answer) => void,
  ): void | Promise<void> {
    const lost = () => answer({ ok: false, code: 'try-later' });
    if (live.dead) {
      taken.abandon?.();
      return lost();
    }
    const { n } = intent;
    const head = live.head;
    const append = noteTaken(live, doc, intent, from, taken, { at, replaces, sum });
    const { seq } = append.row;
    from.charge?.(taken.commit ? REGISTRY_COSTS - 1 : Math.max(0, taken.places.length - 1));
    this.#ground.places.expect(append.papers);
    live.out.say(seq, () => answer({ ok: true, n, seq, at }), lost);
    const gathered = this.watchers.size >= FAN_OUT.crowd;
    const news = new News({ doc: doc.name, seq, at, lease: intent.lease, n, bytes: taken.update }, gathered);
    const spread = () => {
      const { places } = this.#ground;
      const hides = places.hides(this.name);
      for (const watcher of this.watchers)
        if (watcher !== self && (!hides || places.mayReadDoc(watcher.person, doc.name).ok))
          watcher.heard(news);
    };
    live.out.say(seq, spread);
    if (live.head !== head)
      this.#tellAll(live, encodeFrame({ kind: 'head', room: this.name, head: live.head }));
    this.#store(live, append, taken, spread);
    // The registry speaks from what is durable: the next job waits for it.
    if (taken.commit) return this.#settled();
  }

  #tellAll(live: Live, frame: Uint8Array): void {
    live.out.say(live.seq, () => {
      for (const watcher of this.watchers) watcher.told(frame);
    });
  }

  #store(live: Live, append: Append, taken: Done, spread: () => void): void {
    this.#unanswered++;
    this.#appends.add(
      append,
      this.watchers.size,
      (result) => this.#stored(live, append, taken, spread, result),
      (error) => {
        this.#ground.trouble('append-failed', this.name, error);
        this.#stored(live, append, taken, spread, { ok: false, why: 'disk' });
      },
    );
  }

  #stored(live: Live, append: Append, taken: Done, spread: () => void, result: AppendResult): void {
    this.#ground.stored(result);
    this.#ground.places.settle(append.papers, result.ok, append.row);
    if (result.ok) {
      taken.commit?.();
      this.#ground.accepted(this, append, taken);
      if (live.dead) spread();
      else live.out.reached(append.row.seq);
    } else {
      taken.abandon?.();
      if (!live.dead) {
        this.#ground.trouble('room-evicted', this.name, result.why);
        this.evict();
      }
    }
    this.#answered();
  }

  /** Resolves when the log has answered everything that was asked of it. Nothing more is asked while a job waits for it. */
  #settled(): Promise<void> {
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settling.push(resolve));
  }

  #answered(): void {
    if (--this.#unanswered > 0) return;
    for (const settle of this.#settling.splice(0)) settle();
  }

  #refuse(
    live: Live,
    intent: Intent,
    from: Speaker,
    why: { code: string; says?: string },
    closes: boolean,
    answer: (answer: Answer) => void,
  ): undefined | Promise<void> {
    const code = isRefusalCode(why.code) ? why.code : 'malformed';
    const says = why.says ?? REFUSALS[code].log;
    const lost = () => answer({ ok: false, code: 'try-later' });
    const say = () => answer({ ok: false, code, says });
    // A lease that another person holds in this room is not the sender's to close, and a reader's is not there.
    const held = live.lasts.get(intent.lease);
    const isOwn = from.leases.has(intent.lease) && (!held || held.person === from.person);
    if (!closes || !isOwn) {
      live.out.say(live.seq, say, lost);
      return undefined;
    }
    closeLease(live, intent.lease, from.person);
    const { log, fence } = this.#ground;
    return this.#noted(live, () => log.closeLease(this.name, intent.lease, from.person, fence), say, lost);
  }

  /** What changes nothing (to delete what another deleted first) may come from anybody: it is no news, and no row. */
  #number(live: Live, last: LeaseLast, replaces: number, answer: (answer: Answer) => void): Promise<void> {
    const { n, seq, at } = last;
    const { log, fence } = this.#ground;
    const lost = () => answer({ ok: false, code: 'try-later' });
    const note = () => log.noteNumber(this.name, last, replaces, fence);
    return this.#noted(live, note, () => answer({ ok: true, n, seq, at }), lost);
  }

  /** Stores what has no sequence of its own, in order with what has, and says so. Later jobs wait: none may overtake it. */
  #noted(live: Live, note: () => Promise<void>, say: () => void, lost: () => void): Promise<void> {
    // Earlier intents may wait for the window of a crowd: they come first on the disk too.
    this.#appends.flush();
    return note().then(
      () => {
        if (live.dead) say();
        else live.out.say(live.seq, say, lost);
      },
      (error: unknown) => {
        this.#ground.trouble('not-noted', this.name, error);
        lost();
        if (!live.dead) this.evict();
      },
    );
  }
}
