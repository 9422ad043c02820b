import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { append } from '../store/log.contract.ts';
import type { Moment } from '../store/log.ts';
import { openSqlite, type SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { asOf, foldTo, staying, thinPast } from './history.ts';
import { PAPER_PAST } from './limits.ts';

const PAPER = 'paper/plan';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_000 * DAY;

let folder: string;
let store: SqliteStore;
let fence: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parta-past-'));
  store = await openSqlite({ file: join(folder, 'parta.sqlite') });
  fence = await store.claim();
  await store.room(PAPER, fence);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const thin = (now = NOW) => thinPast(store, PAPER, fence, now, () => false);

/** A paper in the hands of two people, and what it read like after each of their writes. */
class Writers {
  readonly read: string[] = [''];
  readonly #relay = new Y.Doc();
  readonly #docs = new Map<string, Y.Doc>();
  /** What a person has not seen yet. */
  readonly #waiting = new Map<string, Uint8Array[]>();
  #rows: ReturnType<typeof append>[] = [];
  #seq = 0;

  constructor(...people: string[]) {
    for (const [i, person] of people.entries()) {
      const doc = new Y.Doc();
      doc.clientID = i + 1;
      this.#docs.set(person, doc);
      this.#waiting.set(person, []);
    }
  }

  get seq(): number {
    return this.#seq;
  }

  /** The person sees what others wrote. */
  look(person: string): void {
    const doc = this.#docs.get(person) as Y.Doc;
    for (const bytes of this.#waiting.get(person)?.splice(0) ?? []) Y.applyUpdate(doc, bytes);
  }

  write(person: string, at: number, change: (body: Y.XmlFragment) => void): void {
    const doc = this.#docs.get(person) as Y.Doc;
    const before = Y.encodeStateVector(doc);
    let made: Uint8Array | undefined;
    doc.once('update', (update: Uint8Array) => {
      made = update;
    });
    doc.transact(() => change(doc.getXmlFragment('body')));
    const bytes = made ?? Y.encodeStateAsUpdate(doc, before);
    for (const [other, waiting] of this.#waiting) if (other !== person) waiting.push(bytes);
    Y.applyUpdate(this.#relay, bytes);
    this.#seq++;
    this.#rows.push({
      ...append(PAPER, this.#seq),
      row: { room: PAPER, doc: PAPER, seq: this.#seq, lease: doc.clientID, n: this.#seq, person, at, bytes },
    });
    this.read.push(this.#relay.getXmlFragment('body').toString());
  }

  /** Hands what was written to the relay's disk, with a snapshot behind it. */
  async arrive(): Promise<void> {
    for (let rows = this.#rows.splice(0, 1_000); rows.length > 0; rows = this.#rows.splice(0, 1_000))
      for (const result of await store.append(rows, fence)) expect(result).toEqual({ ok: true });
    const bytes = Y.encodeStateAsUpdate(this.#relay);
    await store.compact({ doc: PAPER, seq: this.#seq, bytes }, 'keep', fence);
  }
}

const paragraph = (text: string): Y.XmlElement => {
  const node = new Y.XmlElement('paragraph');
  node.insert(0, [new Y.XmlText(text)]);
  return node;
};
const lastRun = (body: Y.XmlFragment) => (body.get(body.length - 1) as Y.XmlElement).get(0) as Y.XmlText;

async function reads(seq: number): Promise<string | undefined> {
  const version = await asOf(store, PAPER, seq);
  if (!version || version === 'too-much') return undefined;
  const doc = new Y.Doc();
  Y.applyUpdate(doc, version.update);
  expect(doc.store.pendingStructs).toBeNull();
  return doc.getXmlFragment('body').toString();
}

test('[R371] two people write, delete and restyle for forty days, each on what they have seen: whatever stays reads exactly as it did, and the newest half step by step', async () => {
  const writers = new Writers('anna', 'masha');
  let state = 2026;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const first = NOW - 40 * DAY;
  const count = PAPER_PAST.rowsMax + 500;
  for (let i = 0; i < count; i++) {
    const at = first + Math.floor((i / count) * 39 * DAY);
    const person = random(3) > 0 ? 'anna' : 'masha';
    if (random(5) === 0) writers.look(person);
    writers.write(person, at, (body) => {
      const what = body.length === 0 ? 0 : random(12);
      if (what === 0) body.insert(random(body.length + 1), [paragraph(`Абзац ${i}`)]);
      else if (what === 1 && body.length > 4) body.delete(random(body.length), 1);
      else if (what === 2) (body.get(random(body.length)) as Y.XmlElement).setAttribute('textAlign', `${i}`);
      else if (what < 5 && lastRun(body).length > 3)
        lastRun(body).delete(random(lastRun(body).length - 2), 2);
      else lastRun(body).insert(random(lastRun(body).length + 1), `${i} `);
    });
  }
  await writers.arrive();
  await thin();

  const past = await store.past(PAPER);
  expect(past.rows).toBeLessThanOrEqual(PAPER_PAST.rowsMax);
  expect(past.rows).toBeGreaterThan(PAPER_PAST.rowsMax / 4);
  expect(past.wholes.length).toBeGreaterThan(10);
  expect(past.wholes.length).toBeLessThanOrEqual(PAPER_PAST.wholesMax);
  const oldest = past.oldest[0]?.seq as number;
  expect(past.wholes[0]?.seq).toBe(oldest - 1);
  for (const { seq } of past.wholes) expect(await reads(seq)).toBe(writers.read[seq]);
  for (const seq of [oldest, oldest + 1, Math.floor((oldest + count) / 2), count])
    expect(await reads(seq)).toBe(writers.read[seq]);
  const gone = past.wholes.at(-1)?.seq as number;
  expect(await reads(gone - 1)).toBeUndefined();

  // What is shown now never depended on it, and it can be folded again.
  const { snapshot, rows } = await store.load(PAPER);
  expect([snapshot?.seq, rows.length]).toEqual([count, 0]);
  await thin(NOW + 40 * DAY);
  const later = await store.past(PAPER);
  expect(later.rows).toBe(0);
  expect(await reads(count)).toBe(writers.read[count]);
  for (const { seq } of later.wholes) expect(await reads(seq)).toBe(writers.read[seq]);
}, 60_000);

test('[R371] a pupil who floods a paper keeps within its bytes, and pushes out neither what Anna Petrovna wrote this morning nor what is there now', async () => {
  const writers = new Writers('anna', 'dima');
  writers.write('anna', NOW - 3 * HOUR, (body) => body.insert(0, [paragraph('План урока')]));
  const noise = () =>
    Array.from({ length: 30_000 }, () => String.fromCodePoint(97 + Math.floor(Math.random() * 26))).join('');
  let bytes = 0;
  for (let i = 0; bytes < 3 * PAPER_PAST.bytesMax; i++) {
    writers.write('dima', NOW - HOUR + i, (body) => {
      body.delete(0, body.length);
      body.insert(0, [paragraph(noise())]);
    });
    bytes += 30_000;
    if (i % 50 === 49) {
      await writers.arrive();
      await thin();
      const past = await store.past(PAPER);
      const wholes = past.wholes.reduce((sum, whole) => sum + whole.bytes, 0);
      expect(past.bytes).toBeLessThanOrEqual(PAPER_PAST.bytesMax);
      expect(wholes).toBeLessThanOrEqual(PAPER_PAST.wholeBytesMax);
    }
  }
  await writers.arrive();
  await thin();
  expect(await reads(1)).toBe(writers.read[1]);
  // Nobody wants to see thirty thousand letters when it fails.
  expect((await reads(writers.seq)) === writers.read[writers.seq]).toBe(true);
}, 60_000);

test('[R634] a version of a thousand letters, or of some long pastes, is made in parts: others get their turns meanwhile', async () => {
  const typed = new Writers('anna');
  typed.write('anna', NOW, (body) => body.insert(0, [paragraph('')]));
  for (let i = 1; i < 10 * PAPER_PAST.turnRows; i++)
    typed.write('anna', NOW, (body) => lastRun(body).insert(0, 'аб'[i % 2] as string));
  await typed.arrive();
  expect(await turnsOf(typed.seq)).toBeGreaterThanOrEqual(10);
  const pastes = 20;
  for (let i = 0; i < pastes; i++)
    typed.write('anna', NOW, (body) => body.insert(0, [paragraph('а'.repeat(PAPER_PAST.turnBytes / 2))]));
  const { seq } = typed;
  await typed.arrive();
  expect((await turnsOf(seq)) - (await turnsOf(seq - pastes))).toBeGreaterThanOrEqual(pastes);
});

/** Turns that others get while a version is made of rows that are read already. */
async function turnsOf(seq: number): Promise<number> {
  let turns = 0;
  let isMade = false;
  const count = () => {
    turns++;
    if (!isMade) setImmediate(count);
  };
  const history = async (doc: string, to: number) => {
    const read = await store.history(doc, to);
    setImmediate(count);
    return read;
  };
  expect(await asOf({ history }, PAPER, seq)).toMatchObject({ update: expect.any(Uint8Array) });
  isMade = true;
  return turns;
}

test('[R371] a whole version that would not read as the paper did drops nothing', async () => {
  const writers = new Writers('anna');
  for (let i = 0; i < PAPER_PAST.agedRows; i++)
    writers.write('anna', NOW - 50 * DAY + i, (body) => body.insert(0, [paragraph(`${i}`)]));
  await writers.arrive();
  const torn = {
    past: (doc: string) => store.past(doc),
    fold: (...args: Parameters<SqliteStore['fold']>) => store.fold(...args),
    history: async (doc: string, to: number) => {
      const history = await store.history(doc, to);
      return history === 'too-much'
        ? history
        : { ...history, rows: history.rows.filter(({ seq }) => seq !== 7) };
    },
  };
  await expect(thinPast(torn, PAPER, fence, NOW, () => false)).rejects.toThrow(/hole/);
  expect(await store.past(PAPER)).toMatchObject({ rows: PAPER_PAST.agedRows, wholes: [] });
  await thin();
  expect(await store.past(PAPER)).toMatchObject({ rows: 0, wholes: [{ seq: PAPER_PAST.agedRows }] });
});

test('[R371] nothing goes that the snapshot does not show, or while there is room', () => {
  const oldest = Array.from({ length: 600 }, (_, i) => moment(i + 1, NOW - 31 * DAY));
  const past = { rows: 600, bytes: 600, oldest, wholes: [] };
  expect(foldTo({ ...past, shown: 600 }, NOW)).toBe(600);
  expect(foldTo({ ...past, shown: 400 }, NOW)).toBe(400);
  expect(foldTo({ ...past, shown: 0 }, NOW)).toBeUndefined();
  expect(foldTo({ ...past, shown: 600 }, NOW - 5 * DAY)).toBeUndefined();
});

test('[R371] of each person the last version of an hour stays, of long ago the last of a day', () => {
  const moments = [
    moment(1, NOW - 2 * HOUR, 'anna'),
    moment(2, NOW - 2 * HOUR + MINUTE, 'masha'),
    moment(3, NOW - 2 * HOUR + 2 * MINUTE, 'anna'),
    moment(4, NOW - HOUR, 'anna'),
    moment(5, NOW - 60 * DAY, 'anna'),
    moment(6, NOW - 60 * DAY + 5 * HOUR, 'anna'),
  ];
  expect([...staying(moments, NOW)].sort()).toEqual([2, 3, 4, 6]);
});

function moment(seq: number, at: number, person = 'anna'): Moment {
  return { seq, at, person, deletes: false, bytes: 1, whole: false };
}
