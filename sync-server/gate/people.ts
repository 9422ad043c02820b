/** People on the line: what all connections of one person share. */
import { LIMITS } from '#shared/school/limits.ts';
import type { Log } from '../store/log.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Rates {
  intentsPerSecond: number;
  intentsBurst: number;
}

export class Person {
  readonly person: string;
  readonly leases: Set<number>;
  /** Connections that stand on it. */
  lines = 0;
  readonly #rates: Rates;
  #tokens: number;
  #filledAt: number;
  #grants: { since: number; count: number } = { since: 0, count: 0 };

  constructor(person: string, leases: number[], rates: Rates) {
    this.person = person;
    this.leases = new Set(leases);
    this.#rates = rates;
    this.#tokens = rates.intentsBurst;
    this.#filledAt = Date.now();
  }

  /** Takes one intent's token; otherwise says after how many milliseconds there will be one. */
  spend(now: number): number {
    const { intentsBurst, intentsPerSecond } = this.#rates;
    const filled = this.#tokens + ((now - this.#filledAt) / 1000) * intentsPerSecond;
    this.#tokens = Math.min(intentsBurst, filled);
    this.#filledAt = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / intentsPerSecond) * 1000);
    this.#tokens--;
    return 0;
  }

  /** How many leases of those asked for may be granted today. */
  mayHave(count: number, now: number): number {
    if (now - this.#grants.since > DAY_MS) this.#grants = { since: now, count: 0 };
    const left = LIMITS.leasesPerPersonPerDayMax - this.#grants.count;
    const given = Math.max(0, Math.min(count, LIMITS.leasesPerGrantMax, left));
    this.#grants.count += given;
    return given;
  }
}

export class People {
  readonly #log: Log;
  readonly #rates: Rates;
  readonly #people = new Map<string, Promise<Person>>();

  constructor(log: Log, rates: Rates) {
    this.#log = log;
    this.#rates = rates;
  }

  /** The person with all leases ever granted to them; kept for a day of use, so that buckets outlive a reconnect. */
  get(person: string): Promise<Person> {
    let found = this.#people.get(person);
    if (!found) {
      found = this.#log.leasesOf(person).then((leases) => new Person(person, leases, this.#rates));
      found.catch(() => this.#people.delete(person));
      this.#people.set(person, found);
    }
    return found;
  }

  /** Grants leases within the day's limit; fewer, or none, beyond it. */
  async grant(person: Person, count: number): Promise<number[]> {
    const given = person.mayHave(count, Date.now());
    if (given === 0) return [];
    const leases = await this.#log.grant(person.person, given);
    for (const lease of leases) person.leases.add(lease);
    return leases;
  }
}
