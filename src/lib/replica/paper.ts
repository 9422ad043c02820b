/** A paper on this tab: its document for the editor, who may write, and what of one's own words came back. */

import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { isOwnWrite } from '#shared/papers/own.ts';
import { PAPER_SCHEMA } from '#shared/papers/shape.ts';
import { may, type PaperPlace, type Verdict as Ruling } from '#shared/school/may.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Standing } from '#shared/school/roles.ts';
import { standingOf } from './acts.ts';
import type { LiveDoc, RoomCopy } from './copy.ts';
import type { CopyRow, Disk } from './disk.ts';
import { forgetLastWords, lastWordsOf, noteLastWords, takeLastWords } from './last-words.ts';
import { nearOf } from './near.ts';
import { chatOfPaper, placeOfPaper, type Shelved } from './paper-place.ts';
import { moveKeys } from './rebase.ts';
import { letGo, settlePiece, waitingPieces } from './returned.ts';
import type { Tabs } from './tabs.ts';
import type { Paper, PaperCard, PrivateCopy, ReturnedPiece, Topic, Verdict } from './types.ts';
import type { Writer } from './writer.ts';
import { FROM_OUTSIDE, newDoc } from './ydoc.ts';

/** Keystrokes of this long become one intent. */
const MERGE_MS = 300;
/** Presence travels at most so often. */
const AWARE_MS = 100;

export interface PaperGround {
  person: string;
  copy: RoomCopy;
  disk: Disk;
  tabs: Pick<Tabs, 'say'>;
  writer: Pick<Writer, 'copies' | 'put' | 'write' | 'reload'>;
  shelf: Shelved;
  emit(topic: Topic): void;
  close(): void;
}

export class PaperView implements Paper {
  readonly id: string;
  readonly #ground: PaperGround;
  #bound: LiveDoc | undefined;
  #awareness: Awareness | undefined;
  #typed: Uint8Array[] = [];
  /** The text before the first of what was typed. */
  #near = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #awareTimer: ReturnType<typeof setTimeout> | undefined;
  #pieces: ReturnedPiece[] = [];
  #copies: PrivateCopy[] = [];
  #lastWordsTaken = false;
  #ended = false;
  /** What the editor shows until the disk answered. */
  readonly #nothing: LiveDoc;

  constructor(id: string, ground: PaperGround) {
    this.id = id;
    this.#ground = ground;
    this.#nothing = newDoc(`paper/${id}`);
    ground.copy.beforeSwap = () => void this.#take();
    ground.copy.moveKeys = moveKeys;
  }

  get ready(): boolean {
    return this.#ground.copy.loaded && this.#ground.copy.isSettled;
  }

  get doc(): Y.Doc {
    const live = this.ready ? this.#ground.copy.docs.get(`paper/${this.id}`) : undefined;
    if (!live) return this.#nothing;
    if (live !== this.#bound && !this.#ended) this.#bind(live);
    return live;
  }

  get awareness(): Awareness {
    const { doc } = this;
    if (!this.#awareness || this.#awareness.doc !== doc || this.#awareness.clientID !== doc.clientID) {
      this.#awareness?.destroy();
      this.#awareness = new Awareness(doc);
      this.#awareness.on('update', (_change: unknown, origin: unknown) => {
        if (origin !== FROM_OUTSIDE) this.#awareTimer ??= setTimeout(() => this.#sendAwareness(), AWARE_MS);
      });
    }
    return this.#awareness;
  }

  get right(): 'edit' | 'read' | 'none' {
    const place = this.#place()?.place;
    if (!place || !may(this.#standing(), 'paper.read', place).ok) return 'none';
    // Keystrokes are bytes: without a lease they could not be made again.
    return this.#mayEdit(place).ok && this.#ground.copy.pen ? 'edit' : 'read';
  }

  get reason(): RefusalCode | undefined {
    const place = this.#place()?.place;
    const verdict = place && this.#mayEdit(place);
    return verdict && !verdict.ok ? verdict.code : undefined;
  }

  get chat(): string | undefined {
    return chatOfPaper(this.#around, this.id);
  }

  get card(): PaperCard | undefined {
    const left = this.#ground.shelf.papers.find(({ id, left }) => left && id === this.id);
    return this.#place()?.card ?? left;
  }

  get schema(): 'known' | 'unknown' | 'empty' {
    const schema = this.doc.getMap('paper').get('schema');
    if (schema === undefined) return this.doc.getXmlFragment('body').length > 0 ? 'known' : 'empty';
    return schema === PAPER_SCHEMA ? 'known' : 'unknown';
  }

  get unsynced(): number {
    const { out, unsaved } = this.#ground.copy;
    return out.length + unsaved.length + (this.#typed.length > 0 ? 1 : 0);
  }

  get unsaved(): boolean {
    return this.#typed.length > 0 || this.#ground.copy.unsaved.length > 0;
  }

  pending(): readonly Uint8Array[] {
    const { out, unsaved } = this.#ground.copy;
    return [...[...out, ...unsaved].map(({ bytes }) => bytes), ...this.#typed];
  }

  returned(): readonly ReturnedPiece[] {
    return this.#pieces;
  }

  copies(): readonly PrivateCopy[] {
    return this.#copies;
  }

  async dismissReturned(id: string): Promise<void> {
    const from = await settlePiece(this.#ground.disk, id);
    await this.#leave();
    if (from) this.#ground.tabs.say({ say: 'took', doc: this.#room, ...from });
    await this.refresh();
  }

  async dismissCopy(id: string): Promise<void> {
    await this.#ground.disk.copies.delete(id);
    await this.#leave();
    await this.refresh();
  }

  /** A paper that is in the list for what came back from it alone goes with the last of that. */
  async #leave(): Promise<void> {
    const { disk, tabs } = this.#ground;
    if (await letGo(disk, this.id)) tabs.say({ say: 'topic', topic: 'papers' });
  }

  async openCopy(id: string): Promise<Y.Doc | undefined> {
    const row: CopyRow | undefined = await this.#ground.disk.copies.get(id);
    if (!row) return undefined;
    const doc = newDoc(`paper/${this.id}`);
    Y.applyUpdate(doc, row.bytes, FROM_OUTSIDE);
    return doc;
  }

  flush(): Promise<Verdict> {
    return this.#take() ?? Promise.resolve({ ok: true, id: this.id });
  }

  leave(): void {
    const { copy, person } = this.#ground;
    const lease = copy.pen?.lease;
    const typed = [...copy.unsaved.map(({ bytes }) => bytes), ...this.#typed];
    const words = lease === undefined ? undefined : lastWordsOf(typed, lease, this.#near);
    if (words) noteLastWords(person, this.id, words);
    void this.flush();
    if (!words) return;
    void copy.inLane(async () => {
      if (!this.unsaved) forgetLastWords(person, this.id, words.lease);
    });
  }

  close(): void {
    this.leave();
    this.#ground.close();
  }

  /** No screen shows it any more: what is typed from now on is another view's. */
  end(): void {
    this.#ended = true;
    this.#bound = undefined;
    clearTimeout(this.#awareTimer);
    this.#awareness?.destroy();
    this.#ground.copy.beforeSwap = undefined;
  }

  /** Reads what came back from disk. */
  async refresh(): Promise<void> {
    const { disk } = this.#ground;
    const before = JSON.stringify([this.#pieces, this.#copies]);
    if (this.ready && !this.#lastWordsTaken) {
      const lease = this.#ground.copy.pen?.lease;
      // Without room for a pen there is none for them: they stay noted.
      this.#lastWordsTaken = lease !== undefined;
      await takeLastWords(disk, this.#ground.person, this.id, { doc: this.doc, lease }).catch(() => {
        this.#lastWordsTaken = false;
      });
    }
    const pieces = await waitingPieces(disk, this.id);
    const rows: CopyRow[] = await disk.copies.where('paper').equals(this.id).sortBy('when');
    const title = this.card?.title ?? '';
    this.#pieces = pieces;
    this.#copies = rows.map(({ id, paper, code, when, title: kept }) => ({
      ...{ id, paper, code, when },
      title: kept || title,
    }));
    // Its own word would call it again.
    if (JSON.stringify([this.#pieces, this.#copies]) !== before) this.#changed();
  }

  hearAwareness(bytes: Uint8Array): void {
    if (this.ready) applyAwarenessUpdate(this.awareness, bytes, FROM_OUTSIDE);
  }

  get #room(): `paper/${string}` {
    return `paper/${this.id}`;
  }

  get #around() {
    const { writer, shelf } = this.#ground;
    return { copies: writer.copies, shelf };
  }

  #changed(): void {
    this.#ground.emit(this.#room);
  }

  #standing(): Standing | undefined {
    return standingOf(this.#ground.shelf.projection);
  }

  #place(): ReturnType<typeof placeOfPaper> {
    return placeOfPaper(this.#around, this.id);
  }

  #mayEdit(place: PaperPlace): Ruling {
    return may(this.#standing(), 'paper.edit', place);
  }

  #bind(live: LiveDoc): void {
    this.#bound = live;
    live.on('update', (bytes: Uint8Array, _origin: unknown, doc: Y.Doc, transaction: Y.Transaction) => {
      // An intent is written on one state of the paper: the relay takes no struct between neighbours it cannot order.
      if (doc === this.#bound && !transaction.local && this.#typed.length > 0) void this.#take();
      if (doc !== this.#bound || !transaction.local || transaction.origin === FROM_OUTSIDE) return;
      if (transaction.origin === 'parta:intent') return;
      if (!isOwnWrite(transaction)) {
        // The replica holds what nobody wrote: it is read anew.
        void this.#ground.writer.reload(this.#ground.copy);
        return;
      }
      if (this.#typed.length === 0) this.#near = nearOf(transaction);
      this.#typed.push(bytes);
      this.#timer ??= setTimeout(() => void this.#take(), MERGE_MS);
      this.#changed();
    });
  }

  /** Hands what was typed to the outbox, at once. */
  #take(): Promise<Verdict> | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const typed = this.#typed;
    this.#typed = [];
    if (typed.length === 0) return undefined;
    const { copy, writer } = this.#ground;
    const bytes = typed.length === 1 ? (typed[0] as Uint8Array) : Y.mergeUpdates(typed);
    const put = writer.put(copy, { act: 'paper.write', near: this.#near }, this.#room, bytes, this.id);
    if (this.#bound && this.#bound.getMap('paper').get('schema') === undefined)
      return writer
        .write(this.#room, () => ({ act: 'paper.write', schema: true }))
        .then((schema) => (schema.ok ? put : schema));
    return put;
  }

  #sendAwareness(): void {
    this.#awareTimer = undefined;
    const awareness = this.#awareness;
    if (!awareness) return;
    const bytes = encodeAwarenessUpdate(awareness, [awareness.clientID]);
    this.#ground.tabs.say({ say: 'aware-out', doc: this.#room, bytes });
  }
}
