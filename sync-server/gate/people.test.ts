import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '#shared/school/limits.ts';
import type { Log } from '../store/log.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { People, Person } from './people.ts';

const RATES = { intentsPerSecond: 10, intentsBurst: 20, asksPerSecond: 5, asksBurst: 10 };
const NOW = 1_000_000;

const masha = () => new Person('masha', [], RATES, NOW);

test('[R357] an intent of many bytes costs as much as many small ones, and never more than one can have', () => {
  const person = masha();
  expect(person.spend(NOW, 64 * 1024)).toBe(0);
  expect(person.spend(NOW, 64 * 1024)).toBe(0);
  expect(person.spend(NOW, 64 * 1024)).toBe(700);
  expect(person.spend(NOW + 700, 64 * 1024)).toBe(0);
  expect(person.spend(NOW + 10_000, 1024 * 1024)).toBe(0);
  expect(person.spend(NOW + 10_000, 10)).toBe(100);
});

test('[R357] who brings many messages in one intent waits as if they had come one by one', () => {
  const person = masha();
  expect(person.spend(NOW, 100)).toBe(0);
  person.charge(499);
  expect(person.spend(NOW, 100)).toBe(48_100);
});

test('[R357] asks of all connections of a person are counted together', () => {
  const person = masha();
  for (let i = 0; i < 10; i++) expect(person.ask(NOW, 1)).toBe(0);
  expect(person.ask(NOW, 1)).toBe(200);
  expect(person.ask(NOW + 200, 1)).toBe(0);
});

test('[R357] a clock that is set back makes nobody wait', () => {
  const person = masha();
  expect(person.spend(NOW - 3_600_000, 10)).toBe(0);
  expect(person.spend(NOW - 3_600_000, 10)).toBe(0);
});

test('[R305] a person has so many leases a day, and who asks for less than none gets no more later', () => {
  const person = masha();
  expect(person.mayHave(-LIMITS.leasesPerPersonPerDayMax, NOW)).toBe(0);
  let granted = 0;
  for (let given = 1; given > 0; granted += given) {
    given = person.mayHave(Number.MAX_SAFE_INTEGER, NOW);
    expect(given).toBeLessThanOrEqual(LIMITS.leasesPerGrantMax);
  }
  expect(granted).toBe(LIMITS.leasesPerPersonPerDayMax);
  expect(person.mayHave(1, NOW + 25 * 60 * 60 * 1000)).toBe(1);
});

describe('with a store', () => {
  let folder: string;
  let store: SqliteStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parta-people-'));
    store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('[R369] who is rested is let go, and is one and the same as long as a connection holds them', async () => {
    const people = new People(store, RATES, await store.claim());
    const phone = await people.get('masha');
    const petya = await people.get('petya');
    const leases = await people.grant(petya, 2);
    expect(leases).toHaveLength(2);
    expect(await people.rest()).toBe(1);
    expect(await people.get('masha')).toBe(phone);
    // The day's leases are counted over reconnects.
    expect(await people.get('petya')).toBe(petya);
  });

  test('[R560] whom the store could not tell of is asked for again when they come back', async () => {
    let isBusy = true;
    const busy = () => Promise.reject(new Error('busy'));
    const leasesOf = (person: string) => (isBusy ? busy() : store.leasesOf(person));
    const people = new People({ leasesOf } as Log, RATES, await store.claim());
    await expect(people.get('masha')).rejects.toThrow('busy');
    isBusy = false;
    expect((await people.get('masha')).person).toBe('masha');
  });

  test('[R369] who has used up what they may is kept until it has come back', async () => {
    const people = new People(store, RATES, await store.claim());
    const masha = await people.get('masha');
    expect(masha.ask(performance.now(), 10)).toBe(0);
    expect(await people.rest()).toBe(1);
  });
});
