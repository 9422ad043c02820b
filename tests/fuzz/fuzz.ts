/** Runs mutations of honest updates against the judge, the policies and the oracle. */
import { getHeapStatistics } from 'node:v8';
import * as Y from 'yjs';
import { applyExamined } from '#server/judge/apply.ts';
import { examine } from '#server/judge/examine.ts';
import { type JudgedKind, judgeOps } from '#shared/ops/judge-ops.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { DEFAULT_MATRIX, type Matrix } from '#shared/school/may.ts';
import { contextOf, type Sender } from '../support/judging.ts';
import { CHAT, PAPER, PEOPLE, type Who } from '../support/scene.ts';
import { type Corpus, KINDS, LEASES, load, makeCorpus, WHO } from './corpus.ts';
import { mutate, type Targets } from './mutate.ts';
import { type Setting, type State, stateOf, wrong } from './oracle.ts';
import { Random, seedOf } from './random.ts';
import { SchoolFuzz } from './registry/school-fuzz.ts';

export interface Finding {
  run: number;
  what: string;
  /** The update, in hex. */
  bytes: string;
}
export interface Report {
  runs: number;
  accepted: number;
  refused: Record<string, number>;
  known: number;
  /** Verdicts on changes of the registry, which are counted here alone. */
  registry: Record<string, number>;
  slowestMs: number;
  /** Which run that was: repeated alone it tells a slow update from a busy machine. */
  slowestRun: number;
  largestBytes: number;
  findings: Finding[];
}

/** Longer than this is a hang, whatever else the machine does. */
const HANG_MS = 2_000;
const ALLOCATION_MAX = 16 * 1024 * 1024;

/** A change of the registry is judged on a clone of it: one costs as much as a hundred updates. */
const REGISTRY_SHARE = 1 / 10;

const MATRICES: readonly Matrix[] = [
  DEFAULT_MATRIX,
  { write: 'staff', react: 'nobody', pin: 'everyone', moderate: 'everyone', papers: 'leads' },
  { write: 'nobody', react: 'everyone', pin: 'nobody', moderate: 'nobody', papers: 'everyone' },
];

interface Ground {
  base: Uint8Array;
  doc: Y.Doc;
  before: State;
  bytes: Uint8Array;
  targets: Targets;
}

export function fuzz(seed: number, runs: number, only?: number): Report {
  const corpus = makeCorpus(new Random(seed));
  const school = new SchoolFuzz(new Random(seed));
  const grounds = new Map<JudgedKind, Ground>();
  const report: Report = {
    runs,
    accepted: 0,
    refused: {},
    known: 0,
    registry: {},
    slowestMs: 0,
    slowestRun: 0,
    largestBytes: 0,
    findings: [],
  };
  for (let run = only ?? 0; run < (only === undefined ? runs : only + 1); run++) {
    const random = new Random(seedOf(seed, run));
    if (random.chance(REGISTRY_SHARE)) {
      const found = ofSchool(school, random, report);
      if (found) report.findings.push({ run, ...found });
      continue;
    }
    const kind = random.pick(KINDS);
    const ground = grounds.get(kind) ?? makeGround(kind, corpus);
    grounds.set(kind, ground);
    const slowest = report.slowestMs;
    const what = once(kind, corpus, ground, random, report);
    if (report.slowestMs > slowest) report.slowestRun = run;
    // What was accepted changed the copy: the next update stands on the base again.
    if (what !== 'refused') grounds.delete(kind);
    if (what !== 'refused' && what !== 'accepted') report.findings.push({ run, ...what });
  }
  return report;
}

function ofSchool(school: SchoolFuzz, random: Random, report: Report): Omit<Finding, 'run'> | undefined {
  const { verdict, bytes, finding, tookMs } = school.once(random);
  report.registry[verdict] = (report.registry[verdict] ?? 0) + 1;
  const what = finding ?? (tookMs > HANG_MS ? `took ${tookMs} ms` : undefined);
  return what === undefined ? undefined : { what, bytes: Buffer.from(bytes).toString('hex') };
}

function makeGround(kind: JudgedKind, corpus: Corpus): Ground {
  const base = corpus.base[kind];
  const doc = load(kind, base);
  const clocks = Y.decodeStateVector(Y.encodeStateVector(doc));
  return {
    base,
    doc,
    before: stateOf(doc),
    bytes: Y.encodeStateAsUpdate(doc),
    targets: { keys: corpus.keys, clocks },
  };
}

type Outcome = 'accepted' | 'refused' | { what: string; bytes: string };

function once(kind: JudgedKind, corpus: Corpus, ground: Ground, random: Random, report: Report): Outcome {
  const who = random.pick(WHO);
  const author = random.chance(0.85) ? who : random.pick(WHO);
  const honest = random.pick(corpus.updates[kind][author]);
  const other = random.pick(corpus.updates[kind][random.pick(WHO)]);
  const bytes = mutate(honest, other, ground.targets, random);
  const { sender, setting } = settingOf(kind, who, random);
  const found = (what: string): Outcome => ({ what, bytes: Buffer.from(bytes).toString('hex') });

  const heap = getHeapStatistics();
  const start = performance.now();
  let verdict: string;
  let update = bytes;
  try {
    ({ verdict, update } = judgeOnce(kind, ground.doc, bytes, sender));
  } catch (error) {
    return found(`threw: ${error}`);
  }
  const took = performance.now() - start;
  const after = getHeapStatistics();
  const grew = after.used_heap_size + after.external_memory - heap.used_heap_size - heap.external_memory;
  report.slowestMs = Math.max(report.slowestMs, took);
  report.largestBytes = Math.max(report.largestBytes, grew);
  if (took > HANG_MS) return found(`took ${took} ms`);
  if (grew > ALLOCATION_MAX) return found(`allocated ${grew} bytes`);
  if (verdict === 'broken') return found('half applied');
  if (verdict !== 'accepted' && verdict !== 'known') {
    report.refused[verdict] = (report.refused[verdict] ?? 0) + 1;
    return unchanged(ground) ? 'refused' : found('refused, and changed something');
  }
  if (verdict === 'known') {
    report.known++;
    return unchanged(ground) ? 'refused' : found('known, and changed something');
  }
  report.accepted++;
  const why =
    wrong(ground.before, stateOf(ground.doc), setting) ?? differsFromStock(kind, ground, update, who);
  return why === undefined ? 'accepted' : found(why);
}

function judgeOnce(
  kind: JudgedKind,
  doc: Y.Doc,
  bytes: Uint8Array,
  sender: Sender,
): { verdict: string; update: Uint8Array } {
  const examined = examine(doc, SHAPES[kind], bytes, sender.hand);
  if (!examined.ok) return { verdict: examined.code, update: bytes };
  if (examined.known) return { verdict: 'known', update: bytes };
  const ruling = judgeOps(kind, examined.ops, contextOf(doc, sender));
  if (!ruling.ok) return { verdict: ruling.code, update: bytes };
  const applied = applyExamined(doc, examined);
  return applied.ok ? { verdict: 'accepted', update: applied.update } : { verdict: 'broken', update: bytes };
}

function settingOf(kind: JudgedKind, who: Who, random: Random): { sender: Sender; setting: Setting } {
  const chat = { ...CHAT, matrix: random.pick(MATRICES) };
  const paper = { ...PAPER, chat, edit: random.pick(['everyone', 'staff', 'owner'] as const) };
  const open = random.chance(0.9);
  const place = kind === 'paper' ? paper : kind === 'me' ? ({ kind: 'me', person: 'masha' } as const) : chat;
  const lease = LEASES[who];
  return {
    sender: {
      who: PEOPLE[who],
      place,
      hand: { lease, numbered: random.chance(0.6) },
      owns: (any) => any === lease,
      open,
    },
    setting: { who: PEOPLE[who], chat, paper, me: 'masha', open },
  };
}

/** A refused update leaves no trace: not a struct, not a root. */
function unchanged({ doc, bytes }: Ground): boolean {
  return (
    doc.store.pendingStructs === null &&
    doc.store.pendingDs === null &&
    Buffer.compare(Y.encodeStateAsUpdate(doc), bytes) === 0
  );
}

/** A stock document that is given the same bytes ends up the same, and only the sender's own clock moved. */
function differsFromStock(
  kind: JudgedKind,
  ground: Ground,
  update: Uint8Array,
  who: Who,
): string | undefined {
  const stock = load(kind, ground.base);
  try {
    Y.applyUpdate(stock, update);
  } catch (error) {
    return `a stock document threw: ${error}`;
  }
  if (stock.store.pendingStructs || stock.store.pendingDs) return 'a stock document waits for more';
  if (JSON.stringify(stateOf(stock)) !== JSON.stringify(stateOf(ground.doc)))
    return 'a stock document differs';
  if (Buffer.compare(Y.encodeStateAsUpdate(stock), Y.encodeStateAsUpdate(ground.doc)) !== 0)
    return 'a stock document keeps other structs';
  const clocks = Y.decodeStateVector(Y.encodeStateVector(ground.doc));
  for (const [client, clock] of clocks) {
    if (client !== LEASES[who] && ground.targets.clocks.get(client) !== clock) return 'another’s clock moved';
    if (Y.getState(stock.store, client) !== clock) return 'clocks of a stock document differ';
  }
  return undefined;
}
