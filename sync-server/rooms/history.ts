/**
 * The past of a paper. Its latest rows stay, so that it can be read step by step; older ones are folded: of what each
 * person wrote in an hour (later: in a day) the last version stays, whole. What is shown now never depends on them.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import * as Y from 'yjs';
import type { Log, LogRow, Moment, Past, WholeVersion } from '../store/log.ts';
import { PAPER_PAST } from './limits.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A document as it was, as one update, and of how much it was made. */
export interface Version {
  update: Uint8Array;
  rows: number;
  bytes: number;
}

/** A document as of a sequence; undefined when that moment is not kept. */
export async function asOf(
  log: Pick<Log, 'history'>,
  doc: string,
  seq: number,
): Promise<Version | 'too-much' | undefined> {
  const history = await log.history(doc, seq);
  if (history === 'too-much') return history;
  const { base, rows } = history;
  if ((rows.at(-1)?.seq ?? base?.seq) !== seq) return undefined;
  const was = new Y.Doc();
  let size = base?.bytes.length ?? 0;
  if (base) Y.applyUpdate(was, await inflate(base.bytes));
  // Written once more in parts: to merge ten thousand updates as bytes takes Yjs a second in which nobody is answered.
  const rest = restBetween();
  for (const { bytes } of rows) {
    Y.applyUpdate(was, bytes);
    size += bytes.length;
    await rest(bytes.length);
  }
  return { update: Y.encodeStateAsUpdate(was), rows: rows.length, bytes: size };
}

/** Folds what is too much of a paper's past. Rejects, with nothing dropped, when a version could not be made whole. */
export async function thinPast(
  log: Pick<Log, 'past' | 'history' | 'fold'>,
  doc: string,
  fence: number,
  now: number,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const past = await log.past(doc);
    const to = foldTo(past, now);
    if (to === undefined) return;
    const known = [...past.oldest, ...past.wholes].filter(({ seq }) => seq <= to);
    const stays = staying(known, now);
    stays.add(to);
    const rows = await rowsUpTo(log, doc, past, to);
    const made = await wholesOf(doc, rows, stays, isOver);
    if (!made) return;
    await log.fold(doc, { to, ...bounded(past.wholes, made, stays) }, fence);
  }
}

/** The sequence up to which rows have to go; undefined when all may stay. */
export function foldTo({ shown, rows, bytes, oldest }: Past, now: number): number | undefined {
  const isOver = rows > PAPER_PAST.rowsMax || bytes > PAPER_PAST.bytesMax;
  const aged = oldest.filter(({ at }) => at < now - PAPER_PAST.stepsMs).length;
  const agedGo = aged >= PAPER_PAST.agedRows;
  let to: number | undefined;
  let left = { rows, bytes };
  let folded = 0;
  for (const [i, moment] of oldest.entries()) {
    const half = left.rows <= PAPER_PAST.rowsMax / 2 && left.bytes <= PAPER_PAST.bytesMax / 2;
    const goes = (isOver && !half) || (agedGo && i < aged);
    folded += moment.bytes;
    if (!goes || moment.seq > shown || folded > PAPER_PAST.foldBytesMax) break;
    left = { rows: left.rows - 1, bytes: left.bytes - moment.bytes };
    to = moment.seq;
  }
  return to;
}

/** Of moments those that stay as whole versions: each person's last in an hour, and when that is long ago, in a day. */
export function staying(moments: readonly Moment[], now: number): Set<number> {
  const last = new Map<string, number>();
  for (const { seq, at, person } of moments) {
    const span = at < now - PAPER_PAST.hoursMs ? DAY_MS : HOUR_MS;
    const bucket = `${span} ${Math.floor(at / span)} ${person}`;
    last.set(bucket, Math.max(last.get(bucket) ?? 0, seq));
  }
  return new Set([...last.values()].sort((a, b) => b - a).slice(0, PAPER_PAST.wholesMax - 1));
}

async function rowsUpTo(
  log: Pick<Log, 'history'>,
  doc: string,
  past: Past,
  to: number,
): Promise<{ base: WholeVersion | undefined; rows: LogRow[] }> {
  const history = await log.history(doc, to);
  const isWhole = history !== 'too-much' && history.rows[0]?.seq === past.oldest[0]?.seq;
  if (!isWhole) throw new Error(`the past of ${doc} cannot be read up to ${to}`);
  return history;
}

/** The versions that stay, made whole by writing the rows once more; undefined when the relay stops meanwhile. */
async function wholesOf(
  name: string,
  { base, rows }: { base: WholeVersion | undefined; rows: LogRow[] },
  stays: ReadonlySet<number>,
  isOver: () => boolean,
): Promise<WholeVersion[] | undefined> {
  const doc = new Y.Doc();
  doc.getXmlFragment('body');
  if (base) Y.applyUpdate(doc, await inflate(base.bytes));
  const made: WholeVersion[] = [];
  const rest = restBetween();
  for (const { seq, at, person, bytes } of rows) {
    Y.applyUpdate(doc, bytes);
    if (stays.has(seq)) made.push({ seq, at, person, bytes: await deflate(wholeBytes(name, doc)) });
    await rest(bytes.length);
    if (isOver()) return undefined;
  }
  return made;
}

/** Told of each row that is written once more, it gives others their turn after so many rows, or bytes. */
function restBetween(): (bytes: number) => Promise<void> | undefined {
  let rows = 0;
  let size = 0;
  return (bytes) => {
    rows++;
    size += bytes;
    if (rows < PAPER_PAST.turnRows && size < PAPER_PAST.turnBytes) return undefined;
    rows = 0;
    size = 0;
    return turn();
  };
}

/** The state as one update that shows what the document shows: read once more before anything is dropped for it. */
function wholeBytes(name: string, doc: Y.Doc): Uint8Array {
  const bytes = Y.encodeStateAsUpdate(doc);
  const copy = new Y.Doc();
  Y.applyUpdate(copy, bytes);
  if (doc.store.pendingStructs || doc.store.pendingDs || shows(copy) !== shows(doc))
    throw new Error(`the log of ${name} has a hole`);
  return bytes;
}

function shows(doc: Y.Doc): string {
  return JSON.stringify([doc.getXmlFragment('body').toJSON(), doc.getMap('paper').toJSON()]);
}

/** What is added and dropped, so that all together stays within its bytes: the oldest go first. */
function bounded(
  wholes: readonly Moment[],
  made: readonly WholeVersion[],
  stays: ReadonlySet<number>,
): { add: WholeVersion[]; drop: number[] } {
  const newestFirst = [
    ...[...made].reverse().map((version) => ({ seq: version.seq, bytes: version.bytes.length, version })),
    ...wholes
      .filter(({ seq }) => stays.has(seq))
      .map(({ seq, bytes }) => ({ seq, bytes, version: undefined })),
  ];
  let bytes = 0;
  const kept = newestFirst.filter((one, i) => {
    bytes += one.bytes;
    return i === 0 || bytes <= PAPER_PAST.wholeBytesMax;
  });
  const keptSeqs = new Set(kept.map(({ seq }) => seq));
  return {
    add: kept.flatMap(({ version }) => version ?? []).reverse(),
    drop: wholes.filter(({ seq }) => !keptSeqs.has(seq)).map(({ seq }) => seq),
  };
}
