/** What lists and badges need of the disk, kept in memory: heads of chats, counts, drafts' reasons, papers. */

import { chatOfDraft, otherDraft } from '#shared/me/shape.ts';
import { isBlank } from '#shared/ops/values.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { chatRoom } from '#shared/school/names.ts';
import { textOfIntent } from './acts.ts';
import { countUnread, PEEK_CHARS } from './chat-heads.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk, HeadRow, Kv, OutRow, RefusedRow } from './disk.ts';
import type { ChatRow, Drafts, Intent, PaperRow, Peek, RefusedDraft, Topic } from './types.ts';
import { coalesced } from './wait.ts';

interface Waiting {
  id: number;
  room: string;
  intent: Intent;
  at: number;
}

export class Shelf {
  projection: Projection | undefined;
  heads = new Map<string, HeadRow>();
  refused: RefusedDraft[] = [];
  #papers: PaperRow[] = [];
  /** Made here and taken by the school: listed until the disk is read again. */
  #taken: PaperRow[] = [];
  #waiting: Waiting[] = [];
  /** Rises with every change of the outbox that was heard of. */
  #heard = 0;
  #rows: ChatRow[] | undefined;
  readonly #disk: Disk;
  readonly #person: string;
  readonly #emit: (topic: Topic) => void;
  readonly #copies: ReadonlyMap<string, RoomCopy>;

  constructor(
    disk: Disk,
    person: string,
    copies: ReadonlyMap<string, RoomCopy>,
    emit: (topic: Topic) => void,
  ) {
    this.#disk = disk;
    this.#person = person;
    this.#copies = copies;
    this.#emit = emit;
  }

  /** Reads everything, in one transaction. Gives the kept drafts. */
  async load(): Promise<Kv[]> {
    const { heads, refused, papers, outbox, kv } = this.#disk;
    const read = await this.#disk.transaction('r', [heads, refused, papers, outbox, kv], async () => ({
      heads: await heads.toArray(),
      refused: await refused.toArray(),
      papers: await papers.toArray(),
      outbox: await outbox.toArray(),
      kv: await kv.toArray(),
    }));
    this.#setHeads(read.heads);
    this.#setRefused(read.refused);
    this.#setPapers(read.papers);
    this.#setWaiting(read.outbox);
    const projection = read.kv.find(({ key }) => key === 'projection');
    this.projection = projection?.value as Projection | undefined;
    return read.kv;
  }

  /** Another tab, the relay or this tab changed what a topic is about. */
  async refresh(topic: Topic): Promise<void> {
    if (topic === 'projection') await this.#readProjection();
    else if (topic === 'chats') await this.#readHeads();
    else if (topic === 'unsent') await this.#readOutbox();
    else if (topic === 'refused') await this.#readRefused();
    else if (topic === 'papers') await this.#readPapers();
  }

  /** Intents entered or left the outbox: counted at once, so that nothing ever looks sent that is not. */
  moved(added: readonly OutRow[], gone: readonly number[]): void {
    if (added.length === 0 && gone.length === 0) return;
    this.#heard++;
    const left = new Set(gone);
    this.#taken.push(...this.#made(({ id }) => left.has(id)));
    const known = new Set(this.#waiting.map(({ id }) => id));
    const fresh = added.filter(({ id }) => !known.has(id));
    this.#waiting = [...this.#waiting.filter(({ id }) => !left.has(id)), ...fresh.map(waitingOf)];
    this.touched();
  }

  /** Something is on screen that is not on disk yet: rows and counts follow at once. */
  touched(): void {
    this.#rows = undefined;
    this.#emit('unsent');
    this.#emit('chats');
  }

  /** The person has read a chat this far. */
  async keepRead(chat: string, seq: number): Promise<void> {
    const head = this.heads.get(chat);
    const unread = await countUnread(this.#disk, chat, seq, this.#person);
    if (head) this.heads.set(chat, { ...head, read: Math.max(head.read, seq), unread });
    this.#rows = undefined;
    await this.#disk.heads
      .where('chat')
      .equals(chat)
      .modify((row) => {
        row.read = Math.max(row.read, seq);
        row.unread = unread;
      });
    this.#emit('chats');
  }

  /** Known to the relay, or made on this device and on the way there. */
  get papers(): PaperRow[] {
    const known = new Set(this.#papers.map(({ id }) => id));
    const made = [...this.#made(() => true), ...this.#taken].filter(({ id }) => !known.has(id));
    return made.length === 0 ? this.#papers : [...made, ...this.#papers];
  }

  #made(of: (waiting: Waiting) => boolean): PaperRow[] {
    return this.#waiting.filter(of).flatMap(({ room, intent, at }) => {
      if (intent.act !== 'paper.create') return [];
      const { paper: id, title, edit } = intent;
      return [{ id, chat: room.slice('chat/'.length), title, by: this.#person, edit, at }];
    });
  }

  get unsent(): number {
    return this.waiting.length;
  }

  /** What is to be sent, what is not on disk yet at the end. */
  get waiting(): Waiting[] {
    return [...this.#waiting, ...this.#unsaved()];
  }

  get unsentActs(): number {
    const acts = [...this.#waiting, ...this.#unsaved()].filter(({ intent }) => intent.act !== 'me.set');
    // However often one paused in a paper, it is one paper.
    return new Set(acts.map(({ room, intent }) => (intent.act === 'paper.write' ? room : intent))).size;
  }

  chats(drafts: Drafts): readonly ChatRow[] {
    this.#rows ??= this.#buildRows(drafts);
    return this.#rows;
  }

  #buildRows(drafts: Drafts): ChatRow[] {
    const { waiting } = this;
    const rows = Object.entries(this.projection?.chats ?? {}).map(([id, entry]): ChatRow => {
      const head = this.heads.get(id);
      const own = waiting.filter(({ room }) => room === chatRoom(id));
      const last = this.#withOwn(head?.last, own);
      return {
        ...{ id, title: entry.title, unit: entry.unit, people: Object.keys(entry.people) },
        ...{ members: entry.members, last, unread: head?.unread ?? 0, unsent: own.length },
        refused: this.refused.filter(({ room }) => room === chatRoom(id)).length,
        draft: firstSeen(drafts, [id, otherDraft(id, 0)]),
        activeAt: Math.max(last?.at ?? 0, head?.last?.at ?? 0),
      };
    });
    const known = new Set(rows.map(({ id }) => id));
    for (const id of this.#begun(drafts)) if (!known.has(id)) rows.push(this.#goneRow(id, drafts));
    return rows.sort((a, b) => b.activeAt - a.activeAt || (a.title < b.title ? -1 : 1));
  }

  /** Chats where own words were refused, or stand unfinished. */
  #begun(drafts: Drafts): Set<string> {
    const rooms = this.refused.map(({ room }) => room).filter((room) => room.startsWith('chat/'));
    // Which of them are still the person's is not known before the school told.
    const names = this.projection ? drafts.draftNames().filter((name) => firstSeen(drafts, [name])) : [];
    return new Set([
      ...rooms.map((room) => room.slice(5)),
      ...names.flatMap((name) => chatOfDraft(name) ?? []),
    ]);
  }

  /** A chat that the person is no longer in: own words must stay in reach. */
  #goneRow(id: string, drafts: Drafts): ChatRow {
    const refused = this.refused.filter(({ room }) => room === chatRoom(id));
    const begun = drafts.draftNames().filter((name) => chatOfDraft(name) === id);
    return {
      ...{ id, title: '', unit: null, people: [], members: 0, last: undefined },
      ...{ unread: 0, unsent: 0, refused: refused.length, activeAt: refused.at(-1)?.when ?? 0 },
      draft: firstSeen(drafts, [id, ...begun]),
    };
  }

  /** The last message as it is once the own waiting acts are done. */
  #withOwn(arrived: Peek | undefined, own: readonly Waiting[]): Peek | undefined {
    let lasts: Peek[] = arrived ? [arrived] : [];
    for (const { intent, at } of own) {
      const text = textOfIntent(intent).slice(0, PEEK_CHARS);
      if (intent.act === 'message.create') lasts.push({ id: intent.id, by: this.#person, at, text });
      else if (intent.act === 'message.edit')
        lasts = lasts.map((peek) => (peek.id === intent.message ? { ...peek, text } : peek));
      else if (intent.act === 'message.delete')
        lasts = lasts
          .filter((peek, index) => (index === 0 && arrived) || peek.id !== intent.message)
          .map((peek) => (peek.id === intent.message ? { ...peek, id: '', text: '' } : peek));
    }
    return lasts.at(-1);
  }

  #unsaved(): Waiting[] {
    return [...this.#copies.values()].flatMap((copy) =>
      copy.unsaved.map(({ intent, at }) => ({ id: 0, room: copy.room, intent, at })),
    );
  }

  readonly #readProjection = coalesced(async () => {
    const row = await this.#disk.kv.get('projection');
    this.projection = row?.value as Projection | undefined;
    this.#rows = undefined;
    this.#emit('projection');
    this.#emit('chats');
  });

  readonly #readHeads = coalesced(async () => {
    this.#setHeads(await this.#disk.heads.toArray());
    this.#emit('chats');
  });

  readonly #readOutbox = coalesced(async () => {
    let heard: number;
    let rows: OutRow[];
    do {
      heard = this.#heard;
      rows = await this.#disk.outbox.toArray();
    } while (heard !== this.#heard);
    this.#setWaiting(rows);
    this.#emit('unsent');
    this.#emit('chats');
  });

  readonly #readRefused = coalesced(async () => {
    this.#setRefused(await this.#disk.refused.toArray());
    this.#emit('refused');
    this.#emit('chats');
  });

  readonly #readPapers = coalesced(async () => {
    const taken = new Set(this.#taken);
    this.#setPapers(await this.#disk.papers.toArray());
    this.#taken = this.#taken.filter((row) => !taken.has(row));
    this.#emit('papers');
  });

  #setHeads(rows: HeadRow[]): void {
    // A head that did not change stays the same object: views compare them.
    this.heads = new Map(
      rows.map((row) => {
        const before = this.heads.get(row.chat);
        return [row.chat, before && JSON.stringify(before) === JSON.stringify(row) ? before : row];
      }),
    );
    this.#rows = undefined;
  }

  #setRefused(rows: RefusedRow[]): void {
    this.refused = rows
      .map(({ id, room, intent, text, code, when }) => ({ id, room, intent, text, code, when }))
      .sort((a, b) => a.when - b.when);
    this.#rows = undefined;
  }

  #setPapers(rows: PaperRow[]): void {
    this.#papers = rows.sort((a, b) => b.at - a.at);
  }

  #setWaiting(rows: OutRow[]): void {
    this.#waiting = rows.map(waitingOf);
    this.#rows = undefined;
  }
}

const firstSeen = (drafts: Drafts, names: readonly string[]): string =>
  names.map((name) => drafts.draft(name)).find((text) => !isBlank(text)) ?? '';

const waitingOf = ({ id, room, intent, at }: OutRow): Waiting => ({ id, room, intent, at });
