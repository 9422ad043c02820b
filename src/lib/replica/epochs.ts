/**
 * A relay that was restored starts new epochs; copies of different epochs never merge. Before an old copy goes, its
 * own author's acts above the restored sequence become intents again, landing once by their ids; what of a paper the
 * school then does not have comes back as a private copy and returned pieces.
 */

import type * as Y from 'yjs';
import { leaseOfId, type Message, type PaperEntry, splitKey } from '#shared/feed/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { parseDoc } from '#shared/school/names.ts';
import type { RoomState } from '#shared/wire/frames.ts';
import { aboutOf } from './acked.ts';
import { docFor } from './acts.ts';
import type { AckedRow, Disk, OutRow, PlaceRow } from './disk.ts';
import { doubt } from './doubted.ts';
import { takeLost, takeOldDecisions } from './lost-acts.ts';
import { asidesIn, giveAsidesBack, putAside } from './put-aside.ts';
import { isRobbed } from './robbed.ts';
import { dropRoom, readParts } from './stored-doc.ts';
import { roomWord, type Tabs } from './tabs.ts';
import type { Intent, Plain } from './types.ts';
import { docOf } from './ydoc.ts';

/**
 * Moves a room to the relay's epoch, emptied of confirmed content, and tells the tabs. Gives the documents to be pulled:
 * what was held, and what the pending work is made again on.
 */
export async function moveToEpoch(
  disk: Disk,
  state: RoomState,
  person: string,
  tabs: Pick<Tabs, 'slot' | 'say'>,
  open: { has(room: string): boolean },
  claim?: string,
): Promise<string[]> {
  const moved = await move(disk, state, person, tabs.slot, open, claim);
  if (!moved) return [];
  const { docs, papers, doubted } = moved;
  for (const room of [state.room, ...papers]) tabs.say(roomWord(room, { rebuilt: true }));
  tabs.say({ say: 'topic', topic: 'papers' });
  tabs.say({ say: 'outbox', rooms: [...papers, ...doubted] });
  return docs;
}

/**
 * Beside the documents: papers whose words were given back, for the school has lost them, and those to be looked at.
 * Undefined: nothing was moved.
 */
async function move(
  disk: Disk,
  state: RoomState,
  person: string,
  slot: number,
  open: { has(room: string): boolean },
  claim: string | undefined,
): Promise<{ docs: string[]; papers: string[]; doubted: string[] } | undefined> {
  const { rooms, docs, tails, outbox, acked, places, pieces, copies, papers } = disk;
  const { leases, kv, refused, heads, pens } = disk;
  const stores = [
    rooms,
    docs,
    tails,
    outbox,
    acked,
    places,
    pieces,
    copies,
    papers,
    leases,
    kv,
    refused,
    heads,
    pens,
  ];
  return disk.transaction('rw', stores, async () => {
    if (await isRobbed(disk, claim)) return undefined;
    const { room, epoch, head, since } = state;
    const before = await rooms.get(room);
    // Moved already, and the line broke before the school had told what it has: what was put aside waits for that.
    if (room.startsWith('paper/') && before?.epoch === epoch)
      return { docs: [room], papers: [], doubted: [] };
    const pending = await outbox.where('room').equals(room).sortBy('id');
    const lost = await takeLost(disk, state);
    const again = room.startsWith('org/') ? [] : await ownActs(disk, room, since, person, lost);
    if (room.startsWith('org/')) await giveDecisionsBack(disk, state, lost);
    if (room.startsWith('chat/')) await lowerMarks(disk, state);
    // What of a paper is lost is told by what the school has of it, once that is here.
    if (room.startsWith('paper/')) await putAside(disk, room, true, pending.length > 0);
    // Before all that waits, in whatever room: a number in the outbox is one of all rooms.
    const first: OutRow | undefined = await outbox.orderBy('id').first();
    const firstId = Math.min(first?.id ?? 1, 1) - again.length;
    const rows = again.map((act, index) => reoffered(act, room, head, slot, firstId + index));
    await outbox.bulkPut(rows);
    const names = (await docs.where('room').equals(room).toArray()).map(({ doc }) => doc);
    const held = names.sort(newestFirst).slice(0, LIMITS.docsPerOpenMax);
    await dropRoom(disk, room);
    const isAside = room.startsWith('paper/') && (await asidesIn(disk, room, epoch)).length > 0;
    await rooms.put({ room, epoch, seq: 0, head, gen: (before?.gen ?? 0) + 1, doubt: isAside });
    const left = await outbox.where('room').equals(room).toArray();
    const wanted = [...left.map(({ doc }) => doc), ...newestIn(room, head), ...held];
    return {
      docs: [...new Set(wanted)].filter((doc) => !isAbove(doc, head)),
      papers: await giveAsidesBack(disk, slot),
      doubted: await doubt(disk, open),
    };
  });
}

/** Who has read what is told in an epoch's own numbers: those above belong to other words now. */
async function lowerMarks({ heads }: Disk, { room, seq, since }: RoomState): Promise<void> {
  const head = await heads.get(room.slice('chat/'.length));
  if (!head) return;
  const [read, got, othersRead] = [head.read, head.got, head.othersRead].map((mark) => Math.min(mark, since));
  await heads.update(head.chat, { seq: Math.min(head.seq, seq), read, got, othersRead, told: 0 });
}

/** A segment that the restored relay does not know. */
function isAbove(doc: string, head: number): boolean {
  const parsed = parseDoc(doc);
  return parsed?.kind === 'feed' && parsed.segment > head;
}

/** What a chat is opened with: of a room that was purged nothing is held. */
function newestIn(room: string, head: number): string[] {
  return room.startsWith('chat/') ? [`${room}/feed/${Math.max(head, 1)}`, `${room}/pins`] : [];
}

function reoffered({ intent, doc: old }: Lost, room: string, head: number, slot: number, id: number): OutRow {
  const open = `${room}/feed/${Math.max(head, 1)}`;
  const stood = old !== undefined && !isAbove(old, head) ? old : open;
  const doc = docFor(intent, room, head, () => stood) ?? open;
  return {
    ...{ id, room, doc, epoch: '', slot, lease: 0, n: 0, intent },
    ...{ bytes: new Uint8Array(), dependsOn: [], at: Date.now(), tries: 0 },
  };
}

function newestFirst(a: string, b: string): number {
  const segmentOf = (doc: string) => {
    const parsed = parseDoc(doc);
    return parsed?.kind === 'feed' ? parsed.segment : Number.MAX_SAFE_INTEGER;
  };
  return segmentOf(b) - segmentOf(a);
}

/** An act that a restore may have lost: with its sequence, and where it stood, as far as that is known. */
interface Lost {
  intent: Intent;
  doc: string | undefined;
  seq: number;
}

/**
 * The acts that were kept, and those that the copy shows beside them: other devices of the person made them, or this
 * one before it kept any.
 */
async function ownActs(
  disk: Disk,
  room: string,
  seq: number,
  person: string,
  kept: readonly Lost[],
): Promise<Lost[]> {
  const known = new Set(kept.map(({ intent }) => aboutOf(intent)));
  const shown = await shownActs(disk, room, seq, person);
  return [...kept, ...shown.filter(({ intent }) => !known.has(aboutOf(intent)))].sort(
    (a, b) => a.seq - b.seq,
  );
}

async function shownActs(disk: Disk, room: string, seq: number, person: string): Promise<Lost[]> {
  const acts: Intent[] = [];
  const found: Lost[] = [];
  const places = new Map<string, PlaceRow>();
  const own = new Set((await disk.leases.toArray()).map(({ lease }) => lease));
  const names = (await disk.docs.where('room').equals(room).toArray()).filter((row) => row.seq > seq);
  for (const row of names) {
    for (const place of await disk.places.where('doc').equals(row.doc).toArray()) places.set(place.id, place);
    const kind = parseDoc(row.doc)?.kind;
    const doc =
      kind === 'feed' || kind === 'pins' || kind === 'me'
        ? docOf(row.doc, await readParts(disk, row.doc))
        : undefined;
    if (!doc) continue;
    if (kind === 'feed') acts.push(...feedActs(doc, places, seq, person, own));
    else if (kind === 'pins') acts.push(...pinActs(doc, person));
    else acts.push(...meActs(doc));
    for (const intent of acts.splice(0)) found.push({ intent, doc: row.doc, seq: orderOf(intent, places) });
  }
  return found;
}

/** Creations in the order in which they had arrived, then what is about them. */
function orderOf(intent: Intent, places: ReadonlyMap<string, PlaceRow>): number {
  const id = 'id' in intent ? intent.id : undefined;
  return (id !== undefined && places.get(id)?.seq) || Number.MAX_SAFE_INTEGER;
}

function feedActs(
  doc: Y.Doc,
  places: ReadonlyMap<string, PlaceRow>,
  seq: number,
  person: string,
  own: ReadonlySet<number>,
): Intent[] {
  const acts: Intent[] = [];
  const papers = doc.getMap<PaperEntry>('papers');
  for (const [id, message] of doc.getMap<Message>('messages')) {
    if (message.by !== person || (places.get(id)?.seq ?? 0) <= seq) continue;
    const { at, text, re, paper } = message;
    const entry = paper === undefined ? undefined : papers.get(paper);
    if (paper !== undefined && entry)
      acts.push({ act: 'paper.create', id, at, text, paper, title: entry.title, edit: entry.edit });
    else acts.push({ act: 'message.create', id, at, text, ...(re === undefined ? {} : { re }) });
  }
  for (const [key, edit] of doc.getMap<{ at: number; text: string }>('edits')) {
    const { message, rest } = splitKey(key) ?? { message: '', rest: '' };
    if ((places.get(rest)?.seq ?? 0) > seq && own.has(leaseOfId(rest) ?? -1))
      acts.push({ act: 'message.edit', message, id: rest, ...edit });
  }
  for (const [key, emoji] of doc.getMap<string>('reactions')) {
    const { message, rest } = splitKey(key) ?? { message: '', rest: '' };
    if (rest === person) acts.push({ act: 'reaction.set', message, emoji });
  }
  for (const place of places.values()) {
    const gone = place.kind === 'message' && place.by === person && place.seq <= seq;
    if (gone && !doc.getMap('messages').has(place.id) && doc.getMap('messages').size > 0)
      acts.push({ act: 'message.delete', message: place.id });
  }
  return acts;
}

function pinActs(doc: Y.Doc, person: string): Intent[] {
  return [...doc.getMap<Pin>('pins')]
    .filter(([, pin]) => pin.by === person)
    .map(([message, { at }]) => ({ act: 'pin.set', message, at }));
}

function meActs(doc: Y.Doc): Intent[] {
  const of = (root: 'settings' | 'drafts'): Intent[] =>
    [...doc.getMap<Plain>(root)].map(([key, value]) => ({ act: 'me.set', root, key, value }));
  return [...of('settings'), ...of('drafts')];
}

/** What was decided about the school is not decided again without its author: meanwhile others may have decided too. */
async function giveDecisionsBack(disk: Disk, state: RoomState, lost: readonly AckedRow[]): Promise<void> {
  const kept = lost.map(({ id, intent }): [string, Intent] => [`acked/${state.room}/${id}`, intent]);
  for (const [id, intent] of [...(await takeOldDecisions(disk, state)), ...kept])
    await disk.refused.put({
      ...{ id, room: state.room, intent, text: '', code: 'changed-meanwhile' },
      ...{ when: Date.now(), bytes: new Uint8Array() },
    });
}
