/**
 * Gone means gone: what an update deletes leaves the disk. The document is folded, its places name nobody, the list of
 * chats forgets it, and own acts that said it are not offered again. What changes reactions alone rewrites nothing.
 */
import * as Y from 'yjs';
import { type Edit, editKey, type Message } from '#shared/feed/shape.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import { keepAct, SOMEWHERE } from './acked.ts';
import { type ChatHeads, countUnread, PEEK_CHARS } from './chat-heads.ts';
import type { Disk, DocRow, HeadRow, OutRow, PlaceRow } from './disk.ts';
import type { Followed } from './followed.ts';
import { lastEdits } from './last-edits.ts';
import type { dropLandedCopies } from './private-copy.ts';
import { partsOf, putWhole, readParts, tailsOf } from './stored-doc.ts';
import type { Word } from './tabs.ts';
import type { Intent, Peek } from './types.ts';
import { docOf, everHeld, hasDeletes } from './ydoc.ts';

/** What came of a document, for which its whole may have to be looked at. */
export interface Came {
  doc: string;
  /** What may delete something. */
  bytes: Uint8Array;
  /** Messages that were edited, or of which nothing but the place came. */
  changed: string[];
  /** Its sequence when it was news to the list of chats; 0 when the relay had told of it. */
  news: number;
  /** An act was acknowledged that was known long ago: it may be taken back by now. */
  late: boolean;
}

interface Ground {
  disk: Disk;
  person: string;
  heads: ChatHeads;
  /** Where something of a paper came: loaded with the first. */
  dropCopies: typeof dropLandedCopies | undefined;
}

/**
 * Adds to what follows the documents that are not held and without which the list cannot tell what became of the message
 * it shows. Inside a transaction on `docs`, `tails`, `places`, `heads`, `acked`, `refused`, `copies`, `pieces`.
 */
export async function settle(ground: Ground, came: readonly Came[], followed: Followed): Promise<void> {
  await dropLanded(ground, followed.words);
  for (const name of new Set(came.map(({ doc }) => doc))) {
    const kind = parseDoc(name)?.kind;
    if (kind !== 'feed' && kind !== 'me') continue;
    const row: DocRow | undefined = await ground.disk.docs.get(name);
    const of = came.filter(({ doc }) => doc === name);
    if (row) await settleOne(ground, row, of, kind === 'feed');
    else if (kind === 'feed' && (await isBlindTo(ground, name))) followed.wanting.push(name);
  }
}

async function settleOne(ground: Ground, row: DocRow, came: readonly Came[], isFeed: boolean): Promise<void> {
  const { disk, heads } = ground;
  const name = row.doc;
  const news = isFeed ? Math.max(...came.map((each) => each.news)) : 0;
  const updates = came.map(({ bytes }) => bytes).filter(hasDeletes);
  const late = came.some((each) => each.late);
  const shown = news > 0 ? (await heads.row(chatOf(name))).last?.id : undefined;
  const isChanged = shown !== undefined && came.some(({ changed }) => changed.includes(shown));
  if (updates.length === 0 && !isChanged && !late) return;
  const doc = docOf(name, partsOf(row, await tailsOf(disk, name)));
  const roots = isFeed ? [doc.getMap('messages'), doc.getMap('edits')] : [...doc.share.values()];
  const dies = updates.some((bytes) => touches(doc, bytes, roots));
  if (dies) await putWhole(disk, row, row.seq, Y.encodeStateAsUpdate(doc));
  if (isFeed && (dies || isChanged)) await leave(ground, row, doc, news, isChanged);
  if (isFeed && late) await forgetTakenBack(disk, name, doc);
}

/** Whether the message that the list shows may stand in a document that is not held. */
async function isBlindTo({ disk, heads }: Ground, name: string): Promise<boolean> {
  const { last } = await heads.row(chatOf(name));
  const place = last && (await disk.places.get([roomOf(name), last.id]));
  return last !== undefined && last.id !== '' && (!place || place.doc === name);
}

/** Keeps acts that the relay is known to hold, though its word got lost. Inside a transaction on `acked`, `docs`, `tails`. */
export async function keepKnown(disk: Disk, rows: readonly OutRow[]): Promise<void> {
  for (const row of rows) await keepAct(disk, row, SOMEWHERE);
  for (const name of new Set(rows.map(({ doc }) => doc)))
    if (parseDoc(name)?.kind === 'feed')
      await forgetTakenBack(disk, name, docOf(name, await readParts(disk, name)));
}

/**
 * What was given back, and stands in a chat or a paper of which `words` tell all the same, is given back no more: the
 * relay's word got lost. The tabs are told.
 */
async function dropLanded({ disk, dropCopies }: Ground, words: Word[]): Promise<void> {
  const rooms = words.flatMap((word) => (word.say === 'room' && word.changes.length > 0 ? word.room : []));
  if (rooms.length === 0) return;
  const papers = rooms.filter((room) => room.startsWith('paper/')).map((room) => room.slice(6));
  for (const paper of papers.length > 0 && dropCopies ? await dropCopies(disk, papers) : [])
    words.push({ say: 'topic', topic: `paper/${paper}` });
  const docs = new Map<string, Y.Doc>();
  const landed: string[] = [];
  for (const { id, room, intent } of await disk.refused.where('room').anyOf(rooms).toArray()) {
    if (!('id' in intent)) continue;
    const name = (await disk.places.get([room, intent.id]))?.doc;
    if (name === undefined) continue;
    const doc = docs.get(name) ?? docOf(name, await readParts(disk, name));
    docs.set(name, doc);
    if (hasLanded(intent, doc)) landed.push(id);
  }
  if (landed.length === 0) return;
  await disk.refused.bulkDelete(landed);
  words.push({ say: 'topic', topic: 'refused' });
}

/** Whether it is this very act that stands confirmed under its id: a twin may have used the same one. */
export function hasLanded(intent: Intent, doc: Y.Doc): boolean {
  if (!('id' in intent)) return false;
  const isEdit = intent.act === 'message.edit';
  const root = isEdit ? 'edits' : 'messages';
  const key = isEdit ? editKey(intent.message, intent.id) : intent.id;
  const found = doc.getMap<{ at: number; text: string }>(root).get(key);
  return found?.at === intent.at && found.text === intent.text;
}

/** Own acts whose words came to stand in a document and were deleted since are not kept. */
async function forgetTakenBack(disk: Disk, name: string, doc: Y.Doc): Promise<void> {
  const rows = await disk.acked.where('doc').equals(name).toArray();
  const gone = rows.filter(({ intent }) => isTakenBack(intent, doc));
  await disk.acked.bulkDelete(gone.map(({ id }) => id));
}

function isTakenBack(intent: Intent, doc: Y.Doc): boolean {
  if (intent.act === 'message.create' || intent.act === 'paper.create')
    return everHeld(doc.getMap('messages'), intent.id) && !doc.getMap('messages').has(intent.id);
  if (intent.act !== 'message.edit') return false;
  const key = editKey(intent.message, intent.id);
  return everHeld(doc.getMap('edits'), key) && !doc.getMap('edits').has(key);
}

async function leave(
  { disk, person, heads }: Ground,
  row: DocRow,
  doc: Y.Doc,
  news: number,
  isChanged: boolean,
): Promise<void> {
  const messages = doc.getMap('messages');
  const places: PlaceRow[] = await disk.places.where('doc').equals(row.doc).toArray();
  const gone = places.filter(({ kind, id }) => kind === 'message' && !messages.has(id));
  // Its author's own place stays theirs: after a restore they take it back once more.
  const others = gone.filter(({ by }) => by !== '' && by !== person);
  await disk.places.bulkPut(others.map((place) => ({ ...place, by: '' })));
  if (news === 0) return;
  const head = await heads.row(chatOf(row.doc));
  const uncounted = others.filter((place) => place.seq > head.read).length;
  const isShown = isChanged || gone.some(({ id }) => id === head.last?.id);
  if (uncounted === 0 && !isShown) return;
  const held = await countUnread(disk, head.chat, head.read, person);
  await heads.put({
    ...head,
    seq: Math.max(news, head.seq),
    // Of what is not held here the relay's count is all there is.
    unread: Math.max(held, head.unread - uncounted),
    last: isShown ? await newest(disk, row, head, doc) : head.last,
  });
}

/** The newest message that is there, from the newest segments that are held. */
async function newest(disk: Disk, row: DocRow, head: HeadRow, known: Y.Doc): Promise<Peek | undefined> {
  const rows: DocRow[] = await disk.docs.where('room').equals(row.room).toArray();
  const segments = rows.map(({ doc }) => ({ doc, segment: segmentOf(doc) })).filter(({ segment }) => segment);
  for (const { doc: name } of segments.sort((a, b) => b.segment - a.segment)) {
    const doc = name === row.doc ? known : docOf(name, await readParts(disk, name));
    const found = await newestIn(disk, name, doc);
    if (found) return found;
  }
  return segments.at(-1)?.segment === 1 ? undefined : head.last && { ...head.last, id: '', text: '' };
}

async function newestIn(disk: Disk, name: string, doc: Y.Doc): Promise<Peek | undefined> {
  const places: PlaceRow[] = await disk.places.where('doc').equals(name).toArray();
  const messages = doc.getMap<Message>('messages');
  const living = places.filter(({ kind, id }) => kind === 'message' && messages.has(id));
  const { id, at } = living.sort((a, b) => a.seq - b.seq).at(-1) ?? {};
  const message = id === undefined ? undefined : messages.get(id);
  if (!id || !at || !message) return undefined;
  const seqs = new Map(places.map((place) => [place.id, place.seq]));
  const edit = lastEdits(doc.getMap<Edit>('edits'), (of) => seqs.get(of)).get(id);
  return { id, by: message.by, at, text: (edit?.text ?? message.text).slice(0, PEEK_CHARS) };
}

const chatOf = (doc: string): string => roomOf(doc).slice('chat/'.length);

function segmentOf(doc: string): number {
  const parsed = parseDoc(doc);
  return parsed?.kind === 'feed' ? parsed.segment : 0;
}

/** Whether an update deletes what stood in one of these roots. */
function touches(doc: Y.Doc, bytes: Uint8Array, roots: readonly unknown[]): boolean {
  for (const [client, ranges] of Y.decodeUpdate(bytes).ds.clients) {
    const structs = doc.store.clients.get(client) ?? [];
    for (const { clock, len } of ranges)
      for (const struct of structs) {
        if (struct.id.clock >= clock + len) break;
        if (struct.id.clock + struct.length <= clock) continue;
        // Garbage tells no more where it stood.
        if (!(struct instanceof Y.Item) || roots.includes(struct.parent)) return true;
      }
  }
  return false;
}
