/**
 * A room: one owner, one queue, one sequence. It judges, applies in memory, hands to the log, and says nothing before
 * the log has it.
 */
import { parseDoc } from '#shared/school/names.ts';
import { isRefusalCode, REFUSALS } from '#shared/school/refusals.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Append, AppendResult } from '../store/log.ts';
import { Appends } from './appends.ts';
import { Beside } from './beside.ts';
import type { Answer, Intent, Speaker } from './intent.ts';
import { beginPart } from './joining.ts';
import type { KeptDoc } from './kept-doc.ts';
import { FAN_OUT } from './limits.ts';
import { Live } from './live.ts';
import type { Done, RoomGround } from './room-ground.ts';
import { closeLease, noteNumber, noteTaken, sumOf, turnOf } from './taking.ts';
import { type Job, Turns } from './turns.ts';
import { News, type Watcher } from './watcher.ts';

/** Every device of the school may hear of a change of the registry: it counts as so many intents. */
const REGISTRY_COSTS = 10;

/** An intent, who brought it and who hears of it. */
interface Pushed {
  intent: Intent;
  from: Speaker;
  self: Watcher | undefined;
  answer(answer: Answer): void;
}

export class Room {
  readonly name: string;
  readonly watchers = new Set<Watcher>();
  usedAt = 0;
  readonly #ground: RoomGround;
  readonly #appends: Appends;
  readonly #beside: Beside;
  readonly #turns: Turns;
  #live: Live | undefined;

  constructor(name: string, ground: RoomGround) {
    this.name = name;
    this.#ground = ground;
    this.#appends = new Appends(ground.log, ground.fence);
    this.#beside = new Beside(ground, this.#appends, {
      notNoted: (error) => ground.trouble('not-noted', name, error),
      evict: () => this.evict(),
    });
    this.#turns = new Turns({
      awake: () => this.#live ?? this.#load(),
      broke: (error) => {
        // Not loaded, or a bug that may have left half of something in memory: neither may be used.
        ground.trouble('room-job-failed', name, error);
        this.evict();
      },
    });
  }

  /** What is in memory; undefined while the room sleeps. */
  get live(): Live | undefined {
    return this.#live;
  }
  get isBusy(): boolean {
    return this.#turns.isBusy || (this.#live?.out.length ?? 0) > 0;
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
      run: (live) => this.#push(live, { intent, from, self, answer }, epoch),
      failed: () => answer({ ok: false, code: 'try-later' }),
    });
  }

  /** Runs a job in turn, with the room in memory. */
  run(job: Job): void {
    this.usedAt = this.#ground.now();
    this.#turns.run(job);
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
    if (!this.isBusy && this.#appends.isSettled) return;
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
        await this.#appends.settled();
        if (live.dead) throw new Error('the room was evicted');
        await work(live);
      };
      this.run({
        run: (live) => run(live).then(resolve, reject),
        failed: () => reject(new Error('the room could not be read')),
      });
    });
  }

  async #load(): Promise<Live> {
    await this.#appends.settled();
    this.#live = await Live.load(this.#ground, this.name);
    return this.#live;
  }

  #push(live: Live, pushed: Pushed, epoch: string | undefined): void | Promise<void> {
    const { intent, from, answer } = pushed;
    const sum = sumOf(intent);
    const turn = turnOf(live, intent, from, epoch, sum);
    const lost = () => answer({ ok: false, code: 'try-later' });
    if (turn.turn === 'known')
      return live.out.say(
        live.seq,
        () => answer({ ok: true, n: intent.n, seq: turn.seq, at: turn.at }),
        lost,
      );
    if (turn.turn === 'refused') return this.#refuse(live, pushed, { code: turn.code }, turn.closes);
    if (this.#ground.isFull()) return live.out.say(live.seq, lost, lost);
    // Who may not read may not learn from a verdict what is there: how much is written, which segments there are.
    const verdict = this.#ground.places.mayRead(from.person, this.name);
    if (!verdict.ok) return this.#refuse(live, pushed, { code: verdict.code }, true);
    if (!live.holds(intent.doc) || !this.#ground.places.mayReadDoc(from.person, intent.doc).ok)
      return this.#refuse(live, pushed, { code: 'unknown-place' }, true);
    const judge = (doc: KeptDoc) => this.#judge(live, doc, pushed, { ...turn, sum });
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
    pushed: Pushed,
    { n, replaces, sum }: { n: number; replaces: number; sum: number },
  ): void | Promise<void> {
    const { intent, from, answer } = pushed;
    const lost = () => answer({ ok: false, code: 'try-later' });
    const at = this.#ground.now();
    doc.usedAt = at;
    // The registry's bound is its own; no block of structs (the first byte) is nothing but deletes.
    if (
      intent.bytes[0] !== 0 &&
      doc.isFullFor(intent.bytes.length) &&
      parseDoc(doc.name)?.kind !== 'registry'
    )
      return this.#refuse(live, pushed, { code: 'too-long', says: 'document is full' }, true);
    const taken = doc.content.take(intent, from, { seq: live.seq + 1, at });
    if (!taken.ok) {
      const refused = this.#refuse(live, pushed, taken, taken.code !== 'try-later');
      if (!taken.broken) return refused;
      // What was accepted before is still committed; only then is the memory given up.
      return this.#appends.settled().then(() => this.evict());
    }
    if (taken.known && intent.n === 0)
      return live.out.say(live.seq, () => answer({ ok: true, n: 0, seq: live.seq, at }), lost);
    if (taken.known) {
      // To delete what another deleted first: it may come from anybody, is no news, and no row.
      const last = noteNumber(live, intent, from, { n, replaces, sum });
      return this.#beside.number(
        live,
        last,
        replaces,
        () => answer({ ok: true, n: last.n, seq: last.seq, at: last.at }),
        lost,
      );
    }
    const numbered = { ...pushed, intent: { ...intent, n } };
    const take = () => this.#take(live, doc, numbered, { at, replaces, sum }, taken);
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
    { intent, from, self, answer }: Pushed,
    { at, replaces, sum }: { at: number; replaces: number; sum: number },
    taken: Done,
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
    if (taken.commit) return this.#appends.settled();
  }

  #tellAll(live: Live, frame: Uint8Array): void {
    live.out.say(live.seq, () => {
      for (const watcher of this.watchers) watcher.told(frame);
    });
  }

  #store(live: Live, append: Append, taken: Done, spread: () => void): void {
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
  }

  #refuse(
    live: Live,
    { intent, from, answer }: Pushed,
    why: { code: string; says?: string },
    closes: boolean,
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
    return this.#beside.closeLease(live, intent.lease, from.person, say, lost);
  }
}
