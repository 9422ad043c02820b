/**
 * Making pending work again. After a refusal, a closed lease or another epoch, everything unsent of a room is judged and
 * made anew on what is confirmed, under fresh leases that name those they replace; what may not be done becomes a draft
 * together with what depends on it. One transaction: either all of it stands on disk or nothing changed.
 */

import type { Message, PaperEntry } from '#shared/feed/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import { feedDoc, parseDoc, parseRoom } from '#shared/school/names.ts';
import { isRefusalCode, type RefusalCode } from '#shared/school/refusals.ts';
import { allowed, bringsOf, docFor, type Look, perform, textOfIntent } from './acts.ts';
import { countAnew } from './count-anew.ts';
import { type Disk, type LeaseRow, type OutRow, type PenRow, type RoomRow, SPARE } from './disk.ts';
import { hasLanded, keepKnown } from './gone.ts';
import { mends } from './mends.ts';
import { waitingIn } from './outbox.ts';
import {
  keepOldWords,
  keepPrivately,
  keepUnmade,
  lacksGround,
  leaveGone,
  lossOf,
  moveWords,
  TRIES_MAX,
} from './paper-recovery.ts';
import { burn, freshPen } from './pens.ts';
import { keepWords } from './private-copy.ts';
import { type Moved, moveKeystrokes } from './rebase.ts';
import { renameKept } from './renamed-drafts.ts';
import { Renaming } from './renaming.ts';
import { isRobbed } from './robbed.ts';
import { readParts } from './stored-doc.ts';
import type { Intent } from './types.ts';
import type { Recovered, RegistryMaker, Why } from './why.ts';
import { bytesOf, docOf, holdLease, type newDoc } from './ydoc.ts';

/** Rebuilds the outbox of a room. Not `ok`: nothing was changed. */
export async function recover(disk: Disk, room: string, why: Why): Promise<Recovered> {
  const { rooms, docs, tails, outbox, acked, pens, leases, refused, places, pieces, copies, papers } = disk;
  const about = [rooms, docs, tails, places, pieces, copies, papers, disk.heads];
  const stores = [...about, outbox, acked, pens, leases, refused, disk.kv];
  return disk.transaction('rw', stores, async () => {
    if (await isRobbed(disk, why.claim)) return { ok: false, need: 0 };
    const work = new Recovery(disk, room, why);
    return work.run();
  });
}

class Recovery {
  readonly #disk: Disk;
  readonly #room: string;
  readonly #why: Why;
  readonly #docs = new Map<string, ReturnType<typeof newDoc>>();
  readonly #docOf = new Map<string, string>();
  readonly #lost = new Set<string>();
  readonly #renaming: Renaming;
  readonly #papers: string[] = [];
  #refused = 0;

  constructor(disk: Disk, room: string, why: Why) {
    this.#disk = disk;
    this.#room = room;
    this.#why = why;
    this.#renaming = new Renaming(disk, why, (row) => this.#hasLanded(row));
  }

  async run(): Promise<Recovered> {
    const disk = this.#disk;
    const [pens, waiting]: [PenRow[], OutRow[]] = await Promise.all([
      disk.pens.where('room').equals(this.#room).toArray(),
      waitingIn(disk, this.#room),
    ]);
    const unknown = await this.#unknown(pens, waiting);
    const slots = new Set(unknown.map((row) => row.slot));
    await this.#renaming.seeWhatIsForgotten(unknown);
    const fresh = this.#why.gone ? new Map<number, PenRow>() : await this.#freshPens(pens, slots);
    if (!fresh) return { ok: false, need: slots.size };
    const rows = await this.#waiting(unknown);
    const row: RoomRow | undefined = await disk.rooms.get(this.#room);
    const epoch = row?.epoch ?? '';
    const kept = await this.#again(rows, fresh, row?.head ?? 0, epoch);
    const stay = new Set(kept.map(({ id }) => id));
    await this.#renaming.keep();
    if (this.#renaming.names.size > 0) await renameKept(disk, this.#room, this.#renaming.names);
    for (const lease of this.#why.burnt) await burn(disk, lease);
    await Promise.all([
      // What stays is replaced where it stands: to delete it first would cost as much once more.
      disk.outbox.bulkDelete(waiting.map(({ id }) => id).filter((id) => !stay.has(id))),
      disk.outbox.bulkPut(kept),
      disk.pens.bulkPut([...fresh.values()]),
      disk.rooms.put({
        ...(row ?? { room: this.#room, epoch, seq: 0, head: 0 }),
        gen: (row?.gen ?? 0) + 1,
        doubt: false,
      }),
      countAnew(disk, this.#room, this.#why.person),
    ]);
    return {
      ok: true,
      refused: this.#refused,
      kept: kept.length,
      names: [...this.#renaming.names],
      papers: this.#papers,
    };
  }

  /** What the relay holds already is not made again; it is kept as what it acknowledged, though its word got lost. */
  async #unknown(pens: readonly PenRow[], waiting: readonly OutRow[]): Promise<OutRow[]> {
    const unknown: OutRow[] = [];
    const known: OutRow[] = [];
    for (const row of waiting) {
      const pen = pens.find(({ lease }) => lease === row.lease);
      if (!pen || row.n > pen.acked || this.#why.burnt.includes(row.lease)) unknown.push(row);
      else known.push(row);
    }
    await keepKnown(this.#disk, known);
    return unknown;
  }

  async #freshPens(
    pens: readonly PenRow[],
    slots: ReadonlySet<number>,
  ): Promise<Map<number, PenRow> | undefined> {
    const { leases } = this.#disk;
    const spares: LeaseRow[] = await leases.where('slot').equals(SPARE).limit(slots.size).toArray();
    if (spares.length < slots.size) return undefined;
    const taken = [...slots].map((slot, index) => ({ ...(spares[index] as LeaseRow), slot }));
    await leases.bulkPut(taken);
    const fresh = new Map<number, PenRow>();
    for (const { lease, slot } of taken) {
      const old = pens.find((pen) => pen.slot === slot);
      // A lease that the relay does not know cannot be closed by naming it.
      const named =
        old && !(this.#why.refused?.code === 'foreign-lease' && this.#why.burnt.includes(old.lease));
      const replaces = named ? { lease: old.lease, n: old.acked } : { lease: 0, n: 0 };
      fresh.set(slot, freshPen(this.#room, slot, lease, replaces));
    }
    return fresh;
  }

  async #again(
    rows: readonly OutRow[],
    fresh: ReadonlyMap<number, PenRow>,
    head: number,
    epoch: string,
  ): Promise<OutRow[]> {
    await this.#loadAll(rows, head);
    const moved: Moved = new Map();
    const kept: OutRow[] = [];
    for (const before of rows) {
      const pen = fresh.get(before.slot) as PenRow;
      const row = this.#why.gone ? before : this.#renaming.named(before, pen.lease);
      // Waiting only when there is something to wait for: Dexie loses its transaction after a hundred idle waits.
      for (const [paper, name] of this.#renaming.papers.splice(0)) {
        await moveWords(this.#disk, paper, name);
        this.#papers.push(`paper/${paper}`, `paper/${name}`);
      }
      if (this.#isDone(row.intent)) continue;
      const code = this.#verdictOn(row);
      if (code) {
        await this.#refuse(row, code);
        continue;
      }
      const made = this.#make(row, pen, head, moved);
      if (made === undefined) continue;
      if (typeof made === 'string') {
        await this.#refuse(row, made);
        continue;
      }
      pen.n++;
      const tries = row.tries + (this.#isRefused(before) ? 1 : 0);
      kept.push({ ...row, ...made, epoch, lease: pen.lease, n: pen.n, tries });
    }
    return kept;
  }

  #hasLanded({ intent, doc: name }: OutRow): boolean {
    const doc = this.#docs.get(name);
    return doc !== undefined && hasLanded(intent, doc);
  }

  /** A message that is gone needs nobody to delete it. */
  #isDone(intent: Intent): boolean {
    return intent.act === 'message.delete' && this.#look().message(intent.message) === 'gone';
  }

  /** Whether it is the one that the relay answered; those behind it only have to move. */
  #isRefused({ lease, n }: OutRow): boolean {
    return this.#why.refused?.lease === lease && this.#why.refused.n === n;
  }

  #verdictOn(row: OutRow): RefusalCode | undefined {
    const { refused, gone } = this.#why;
    if (gone) return gone;
    if (refused && this.#isRefused(row) && !mends(refused.code) && !this.#renaming.mendsIt)
      return isRefusalCode(refused.code) ? refused.code : 'not-allowed';
    if (row.dependsOn.some((id) => this.#lost.has(id)))
      return refused && isRefusalCode(refused.code) && !mends(refused.code)
        ? refused.code
        : 'message-is-gone';
    if (row.tries >= TRIES_MAX) return 'changed-meanwhile';
    if (this.#renaming.isForeign(row)) return 'not-yours';
    const verdict = allowed(row.intent, this.#room, this.#look());
    return verdict.ok ? undefined : verdict.code;
  }

  /** New bytes for the row; undefined when it changes nothing any more; a code when it cannot be. */
  #make(
    row: OutRow,
    pen: PenRow,
    head: number,
    moved: Moved,
  ): { doc: string; bytes: Uint8Array } | RefusalCode | undefined {
    const name = docFor(row.intent, this.#room, head, (id) => this.#docOf.get(id)) ?? row.doc;
    if (row.doc.endsWith('/registry')) return this.#makeRegistry(row, pen);
    const doc = this.#docs.get(name);
    if (!doc) return 'message-is-gone';
    if (row.intent.act === 'paper.write' && !row.intent.schema) {
      const bytes = moveKeystrokes(row, pen, doc, moved);
      return bytes ? { doc: name, bytes } : 'wrong-epoch';
    }
    holdLease(doc, pen.lease);
    const bytes = bytesOf(doc, () => perform(row.intent, doc, this.#why.person));
    holdLease(doc, Number.MAX_SAFE_INTEGER);
    for (const id of bringsOf(row.intent)) this.#docOf.set(id, name);
    return bytes && { doc: name, bytes };
  }

  #maker: ReturnType<RegistryMaker> | undefined;
  #makeRegistry(row: OutRow, pen: PenRow): { doc: string; bytes: Uint8Array } | RefusalCode {
    this.#maker ??= this.#why.registry?.(this.#confirmed.get(row.doc) ?? [], pen.lease);
    if (!this.#maker) return 'changed-meanwhile';
    const made = this.#maker(row);
    return made.ok ? { doc: row.doc, bytes: made.bytes } : made.code;
  }

  readonly #confirmed = new Map<string, Uint8Array[]>();

  async #loadAll(rows: readonly OutRow[], head: number): Promise<void> {
    const names = new Set(rows.map((row) => row.doc));
    const parsed = parseRoom(this.#room);
    if (parsed?.kind === 'chat') names.add(feedDoc(parsed.chat, Math.max(head, 1)));
    // Where the targets stand: their segment may differ from the one the act was first made in.
    const targets = rows.flatMap(({ intent }) =>
      'message' in intent ? intent.message : 'paper' in intent ? intent.paper : [],
    );
    const places = await this.#disk.places.bulkGet(
      [...new Set(targets)].map((id): [string, string] => [this.#room, id]),
    );
    for (const place of places) {
      if (!place) continue;
      names.add(place.doc);
      this.#docOf.set(place.id, place.doc);
    }
    const read = [...names].map(async (name) => [name, await readParts(this.#disk, name)] as const);
    for (const [name, parts] of await Promise.all(read)) {
      this.#confirmed.set(name, parts);
      if (!name.endsWith('/registry')) this.#docs.set(name, docOf(name, parts));
    }
  }

  #look(): Look {
    const docs = [...this.#docs.entries()];
    const find = <T>(root: string, id: string): T | undefined => {
      for (const [name, doc] of docs) {
        if (parseDoc(name)?.kind !== 'feed') continue;
        const value = doc.getMap<T>(root).get(id);
        if (value !== undefined) return value;
      }
      return undefined;
    };
    return {
      person: this.#why.person,
      projection: this.#why.projection,
      message: (id) => find<Message>('messages', id) ?? (this.#docOf.has(id) ? 'gone' : 'unknown'),
      paper: (id) => find<PaperEntry>('papers', id),
      pins: () => docs.find(([name]) => name.endsWith('/pins'))?.[1].getMap<Pin>('pins'),
    };
  }

  async #refuse(row: OutRow, code: RefusalCode): Promise<void> {
    this.#refused++;
    const { intent } = row;
    if (intent.act === 'paper.write') {
      const piece = { id: crypto.randomUUID(), paper: this.#room.slice('paper/'.length), code };
      await keepWords(this.#disk, { ...piece, near: intent.near ?? '', when: Date.now() }, [row.bytes]);
      return;
    }
    for (const id of bringsOf(intent)) this.#lost.add(id);
    if (intent.act === 'paper.create') await this.#refusePaper(intent, code);
    await this.#disk.refused.put({
      // Its number in the outbox is given again after a restore. Those of one moment are listed by name: in their order.
      ...{ id: `${String(this.#refused).padStart(6, '0')}-${crypto.randomUUID()}`, room: row.room, intent },
      ...{ text: textOfIntent(intent), code, when: Date.now(), bytes: row.bytes },
    });
  }

  async #refusePaper(intent: Extract<Intent, { act: 'paper.create' }>, code: RefusalCode): Promise<void> {
    const chat = this.#room.slice('chat/'.length);
    if (await keepUnmade(this.#disk, chat, intent, code, this.#why.person))
      this.#papers.push(`paper/${intent.paper}`);
  }

  /** What of a paper's words can still be sent; the rest is with its author then. */
  async #waiting(rows: OutRow[]): Promise<OutRow[]> {
    if (!this.#room.startsWith('paper/')) return rows;
    const { epoch = '' }: Partial<RoomRow> = (await this.#disk.rooms.get(this.#room)) ?? {};
    const code = lossOf(rows, this.#why, epoch) ?? (await lacksGround(this.#disk, this.#room, rows, epoch));
    const isOld = code === undefined || code === 'wrong-epoch';
    if (this.#why.gone && code) await leaveGone(this.#disk, this.#room, rows, code, this.#why);
    else if (isOld) await keepOldWords(this.#disk, this.#room, code ? rows : [], epoch);
    else await keepPrivately(this.#disk, this.#room, rows, code);
    if (code === undefined) return rows;
    this.#refused += rows.length;
    return [];
  }
}
