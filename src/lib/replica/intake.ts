/**
 * What the relay says, written to disk: confirmed content, places, acknowledgements, heads of chats. One transaction for
 * all frames of a moment; what follows from them (words to the tabs, sends, repairs) comes back as a list, so that
 * nothing is shown or answered that is not on disk.
 */
import type { PaperEntry } from '#shared/feed/shape.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { chatRoom, roomOf } from '#shared/school/names.ts';
import { digest } from '#shared/wire/digest.ts';
import type { Ack, Frame, Patch, RoomState, Swallowed, Update } from '#shared/wire/frames.ts';
import { Acked, ackedIn, letGo } from './acked.ts';
import { ChatHeads } from './chat-heads.ts';
import type { Disk, DocRow, PenRow, PlaceRow, RoomRow } from './disk.ts';
import { editedIn, isFeed, newsOf, placeOf } from './feed-news.ts';
import { type Followed, nothing } from './followed.ts';
import type { Came } from './gone.ts';
import { dropCards } from './listed.ts';
import { loadGone, loadSeldom } from './parts.ts';
import { burn } from './pens.ts';
import { append, freshDoc, putWhole, readParts } from './stored-doc.ts';
import { roomWord } from './tabs.ts';
import { findTwin, isTwin } from './twins.ts';
import type { Topic } from './types.ts';
import { docOf, hasDeletes } from './ydoc.ts';

export class Intake {
  readonly #disk: Disk;
  readonly #person: string;
  readonly #heads: ChatHeads;
  #followed: Followed = nothing();
  /** What a lost text takes to be stored, a room to go, or what stands before a person's reading: loaded with the first. */
  #seldom: Awaited<ReturnType<typeof loadSeldom>>['seldom'] | undefined;
  #acked: Acked;
  /** What it takes to let go of what is gone. */
  #gone: Awaited<ReturnType<typeof loadGone>> | undefined;
  /** What came of documents that have to be looked at as a whole. */
  #came: Came[] = [];

  constructor(disk: Disk, person: string) {
    this.#disk = disk;
    this.#acked = new Acked(disk);
    this.#heads = new ChatHeads(disk, person, (topic) => this.#topic(topic));
    this.#person = person;
    // On its way while the line is: nothing that is taken waits for it.
    loadGone().catch(() => {});
  }

  /** Stores what the frames say, in order. Patches are inflated already. Rejects when nothing of it was stored. */
  async take(frames: readonly Frame[]): Promise<Followed> {
    this.#followed = nothing();
    this.#acked = new Acked(this.#disk);
    const { rooms, docs, tails, places, outbox, acked, pens, heads, kv, pieces, papers, leases } = this.#disk;
    const stores = [rooms, docs, tails, places, outbox, acked, pens, heads, kv, pieces, papers, leases];
    // Only what there is to store: Dexie loses its transaction after a hundred idle waits, and refusals come in hundreds.
    const stored = frames.filter(({ kind }) => STORED.has(kind));
    if (stored.length === 0) return this.#followed;
    // Told again when the paper is opened next, with the next line and the next word on rights, should this not come now.
    if (stored.some(isSeldom)) this.#seldom ??= (await loadSeldom().catch(() => undefined))?.seldom;
    // Should it not come now, it does with what is taken next.
    this.#gone ??= await loadGone().catch(() => undefined);
    await this.#disk.transaction('rw', [...stores, this.#disk.refused, this.#disk.copies], async () => {
      for (const frame of stored) await this.#one(frame);
      const { dropLandedCopies: dropCopies } = this.#seldom ?? {};
      const ground = { disk: this.#disk, person: this.#person, heads: this.#heads, dropCopies };
      await this.#gone?.settle(ground, this.#came, this.#followed);
    });
    if (this.#gone) this.#came = [];
    return this.#followed;
  }

  async #one(frame: Frame): Promise<void> {
    switch (frame.kind) {
      case 'room':
        return this.#room(frame);
      case 'patch':
        return this.#patch(frame);
      case 'update':
        return this.#update(frame);
      case 'ack':
        return this.#ack(frame);
      case 'head':
        return this.#head(frame.room, frame.head);
      case 'chat-head':
        return this.#heads.told(frame);
      case 'marks':
        return this.#heads.marked(frame);
      case 'purge':
        return this.#purge(frame.room);
      case 'swallowed':
        return this.#lost(frame);
      case 'registry':
        return this.#projection(JSON.parse(frame.json));
      default:
    }
  }

  async #projection(value: Projection): Promise<void> {
    await this.#disk.kv.put({ key: 'projection', value });
    const shrunk = (await this.#seldom?.dropEarlier(this.#disk, value)) ?? [];
    for (const room of shrunk) this.#say(room, { rebuilt: true });
    const gone = await dropCards(this.#disk, (chat) => !Object.hasOwn(value.chats, chat));
    if (gone + shrunk.length > 0) this.#topic('papers');
    this.#topic('projection');
    this.#topic('chats');
  }

  async #room(state: RoomState): Promise<void> {
    const row = await this.#roomRow(state.room);
    const kept = await ackedIn(this.#disk, state.room);
    // A room that was purged meanwhile has no row that tells its epoch.
    const epochs = [row.epoch, ...kept.map(({ epoch }) => epoch)].filter((epoch) => epoch !== '');
    const otherEpoch = epochs.some((epoch) => epoch !== state.epoch);
    const twins: number[] = [];
    this.#followed.opened.push({ state, otherEpoch, twins });
    for (const pen of await this.#disk.pens.where('room').equals(state.room).toArray()) {
      const last = state.lasts.find(({ lease }) => lease === pen.lease);
      // An older epoch's numbers count no more; else the relay never knows less than it acknowledged.
      if (!last && !otherEpoch) continue;
      if (last && !otherEpoch && (await isTwin(this.#disk, pen, last))) {
        await burn(this.#disk, pen.lease);
        twins.push(pen.lease);
        continue;
      }
      const acked = otherEpoch ? (last?.n ?? 0) : Math.max(pen.acked, last?.n ?? 0);
      if (acked !== pen.acked) await this.#disk.pens.put({ ...pen, acked, digest: last?.digest ?? 0 });
    }
    if (otherEpoch) return;
    const backed = await letGo(this.#disk, state, kept);
    const head = Math.max(row.head, state.head);
    await this.#disk.rooms.put({ ...row, epoch: state.epoch, head, backed, doubt: false, used: Date.now() });
    this.#say(state.room, { head: state.head, epoch: state.epoch });
  }

  async #patch(patch: Patch): Promise<void> {
    const room = roomOf(patch.doc);
    const row = await this.#disk.rooms.get(room);
    if (row?.epoch !== patch.epoch) return;
    const doc = (await this.#disk.docs.get(patch.doc)) ?? freshDoc(patch.doc);
    if (patch.from > doc.seq) return;
    await this.#acked.undone(patch.doc, patch.bytes);
    if (patch.from === 0) await putWhole(this.#disk, doc, patch.seq, patch.bytes);
    else await this.#append(doc, patch.seq, patch.bytes);
    const at = new Map(patch.places.map((place) => [place.id, place]));
    const { created, papers, holdsDead } = newsOf(patch.doc, patch.bytes);
    const places: PlaceRow[] = [];
    for (const made of created) {
      const place = at.get(made.id);
      if (place) places.push(placeOf(room, patch.doc, made, place.seq, place.at));
      at.delete(made.id);
    }
    // A place whose content is gone still tells that the message was here.
    for (const { id, seq, at: when } of at.values())
      places.push({ room, id, doc: patch.doc, kind: 'message', seq, at: when, by: '' });
    await this.#disk.places.bulkPut(places);
    // The whole of a document replaces all that was held: it holds nothing that is gone, unless it deletes its own.
    const isClean = patch.from === 0 && isFeed(patch.doc) && !holdsDead;
    const bare = places.filter(({ kind, by }) => kind === 'message' && by === '').map(({ id }) => id);
    await this.#note(patch.doc, patch.seq, isClean ? NOTHING : patch.bytes, [...editedIn(created), ...bare]);
    if (isFeed(patch.doc)) await this.#heads.caughtUp(room, created, places);
    if (papers) await this.#notePapers(patch.doc);
    await this.#raise(row, patch.seq);
    this.#followed.patched.push(patch.doc);
    this.#say(room, { changes: [{ doc: patch.doc, bytes: patch.bytes }], places });
  }

  async #update(update: Update): Promise<void> {
    const room = roomOf(update.doc);
    const row = await this.#roomRow(room);
    const doc = await this.#disk.docs.get(update.doc);
    const { lease } = update;
    if (await findTwin(this.#disk, room, update)) this.#followed.twins.push({ room, lease });
    await this.#acked.undone(update.doc, update.bytes);
    const { created, papers } = newsOf(update.doc, update.bytes);
    await this.#raise(row, update.seq);
    if (!doc || update.seq > doc.seq)
      await this.#note(update.doc, update.seq, update.bytes, editedIn(created));
    await this.#heads.peek(room, created, update.seq, update.at);
    if (!doc || update.seq <= doc.seq) return;
    await this.#append(doc, update.seq, update.bytes);
    const places = created.map((made) => placeOf(room, update.doc, made, update.seq, update.at));
    await this.#disk.places.bulkPut(places);
    if (papers) await this.#notePapers(update.doc);
    this.#say(room, { changes: [{ doc: update.doc, bytes: update.bytes }], places });
  }

  async #ack(ack: Ack): Promise<void> {
    this.#followed.acked.push({ room: ack.room, lease: ack.lease, n: ack.n });
    const out = await this.#disk.outbox.where({ room: ack.room, lease: ack.lease, n: ack.n }).first();
    if (!out) return;
    await this.#disk.outbox.delete(out.id);
    const doc: DocRow | undefined = await this.#disk.docs.get(out.doc);
    await this.#acked.took(out, ack.seq);
    if (doc && ack.seq <= doc.seq) await this.#note(out.doc, ack.seq, out.bytes, [], true);
    const pen: PenRow | undefined = await this.#disk.pens.get([out.room, out.slot]);
    if (pen && pen.lease === ack.lease && pen.acked < ack.n)
      await this.#disk.pens.put({ ...pen, acked: ack.n, digest: digest(out.bytes) });
    const places: PlaceRow[] = [];
    // At or below what is held, a patch has brought it already, with its true place.
    if (doc && ack.seq > doc.seq) {
      await this.#append(doc, ack.seq, out.bytes);
      const { created, papers } = newsOf(out.doc, out.bytes);
      await this.#note(out.doc, ack.seq, out.bytes, editedIn(created));
      for (const made of created) places.push(placeOf(out.room, out.doc, made, ack.seq, ack.at));
      await this.#disk.places.bulkPut(places);
      await this.#heads.peek(out.room, created, ack.seq, ack.at);
      if (papers) await this.#notePapers(out.doc);
    }
    await this.#raise(await this.#roomRow(out.room), ack.seq);
    this.#say(out.room, { places, acked: [out.id] });
  }

  async #head(room: string, head: number): Promise<void> {
    const row = await this.#roomRow(room);
    await this.#disk.rooms.put({ ...row, head });
    this.#followed.heads.push({ room, head });
    this.#say(room, { head });
  }

  async #purge(room: string): Promise<void> {
    if (!(await this.#seldom?.purge(this.#disk, room))) return;
    this.#say(room, { rebuilt: true });
    this.#topic('chats');
    this.#topic('papers');
  }

  async #lost(frame: Swallowed): Promise<void> {
    const { doc, lease, clock, length } = frame;
    const kept = await this.#seldom?.storeLost(this.#disk, frame);
    if (kept === 'done') this.#followed.dealt.push({ doc, lease, clock, length });
    if (kept === 'kept') this.#topic(roomOf(doc) as Topic);
  }

  /** Papers are listed, and their rights known, without opening their chats. */
  async #notePapers(name: string): Promise<void> {
    const doc = docOf(name, await readParts(this.#disk, name));
    const chat = roomOf(name).slice(5);
    for (const [id, entry] of doc.getMap<PaperEntry>('papers')) {
      const place = await this.#disk.places.get([chatRoom(chat), id]);
      await this.#disk.papers.put({ id, chat, ...entry, at: place?.at ?? 0 });
      this.#topic(`paper/${id}`);
    }
    this.#topic('papers');
  }

  /** Something deletes, or changes messages; `late`: an answer to what was known. Papers keep their past. */
  async #note(doc: string, seq: number, bytes: Uint8Array, changed: string[], late = false): Promise<void> {
    if (doc.startsWith('paper/') || !(hasDeletes(bytes) || late || changed.length > 0)) return;
    // Asked now: what comes behind it may move the list on.
    const isNews = seq > (await this.#heads.row(roomOf(doc).slice(5))).seq;
    this.#came.push({ doc, bytes, changed, late, news: isNews ? seq : 0 });
  }

  async #append(doc: DocRow, seq: number, bytes: Uint8Array): Promise<void> {
    if (await append(this.#disk, doc, seq, bytes)) this.#followed.grown.push(doc.doc);
  }

  async #raise(row: RoomRow, seq: number): Promise<void> {
    if (seq <= row.seq) return;
    await this.#disk.rooms.put({ ...row, seq });
    if (row.room.startsWith('chat/')) this.#followed.got.set(row.room.slice(5), seq);
  }

  async #roomRow(room: string): Promise<RoomRow> {
    const row = await this.#disk.rooms.get(room);
    if (row) return row;
    const fresh = { room, epoch: '', seq: 0, head: 0, gen: 0 };
    await this.#disk.rooms.put(fresh);
    return fresh;
  }

  #say(room: string, part: Parameters<typeof roomWord>[1]): void {
    this.#followed.words.push(roomWord(room, part));
  }
  #topic(topic: Topic): void {
    this.#followed.words.push({ say: 'topic', topic });
  }
}

/** Frames that change what the device holds. */
const STORED: ReadonlySet<Frame['kind']> = new Set([
  'room',
  'patch',
  'update',
  'ack',
  'head',
  'chat-head',
  'marks',
  'purge',
  'swallowed',
  'registry',
]);

function isSeldom(frame: Frame): boolean {
  if (frame.kind === 'registry') return frame.json.includes('"first"');
  // What is back in a paper is given back no more.
  if (frame.kind === 'patch') return frame.doc.startsWith('paper/');
  return frame.kind === 'swallowed' || frame.kind === 'purge';
}

const NOTHING = new Uint8Array();
