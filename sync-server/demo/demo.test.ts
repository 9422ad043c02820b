import { expect, test } from 'vitest';
import { readRegistry } from '#shared/registry/check.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc } from '#shared/school/names.ts';
import { type Directory, directoryOf } from '../registry/directory.ts';
import { YjsContent } from '../rooms/yjs-content.ts';
import type { Append } from '../store/log.ts';
import { sexOf } from './names.ts';
import { Pen } from './pen.ts';
import { plansOf } from './plans.ts';
import { Chance } from './random.ts';
import { makeSchool } from './school.ts';
import { talk } from './talk.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const leaseOf = (person: string) => 2 ** 30 + Number(person.slice(1));

function whole() {
  const chance = new Chance(1029);
  const school = makeSchool(chance);
  const directory = directoryOf(school.registry);
  const ids = new Map<number, number>();
  const pens = plansOf(directory, school, NOW, chance).map((plan) => {
    const pen = new Pen(plan.chat, leaseOf, ids);
    talk(pen, plan, chance);
    return pen;
  });
  return { ...school, directory, pens };
}
const demo = whole();

test('[R610] the demo school has 60 classes and 1 500 people, and every pupil one class', () => {
  const { registry, people } = demo;
  expect(readRegistry(registry)).toBe(registry);
  expect(Object.values(registry.units).filter(({ kind }) => kind === 'class')).toHaveLength(60);
  expect(people).toHaveLength(1_500);
  expect(Object.keys(registry.members)).toEqual(people.map(({ person }) => person));
  for (const { role, duties } of Object.values(registry.members))
    if (role === 'student') expect(Object.values(duties)).toEqual(['student']);
  for (const { person, name } of people)
    expect(name, name).toMatch(registry.members[person]?.role === 'student' ? /^\S+ \S+$/ : /^\S+ \S+ \S+$/);
});

test('[R610] chats hold thousands of varied messages, some long, some years old, with answers and reactions', () => {
  const counts = new Map(demo.pens.map((pen) => [pen.chat, textsOf(pen).length]));
  expect(counts.get('7a')).toBeGreaterThan(4_000);
  expect(counts.get('staff')).toBeGreaterThan(3_000);
  const texts = demo.pens.flatMap(textsOf);
  expect(texts.length).toBeGreaterThan(30_000);
  expect(new Set(texts).size).toBeGreaterThan(6_000);
  const own = demo.pens.find(({ chat }) => chat === '7a') as Pen;
  expect(own.closed.length).toBeGreaterThan(8);
  expect(Math.min(...own.appends.map(({ row }) => row.at))).toBeLessThan(NOW - 2 * 365 * 86_400_000);
  for (const { appends } of demo.pens) expect(appends.every(({ row }) => row.at < NOW)).toBe(true);
});

test('[R610] nobody speaks with a gap left open, and nobody with the other gender', () => {
  const HERS = /(?<![а-яё])(забыла|отнесла|поняла|потеряла|нашла|забрала|опоздала|распечатала)(?![а-яё])/;
  const HIS = /(?<![а-яё]|Кто )(забыл|отнёс|понял|потерял|нашёл|забрал|опоздал|распечатал)(?![а-яё])/;
  const sexes = new Map(demo.people.map(({ person, name }) => [person, sexOf(name)]));
  let gendered = 0;
  for (const { appends } of demo.pens)
    for (const { by, text } of appends.flatMap(({ places }) => places)) {
      expect(text).not.toMatch(/[{}]|undefined/);
      if (!HERS.test(text) && !HIS.test(text)) continue;
      gendered++;
      expect(sexes.get(by), text).toBe(HERS.test(text) ? 'f' : 'm');
    }
  expect(gendered).toBeGreaterThan(500);
});

test('[R610] each of the five finds a document among the newest messages of a chat', () => {
  const { members } = demo.directory;
  const shown = demo.pens.filter(({ appends }) => {
    const messages = appends.filter(({ places }) => places.some(({ kind }) => kind === 'message'));
    return messages.slice(-40).some(({ papers }) => papers.length > 0);
  });
  for (const person of Object.values(demo.cast)) {
    const chats = shown.filter(({ chat }) => members.get(chat)?.includes(person));
    expect(chats.length, person).toBeGreaterThan(1);
  }
  const papers = demo.pens.flatMap(({ appends }) => appends.flatMap((append) => append.papers));
  expect(new Set(papers.map(({ paper }) => paper)).size).toBe(papers.length);
});

test('[R610] the same seed makes the same school', () => {
  const again = whole();
  expect(again.people).toEqual(demo.people);
  expect(again.pens.map(({ seq }) => seq)).toEqual(demo.pens.map(({ seq }) => seq));
  expect(again.pens.map(textsOf)).toEqual(demo.pens.map(textsOf));
});

test('[R610] the relay would have taken all that stands in the demo', () => {
  for (const pen of demo.pens) expect(refusedOf(demo.directory, pen), pen.chat).toEqual([]);
}, 120_000);

function textsOf(pen: Pen): string[] {
  return pen.appends.flatMap(({ places }) =>
    places.filter(({ kind }) => kind === 'message').map(({ text }) => text),
  );
}

/** Judges every update as if its author had just sent it. */
function refusedOf({ people, places }: Directory, pen: Pen): string[] {
  const refused: string[] = [];
  const contents = new Map<string, YjsContent>();
  const papers = new Set<string>();
  const numbers = new Map<string, number>();
  let head = 1;
  for (const append of pen.appends) {
    const { row } = append;
    const number = (numbers.get(`${row.room} ${row.lease}`) ?? 0) + 1;
    numbers.set(`${row.room} ${row.lease}`, number);
    expect(row.n).toBe(number);
    let content = contents.get(row.doc);
    if (!content) {
      content = contentOf(row.doc, () => head);
      contents.set(row.doc, content);
    }
    const { doc, lease, n, bytes } = row;
    const speaker = { person: row.person, leases: new Set([row.lease]) };
    const intent = { doc, lease, n, bytes, replaces: { lease: 0, n: 0 } };
    const taken = content.take(intent, speaker, { seq: row.seq, at: row.at });
    if (!taken.ok) refused.push(`${row.seq} ${row.doc}: ${taken.code} ${taken.says ?? ''}`);
    else if (!taken.known) compare(append, taken);
    for (const { paper } of append.papers) papers.add(paper);
    if (append.head !== undefined) head = append.head;
  }
  return refused;

  function contentOf(doc: string, openSegment: () => number): YjsContent {
    const name = parseDoc(doc);
    const chat = places.get(pen.chat);
    if (!name || !chat) throw new Error(`nowhere: ${doc}`);
    const kind = name.kind === 'feed' || name.kind === 'pins' ? name.kind : 'paper';
    return new YjsContent(doc, kind, [], 0, (person) => ({
      who: people.get(person),
      place: kind === 'paper' ? { kind: 'paper', chat, owner: person, edit: 'owner' } : chat,
      chat: pen.chat,
      open: name.kind !== 'feed' || name.segment === openSegment(),
      ids: new Set(),
      paperExists: (paper) => papers.has(paper),
    }));
  }
}

function compare(append: Append, taken: { places: unknown; gone: unknown; papers: unknown }): void {
  expect(append.gone).toEqual(taken.gone);
  expect(append.places).toEqual(taken.places);
  expect(append.papers).toEqual(taken.papers);
  expect(append.row.bytes.length).toBeLessThanOrEqual(LIMITS.updateBytesMax);
}
