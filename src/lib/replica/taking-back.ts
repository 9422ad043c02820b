/**
 * Unsaying an own message that never left the device: it goes with all that is about it, and nobody hears of it. What
 * was written behind it was not sent either; it is made again on what stands before, under the same leases, and takes
 * the numbers that became free.
 */
import * as Y from 'yjs';
import { bringsOf, perform } from './acts.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk, OutRow, PenRow, RoomRow } from './disk.ts';
import { waitingIn } from './outbox.ts';
import { readParts } from './stored-doc.ts';
import { roomWord, type Tabs } from './tabs.ts';
import type { Intent } from './types.ts';
import { bytesOf, docOf, holdLease } from './ydoc.ts';

interface TakingBackGround {
  person: string;
  disk: Disk;
  tabs: Tabs;
}

/**
 * False when it may have been sent, or cannot be taken out; `changed` when another tab has edited it and what was
 * `heard` here does not tell: those words would go unseen. Nothing was changed then.
 */
export async function takeBack(
  { disk, tabs, person }: TakingBackGround,
  copy: RoomCopy,
  message: string,
  heard: ReadonlySet<number>,
): Promise<boolean | 'changed'> {
  const isNews = ({ id, slot, intent }: OutRow) =>
    intent.act === 'message.edit' && slot !== tabs.slot && !heard.has(id);
  // In the lane: what was written before is on disk by then.
  const isTaken = await copy.inLane(() => unsay(disk, copy.room, { message, person, isNews }));
  if (isTaken !== true) return isTaken;
  tabs.say(roomWord(copy.room, { rebuilt: true }));
  await copy.inLane(async () => {});
  return true;
}

/** All of it in one transaction. */
async function unsay(
  disk: Disk,
  room: string,
  { message, person, isNews }: { message: string; person: string; isNews(row: OutRow): boolean },
): Promise<boolean | 'changed'> {
  const { rooms, docs, tails, outbox, pens } = disk;
  return disk.transaction('rw', [rooms, docs, tails, outbox, pens], async () => {
    const rows = await waitingIn(disk, room);
    const at = rows.findIndex(({ intent }) => intent.act === 'message.create' && intent.id === message);
    if (!rows[at]?.here) return false;
    const behind = rows.slice(at);
    const gone = behind.filter(({ intent }) => isAbout(intent, message));
    if (gone.some(isNews)) return 'changed';
    const made = await madeAgain(disk, rows.slice(0, at), behind, { gone, message, person });
    if (!made) return false;
    const kept = new Set(made.map(({ id }) => id));
    await outbox.bulkDelete(behind.map(({ id }) => id).filter((id) => !kept.has(id)));
    await outbox.bulkPut(made);
    await setBack(disk, room, behind, made);
    const row: RoomRow | undefined = await rooms.get(room);
    await rooms.put({ ...(row ?? { room, epoch: '', seq: 0, head: 0 }), gen: (row?.gen ?? 0) + 1 });
    return true;
  });
}

/** Undefined when what is confirmed here is not all that these rows stand on. */
async function madeAgain(
  disk: Disk,
  before: readonly OutRow[],
  behind: readonly OutRow[],
  { gone, message, person }: { gone: readonly OutRow[]; message: string; person: string },
): Promise<OutRow[] | undefined> {
  const shown = new Map<string, ReturnType<typeof docOf>>();
  for (const name of new Set(behind.map(({ doc }) => doc))) {
    const earlier = before.filter(({ doc }) => doc === name).map(({ bytes }) => bytes);
    shown.set(name, docOf(name, [...(await readParts(disk, name)), ...earlier]));
  }
  if (!standOn(shown, behind)) return undefined;
  const unsaid = gone.flatMap(({ intent }) => bringsOf(intent));
  const numbers = firstNumbers(behind);
  const made: OutRow[] = [];
  for (const row of behind) {
    const doc = shown.get(row.doc);
    if (!doc || gone.includes(row)) continue;
    const intent = withoutReply(row.intent, message);
    holdLease(doc, row.lease || handOf(row));
    const bytes = bytesOf(doc, () => perform(intent, doc, person));
    holdLease(doc, Number.MAX_SAFE_INTEGER);
    if (!bytes) continue;
    const n = numbers.get(row.lease) ?? 0;
    if (row.lease !== 0) numbers.set(row.lease, n + 1);
    made.push({ ...row, intent, bytes, n, dependsOn: row.dependsOn.filter((id) => !unsaid.includes(id)) });
  }
  return made;
}

/** Words that are about the message and nothing else. A reply says something of its own. */
function isAbout(intent: Intent, message: string): boolean {
  if ('message' in intent) return intent.message === message;
  return intent.act === 'message.create' && intent.id === message;
}

function withoutReply(intent: Intent, message: string): Intent {
  if (intent.act !== 'message.create' || intent.re !== message) return intent;
  const { re: _, ...words } = intent;
  return words;
}

/** Whether each hand goes on in its documents where what is here ends. */
function standOn(shown: ReadonlyMap<string, Y.Doc>, behind: readonly OutRow[]): boolean {
  const seen = new Set<string>();
  return behind.every((row) => {
    const hand = handOf(row);
    const key = `${row.doc} ${hand}`;
    if (hand === 0 || seen.has(key)) return true;
    seen.add(key);
    const doc = shown.get(row.doc);
    return doc && Y.getState(doc.store, hand) === Y.parseUpdateMeta(row.bytes).from.get(hand);
  });
}

/** The client id that wrote its structs: the lease, or a pencil's where there was none; 0 when it wrote none. */
function handOf({ bytes }: OutRow): number {
  return [...Y.parseUpdateMeta(bytes).from.keys()][0] ?? 0;
}

function firstNumbers(behind: readonly OutRow[]): Map<number, number> {
  const first = new Map<number, number>();
  for (const { lease, n } of behind) if (lease !== 0 && !first.has(lease)) first.set(lease, n);
  return first;
}

/** The next number of each lease follows the last that is left. */
async function setBack(
  disk: Disk,
  room: string,
  behind: readonly OutRow[],
  made: readonly OutRow[],
): Promise<void> {
  const pens: PenRow[] = await disk.pens.where('room').equals(room).toArray();
  for (const [lease, first] of firstNumbers(behind)) {
    const pen = pens.find((each) => each.lease === lease);
    const count = made.filter((row) => row.lease === lease).length;
    if (pen) await disk.pens.update([room, pen.slot], { n: first - 1 + count });
  }
}
