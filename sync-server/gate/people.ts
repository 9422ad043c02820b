/** People on the line: what all connections of one person share. */
import { LIMITS } from '#shared/school/limits.ts';
import { LINE_LIMITS } from '../rooms/limits.ts';
import type { Log } from '../store/log.ts';
import { Bucket } from './bucket.ts';

const REST_EVERY_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** An intent costs a token, and one more for each so many bytes: a message is one, a pasted chapter is many. */
const INTENT_TOKEN_BYTES = 8 * 1024;

export interface Rates {
  intentsPerSecond: number;
  intentsBurst: number;
  asksPerSecond: number;
  asksBurst: number;
}

export class Person {
  readonly person: string;
  readonly leases: Set<number>;
  /** Bytes of pushes that all connections have in the air. */
  inFlightBytes = 0;
  /** Bytes of asks that wait for their turn on all connections. */
  askingBytes = 0;
  readonly #intents: Bucket;
  readonly #asks: Bucket;
  /** Most people never show themselves in a paper. */
  #shows: Bucket | undefined;
  #grants = 0;
  #grantsSince = 0;

  constructor(person: string, leases: number[], rates: Rates, now: number) {
    this.person = person;
    this.leases = new Set(leases);
    this.#intents = new Bucket(rates.intentsPerSecond, rates.intentsBurst, now);
    this.#asks = new Bucket(rates.asksPerSecond, rates.asksBurst, now);
  }

  /** Takes the tokens of an intent; otherwise says after how many milliseconds they will be there. */
  spend(now: number, bytes: number): number {
    return this.#intents.spend(now, 1 + Math.floor(bytes / INTENT_TOKEN_BYTES));
  }

  /** An intent turned out to hold so many messages more. */
  charge(more: number): void {
    this.#intents.charge(more);
  }

  /** Takes the tokens of an ask for content; otherwise says after how many milliseconds they will be there. */
  ask(now: number, price: number): number {
    return this.#asks.spend(now, price);
  }

  /** What was asked for turned out to cost so much more. */
  chargeAsks(more: number): void {
    this.#asks.charge(more);
  }

  /** Whether others may be shown where this person is now: more often than hands move it would flood them all. */
  mayShow(now: number): boolean {
    this.#shows ??= new Bucket(LINE_LIMITS.awarePerSecond, LINE_LIMITS.awareBurst, now);
    return this.#shows.spend(now) === 0;
  }

  /** Whether nothing is known of them but what the log knows: a new object would be the same. */
  isRested(now: number, today: number): boolean {
    if (this.inFlightBytes > 0 || (this.#grants > 0 && today - this.#grantsSince <= DAY_MS)) return false;
    return this.#intents.isFull(now) && this.#asks.isFull(now) && this.#shows?.isFull(now) !== false;
  }

  /** How many leases of those asked for may be granted today. */
  mayHave(count: number, now: number): number {
    if (now - this.#grantsSince > DAY_MS) {
      this.#grantsSince = now;
      this.#grants = 0;
    }
    const left = LIMITS.leasesPerPersonPerDayMax - this.#grants;
    const given = Math.max(0, Math.min(count, LIMITS.leasesPerGrantMax, left));
    this.#grants += given;
    return given;
  }
}

export class People {
  readonly #log: Log;
  readonly #rates: Rates;
  readonly #fence: number;
  /** Those who are known for more than their leases, and those who are just being read. */
  readonly #people = new Map<string, Promise<Person>>();
  /** The rested ones, for as long as a connection holds them: all connections of a person share one object. */
  readonly #rested = new Map<string, WeakRef<Person>>();

  constructor(log: Log, rates: Rates, fence: number) {
    this.#log = log;
    this.#rates = rates;
    this.#fence = fence;
    setInterval(() => void this.rest(), REST_EVERY_MS).unref();
  }

  /** The person with all leases ever granted to them. Limits outlive a reconnect: who has used some is kept. */
  get(person: string): Promise<Person> {
    const found = this.#people.get(person);
    if (found !== undefined) return found;
    const rested = this.#rested.get(person)?.deref();
    const made = rested
      ? Promise.resolve(rested)
      : this.#log
          .leasesOf(person)
          .then((leases) => new Person(person, leases, this.#rates, performance.now()));
    made.catch(() => this.#people.delete(person));
    this.#people.set(person, made);
    this.#rested.delete(person);
    return made;
  }

  /** Lets go of everybody who is rested; resolves with how many are still kept. */
  async rest(): Promise<number> {
    for (const [person, ref] of this.#rested) if (!ref.deref()) this.#rested.delete(person);
    for (const [name, made] of [...this.#people]) {
      const person = await made.catch(() => undefined);
      if (!person?.isRested(performance.now(), Date.now()) || this.#people.get(name) !== made) continue;
      this.#people.delete(name);
      this.#rested.set(name, new WeakRef(person));
    }
    return this.#people.size;
  }

  /** Grants leases within the day's limit; fewer, or none, beyond it. */
  async grant(person: Person, count: number): Promise<number[]> {
    const given = person.mayHave(count, Date.now());
    if (given === 0) return [];
    const leases = await this.#log.grant(person.person, given, this.#fence);
    for (const lease of leases) person.leases.add(lease);
    return leases;
  }
}
