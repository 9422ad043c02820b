/** One tab of a person's device: puts disk, tabs, line, rooms and views together. */
import type { PersonCard, Projection } from '#shared/registry/shape.ts';
import { meDoc } from '#shared/school/names.ts';
import { listenToBrowser } from './browser-events.ts';
import { type Disks, troubleOf } from './disk.ts';
import { Fetching } from './fetching.ts';
import { Hearing } from './hearing.ts';
import { Leader } from './leader.ts';
import { MeView } from './me.ts';
import type { PaperView } from './paper.ts';
import { bringParts, loadDesk, loadExport, loadLeaving, loadListed } from './parts.ts';
import type { Desk } from './registry-desk.ts';
import { Shelf } from './shelf.ts';
import { Tabs } from './tabs.ts';
import { Topics } from './topics.ts';
import type {
  Chat,
  ChatRow,
  Device,
  DiskState,
  LineState,
  Listener,
  Me,
  Paper,
  PaperRow,
  RefusedDraft,
  RegistryDesk,
  Topic,
} from './types.ts';
import { Views } from './views.ts';
import { Writer } from './writer.ts';

/** What an ordinary start does without comes when it is long over. */
const PARTS_AFTER_MS = 20_000;

export interface DeviceParts {
  person: string;
  url: string;
  app: string;
  disks: Disks;
}

export class LiveDevice implements Device {
  readonly person: string;
  readonly #parts: DeviceParts;
  readonly #tabs: Tabs;
  readonly #writer: Writer;
  readonly #shelf: Shelf;
  readonly #me: MeView;
  readonly #topics = new Topics();
  readonly #views: Views;
  readonly #desks = new Set<Desk>();
  readonly #fetching: Fetching;
  readonly #hearing: Hearing;
  #leader: Leader | undefined;
  #line: LineState = { at: 'offline', since: Date.now(), storing: true, code: 0 };
  #disk: DiskState = 'open';
  #closed = false;
  #bringing: ReturnType<typeof setTimeout> | undefined;
  readonly #stopListening: () => void;

  private constructor(parts: DeviceParts) {
    this.person = parts.person;
    this.#parts = parts;
    this.#tabs = new Tabs(
      parts.person,
      (word) => this.#hearing.hear(word),
      (leads) => this.#lead(leads),
    );
    this.#fetching = new Fetching(parts.disks.strict, this.#tabs, () => this.#line.at === 'online');
    this.#writer = new Writer({
      person: parts.person,
      disks: parts.disks,
      tabs: this.#tabs,
      emit: (topic) => this.#hearing.roomChanged(topic),
      lookOf: (copy) => this.#views.look(copy),
      online: () => this.#line.at === 'online',
      closed: () => this.#closed || this.#disk === 'cleared',
      isHeld: (...args) => this.#me.isHeld(...args),
      saved: (rows) => {
        for (const { room, intent } of rows)
          if (intent.act === 'message.create') this.#me.said(room.slice('chat/'.length), intent.text);
        this.#shelf.moved(rows, []);
        if (this.#disk === 'open') return;
        void this.diskIs('open');
        this.#tabs.say({ say: 'full', is: false });
      },
      onTrouble: (code) => this.#isTroubled(code),
    });
    this.#shelf = new Shelf(parts.disks.relaxed, parts.person, this.#writer.copies, (topic) =>
      this.#emit(topic),
    );
    this.#me = new MeView({
      person: parts.person,
      disk: parts.disks.relaxed,
      copy: () => this.#writer.open(meDoc(parts.person)),
      write: (intent) => this.#writer.write(meDoc(parts.person), () => intent),
      // An act that waits for its room to be read goes to disk in a turn of its own.
      saved: () => this.#writer.flushed().then(() => this.#writer.flushed()),
      changed: () => {
        this.#shelf.touched();
        this.#emit('me');
      },
    });
    this.#views = new Views({
      ...{ person: parts.person, disk: parts.disks.strict, tabs: this.#tabs, writer: this.#writer },
      ...{ shelf: this.#shelf, me: this.#me, fetching: this.#fetching },
      emit: (topic) => this.#emit(topic),
      background: (work) => this.#background(work),
    });
    this.#hearing = new Hearing({
      ...{ person: parts.person, tabs: this.#tabs, writer: this.#writer, shelf: this.#shelf },
      ...{ views: this.#views, fetching: this.#fetching, me: this.#me, desks: this.#desks },
      closed: () => this.#closed,
      leader: () => this.#leader,
      emit: (topic) => this.#emit(topic),
      background: (work) => this.#background(work),
      lineIs: (line) => this.#lineIs(line),
      fullIs: (full) => {
        if (full || this.#disk === 'full') void this.diskIs(full ? 'full' : 'open');
      },
      bye: () => void this.diskIs('superseded'),
    });
    this.#stopListening = listenToBrowser({
      wake: () => this.wake(),
      doubt: () => this.#tabs.say({ say: 'doubt' }),
      hide: () => void this.#save(),
      thaw: () => this.#hearing.catchUp(),
    });
  }

  /** Reads what the first screen needs and takes a slot. Rejects when the disk does not answer. */
  static async open(parts: DeviceParts): Promise<LiveDevice> {
    const device = new LiveDevice(parts);
    try {
      const rows = await device.#shelf.load();
      await device.#tabs.takeSlot();
      device.#me.loadDrafts(rows);
    } catch (error) {
      await device.close();
      throw error;
    }
    device.#tabs.stand();
    device.#tabs.tell({ say: 'how-is-line' });
    return device;
  }

  subscribe(listener: Listener): () => void {
    return this.#topics.subscribe(listener);
  }

  get line(): LineState {
    return this.#line;
  }
  get disk(): DiskState {
    return this.#disk;
  }
  get unsent(): number {
    return this.#shelf.unsent;
  }
  get unsentActs(): number {
    return this.#shelf.unsentActs;
  }
  get projection(): Projection | undefined {
    return this.#shelf.projection;
  }

  who(person: string): PersonCard | undefined {
    const people = this.projection?.people ?? {};
    return Object.hasOwn(people, person) ? people[person] : undefined;
  }

  chats(): readonly ChatRow[] {
    return this.#shelf.chats(this.#me);
  }

  chat(id: string): Chat {
    return this.#views.chat(id);
  }

  papers(): readonly PaperRow[] {
    return this.#shelf.papers;
  }

  async keepPapers(listed: readonly PaperRow[]): Promise<void> {
    const { keepListed } = await loadListed();
    await keepListed(this.#parts.disks.relaxed, listed);
    this.#tabs.say({ say: 'topic', topic: 'papers' });
  }

  paper(id: string, View: typeof PaperView): Paper {
    return this.#views.paper(id, View);
  }

  async registry(): Promise<RegistryDesk> {
    const { openDesk } = await loadDesk();
    const desk = await openDesk({
      ...{ disk: this.#parts.disks.strict, shelf: this.#shelf, views: this.#views },
      ...{ writer: this.#writer, fetching: this.#fetching },
      emit: (topic) => this.#emit(topic),
    });
    this.#desks.add(desk);
    return desk;
  }

  me(): Me {
    this.#views.open(meDoc(this.person));
    return this.#me;
  }

  refused(): readonly RefusedDraft[] {
    return this.#shelf.refused;
  }

  async dismiss(id: string): Promise<void> {
    await this.#parts.disks.strict.refused.delete(id);
    this.#tabs.say({ say: 'topic', topic: 'refused' });
  }

  async reuse(id: string): Promise<void> {
    await this.#me.flush();
    await this.dismiss(id);
  }

  async exportAll(): Promise<string> {
    await this.#save();
    const { exportEverything, exportHeld } = await loadExport();
    // A disk that is closed, or fails, gives nothing.
    return exportEverything(this.#parts.disks.strict, this.person, this.projection).catch(() =>
      exportHeld(this, this.#shelf, this.#writer.copies, this.#me),
    );
  }

  async signOut(how: 'wait' | 'export' | 'discard'): ReturnType<Device['signOut']> {
    const { leave } = await loadLeaving();
    const disk = this.#parts.disks.strict;
    return leave({ device: this, disk, tabs: this.#tabs, save: () => this.#save() }, how);
  }

  wake(): void {
    this.#tabs.say({ say: 'wake' });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#save();
    this.#closed = true;
    this.#stopListening();
    clearTimeout(this.#bringing);
    await this.#leader?.stop();
    this.#leader = undefined;
    this.#tabs.close();
    for (const disk of [this.#parts.disks.strict, this.#parts.disks.relaxed]) disk.close();
  }

  /** The storage's state changed. A newer tab's database wins: this one saves, lets go, and asks to be reloaded. */
  async diskIs(state: DiskState): Promise<void> {
    if (this.#disk === state || this.#disk === 'superseded' || this.#disk === 'cleared') return;
    this.#disk = state;
    this.#emit('disk');
    if (state === 'superseded' || state === 'cleared') await this.close();
  }

  #lineIs(line: LineState): void {
    this.#line = line;
    if (line.at === 'online') this.#bringing ??= setTimeout(bringParts, PARTS_AFTER_MS);
    this.#emit('line');
  }

  #lead(leads: boolean): void {
    if (!leads) {
      void this.#leader?.stop();
      this.#leader = undefined;
      return;
    }
    this.#leader = new Leader({
      ...this.#parts,
      tabs: this.#tabs,
      projection: () => this.projection,
      registryMaker: async () => (await loadDesk()).registryMaker(),
      onTrouble: (error) => this.#onTrouble(error),
    });
    // The words that asked for it went by while nobody led.
    this.#leader.hear({ say: 'want', rooms: [...this.#writer.copies.keys()] });
  }

  /** Work that nobody waits for; after closing, its trouble is none. */
  #background(work: Promise<unknown>): void {
    work.catch((error) => this.#onTrouble(error));
  }

  #onTrouble(error: unknown): void {
    if (this.#closed) return;
    if (troubleOf(error) === 'storage-full') this.#isTroubled('storage-full');
    // That the browser took the disk away is told otherwise.
    else
      this.#parts.disks.strict.kv
        .count()
        .then(() => reportError(error))
        .catch(() => {});
  }

  #isTroubled(code: 'storage-full' | 'storage-failed'): void {
    if (code === 'storage-full') this.#tabs.say({ say: 'full', is: true });
    else void this.diskIs('failed');
  }

  #emit(topic: Topic): void {
    this.#topics.fire(topic);
  }

  /** Everything that is only in memory goes to disk. */
  async #save(): Promise<void> {
    if (this.#closed) return this.#me.flush();
    const papers = this.#views.papers();
    const flushes = papers.map((paper) => paper.flush());
    await Promise.allSettled([...flushes, this.#me.flush(), this.#writer.flushed()]);
    // What the disk did not take is noted.
    for (const paper of papers) if (paper.unsaved) paper.leave();
  }
}
