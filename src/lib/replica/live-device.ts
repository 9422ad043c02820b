/** One tab of a person's device: puts disk, tabs, line, rooms and views together. */
import type { PersonCard, Projection } from '#shared/registry/shape.ts';
import { chatRoom, meDoc, parseDoc } from '#shared/school/names.ts';
import { chatPlace, type Look, standingOf, textOfIntent } from './acts.ts';
import { listenToBrowser } from './browser-events.ts';
import { ChatView } from './chat.ts';
import type { RoomCopy } from './copy.ts';
import { type Disks, troubleOf, wipe } from './disk.ts';
import { exportEverything, exportUnsent } from './export.ts';
import { Leader } from './leader.ts';
import { MeView } from './me.ts';
import { type PaperGround, PaperView } from './paper.ts';
import { Desk, registryMaker } from './registry-desk.ts';
import { Shelf } from './shelf.ts';
import { Tabs, type Word } from './tabs.ts';
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
import { Waits } from './wait.ts';
import { Writer } from './writer.ts';

/** How long older content and answers of the relay are waited for. */
const FETCH_MS = 10_000;
/** How long a sign-out that waits for unsent work waits. */
const SIGN_OUT_MS = 15_000;

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
  readonly #chats = new Map<string, { view: ChatView; shown: number }>();
  readonly #papers = new Map<string, { view: PaperView; shown: number }>();
  readonly #desks = new Set<Desk>();
  readonly #fetches = new Waits<boolean>();
  readonly #finds = new Waits<string>();
  #leader: Leader | undefined;
  #line: LineState = { at: 'offline', since: Date.now(), storing: true, code: 0 };
  #disk: DiskState = 'open';
  #closed = false;
  readonly #stopListening: () => void;

  private constructor(parts: DeviceParts) {
    this.person = parts.person;
    this.#parts = parts;
    this.#tabs = new Tabs(
      parts.person,
      (word) => this.#hear(word),
      (leads) => this.#lead(leads),
    );
    this.#writer = new Writer({
      person: parts.person,
      disks: parts.disks,
      tabs: this.#tabs,
      emit: (topic) => this.#roomChanged(topic),
      lookOf: (copy) => this.#look(copy),
      online: () => this.#line.at === 'online',
      saved: (rows) => {
        this.#shelf.moved(rows, []);
        if (this.#disk === 'full') void this.diskIs('open');
      },
      onTrouble: (code) => void this.diskIs(code === 'storage-full' ? 'full' : 'failed'),
    });
    this.#shelf = new Shelf(parts.disks.relaxed, parts.person, this.#writer.copies, (topic) =>
      this.#emit(topic),
    );
    this.#me = new MeView({
      person: parts.person,
      disk: parts.disks.relaxed,
      copy: () => this.#writer.open(meDoc(parts.person)),
      write: (intent) => this.#writer.write(meDoc(parts.person), () => intent),
      changed: (chat) => {
        this.#shelf.touched();
        this.#emit(chatRoom(chat) as Topic);
      },
    });
    this.#stopListening = listenToBrowser({
      wake: () => this.wake(),
      doubt: () => this.#tabs.say({ say: 'doubt' }),
      hide: () => void this.#save(),
      thaw: () => this.#thaw(),
    });
  }

  /** Reads what the first screen needs and takes a slot. Rejects when the disk does not answer. */
  static async open(parts: DeviceParts): Promise<LiveDevice> {
    const device = new LiveDevice(parts);
    try {
      device.#me.loadDrafts(await device.#shelf.load());
      await device.#tabs.takeSlot();
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
  get projection(): Projection | undefined {
    return this.#shelf.projection;
  }

  who(person: string): PersonCard | undefined {
    const people = this.projection?.people ?? {};
    return Object.hasOwn(people, person) ? people[person] : undefined;
  }

  chats(): readonly ChatRow[] {
    return this.#shelf.chats((chat) => this.#me.draft(chat));
  }

  chat(id: string): Chat {
    const open = this.#chats.get(id);
    if (open) {
      open.shown++;
      return open.view;
    }
    const view = this.#newChat(id);
    this.#chats.set(id, { view, shown: 1 });
    return view;
  }

  papers(): readonly PaperRow[] {
    return this.#shelf.papers;
  }

  paper(id: string): Paper {
    const open = this.#papers.get(id);
    if (open) {
      open.shown++;
      return open.view;
    }
    const view = this.#newPaper(id);
    this.#papers.set(id, { view, shown: 1 });
    return view;
  }

  async registry(): Promise<RegistryDesk> {
    const desk = await Desk.open({
      disk: this.#parts.disks.strict,
      projection: () => this.projection,
      copy: (room) => this.#open(room),
      ready: (copy) => this.#writer.ready(copy),
      put: (copy, intent, doc, bytes) => this.#writer.put(copy, intent, doc, bytes, ''),
      fetch: (doc) => this.#fetch(doc),
      changed: () => this.#emit(`org/${this.projection?.org.id ?? ''}`),
    });
    this.#desks.add(desk);
    return desk;
  }

  me(): Me {
    this.#open(meDoc(this.person));
    return this.#me;
  }

  refused(): readonly RefusedDraft[] {
    return this.#shelf.refused;
  }

  async dismiss(id: string): Promise<void> {
    await this.#parts.disks.strict.refused.delete(id);
    this.#tabs.say({ say: 'topic', topic: 'refused' });
  }

  async reuse(id: string): Promise<string> {
    const draft = this.#shelf.refused.find((refused) => refused.id === id);
    const text = draft ? textOfIntent(draft.intent) : '';
    await this.dismiss(id);
    return text;
  }

  async exportAll(): Promise<string> {
    await this.#save();
    return exportEverything(this.#parts.disks.strict, this.projection);
  }

  async signOut(
    how: 'wait' | 'export' | 'discard',
  ): Promise<{ at: 'gone'; exported: string | undefined } | { at: 'unsent'; count: number }> {
    await this.#save();
    const { outbox } = this.#parts.disks.strict;
    if (how === 'wait') {
      this.wake();
      await this.#emptied();
      const count = await outbox.count();
      if (count > 0) return { at: 'unsent', count };
    }
    const exported = how === 'export' ? await exportUnsent(this.#parts.disks.strict) : undefined;
    this.#tabs.tell({ say: 'bye' });
    await this.close();
    await wipe(this.person);
    return { at: 'gone', exported };
  }

  wake(): void {
    this.#tabs.say({ say: 'wake' });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#save();
    this.#closed = true;
    this.#stopListening();
    await this.#leader?.stop();
    this.#leader = undefined;
    this.#tabs.close();
    for (const disk of [this.#parts.disks.strict, this.#parts.disks.relaxed]) disk.close();
  }

  /** The storage's state changed. A newer tab's database wins: this one saves, lets go, and asks to be reloaded. */
  async diskIs(state: DiskState): Promise<void> {
    if (this.#disk === state || this.#disk === 'superseded') return;
    this.#disk = state;
    this.#emit('disk');
    if (state === 'superseded') await this.close();
  }

  #newChat(id: string): ChatView {
    const room = chatRoom(id);
    const copy = this.#open(room);
    const view = new ChatView(id, {
      ...{ person: this.person, copy },
      look: () => this.#look(copy),
      head: () => this.#shelf.heads.get(id),
      write: (build) => this.#writer.write(room, build),
      fetch: (doc) => this.#fetch(doc),
      readMore: (doc) => copy.inLane(() => copy.readMore(this.#parts.disks.strict, doc)),
      ask: (message) => this.#ask(id, message),
      markRead: (seq) => this.#background(this.#markRead(id, seq)),
      draft: () => this.#me.draft(id),
      setDraft: (text) => this.#me.setDraft(id, text),
      changed: () => this.#emit(room as Topic),
      close: () => this.#closeChat(id),
    });
    this.#background(copy.inLane(async () => {}).then(() => view.fillScreen()));
    return view;
  }

  #newPaper(id: string): PaperView {
    const room = `paper/${id}`;
    const copy = this.#open(room);
    const view: PaperView = new PaperView(id, {
      copy,
      disk: this.#parts.disks.strict,
      standing: () => standingOf(this.projection),
      chat: () => this.#chatOfPaper(id),
      place: () => this.#placeOfPaper(id),
      put: (intent, bytes) => this.#writer.put(copy, intent, room, bytes, id),
      write: (intent) => this.#writer.write(room, () => intent),
      rebuild: () => void this.#writer.reload(copy),
      aware: (bytes) => this.#tabs.say({ say: 'aware-out', doc: room, bytes }),
      took: (from) => this.#tabs.say({ say: 'took', doc: room, ...from }),
      changed: () => this.#emit(room as Topic),
      close: () => this.#closePaper(id),
    });
    this.#background(view.refresh());
    return view;
  }

  #open(room: string): RoomCopy {
    const isNew = !this.#writer.copies.has(room);
    const copy = this.#writer.open(room);
    if (isNew) this.#tabs.say({ say: 'want', rooms: [room] });
    return copy;
  }

  #closeChat(id: string): void {
    const open = this.#chats.get(id);
    if (!open || --open.shown > 0) return;
    this.#chats.delete(id);
    this.#writer.drop(chatRoom(id));
  }

  #closePaper(id: string): void {
    const open = this.#papers.get(id);
    if (!open || --open.shown > 0) return;
    this.#papers.delete(id);
    const copy = this.#writer.copies.get(`paper/${id}`);
    void copy?.inLane(async () => {
      this.#writer.drop(`paper/${id}`);
      this.#tabs.say({ say: 'unwant', room: `paper/${id}` });
    });
  }

  #look(copy: RoomCopy): Look {
    return {
      person: this.person,
      projection: this.projection,
      message: (id) => copy.message(id),
      paper: (id) => copy.paper(id),
      pins: () => [...copy.docs].find(([name]) => parseDoc(name)?.kind === 'pins')?.[1].getMap('pins'),
    };
  }

  #chatOfPaper(id: string): string | undefined {
    for (const [room, copy] of this.#writer.copies) if (copy.paper(id)) return room.slice(5);
    return this.#shelf.papers.find((paper) => paper.id === id)?.chat;
  }

  #placeOfPaper(id: string): ReturnType<PaperGround['place']> {
    const chat = this.#chatOfPaper(id);
    const place = chat === undefined ? undefined : chatPlace(this.projection, chat);
    if (chat === undefined || !place) return undefined;
    const row = this.#shelf.papers.find((paper) => paper.id === id);
    const entry = this.#writer.copies.get(chatRoom(chat))?.paper(id) ?? row;
    if (!entry) return undefined;
    const { title, by, edit } = entry;
    return { place: { kind: 'paper', chat: place, owner: by, edit }, card: { id, title, by, edit } };
  }

  /** Brings a document to disk if it can; whether it is there now. */
  async #fetch(doc: string): Promise<boolean> {
    const isHere = async () => (await this.#parts.disks.strict.docs.get(doc)) !== undefined;
    const here = await isHere();
    if (this.#line.at !== 'online') return here;
    // What is held is shown now; if it is behind, the rest comes by itself (and nothing comes when it is not).
    const arrived = here ? undefined : this.#fetches.for(doc, FETCH_MS);
    this.#tabs.say({ say: 'pull', doc });
    await arrived;
    return here || isHere();
  }

  async #ask(chat: string, message: string): Promise<string | undefined> {
    const place = await this.#parts.disks.strict.places.get([chatRoom(chat), message]);
    if (place) return place.doc;
    if (this.#line.at !== 'online') return undefined;
    const found = this.#finds.for(`${chat}:${message}`, FETCH_MS);
    this.#tabs.say({ say: 'find', chat, id: message });
    return (await found) || undefined;
  }

  async #markRead(chat: string, seq: number): Promise<void> {
    await this.#shelf.keepRead(chat, seq);
    this.#tabs.say({ say: 'topic', topic: 'chats' });
    this.#tabs.say({ say: 'mark', chat });
  }

  async #emptied(): Promise<void> {
    if (this.unsent === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, SIGN_OUT_MS);
      const stop = this.subscribe((topic) => {
        if (topic === 'unsent' && this.unsent === 0) done();
      });
      function done() {
        clearTimeout(timer);
        stop();
        resolve();
      }
    });
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
      registryMaker,
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
    if (troubleOf(error) === 'storage-full') void this.diskIs('full');
    else reportError(error);
  }

  #hear(word: Word): void {
    if (this.#closed) return;
    this.#writer.hear(word);
    this.#leader?.hear(word);
    switch (word.say) {
      case 'room':
        this.#hearRoom(word);
        return;
      case 'topic':
        this.#shelf.refresh(word.topic);
        if (word.topic.includes('/')) this.#roomChanged(word.topic);
        return;
      case 'line':
        this.#line = word.line;
        this.#emit('line');
        return;
      case 'unwant':
        if (this.#writer.copies.has(word.room)) this.#tabs.say({ say: 'want', rooms: [word.room] });
        return;
      case 'who-wants':
        this.#tabs.tell({ say: 'want', rooms: [...this.#writer.copies.keys()] });
        return;
      case 'failed-pull':
        this.#fetches.settle(word.doc, false);
        return;
      case 'found':
        this.#finds.settle(`${word.chat}:${word.id}`, word.doc);
        return;
      case 'aware-in':
        this.#papers.get(word.doc.slice(6))?.view.hearAwareness(word.bytes);
        return;
      case 'leases':
        this.#writer.leasesCame();
        return;
      case 'bye':
        void this.diskIs('superseded');
        return;
      default:
    }
  }

  #hearRoom(word: Extract<Word, { say: 'room' }>): void {
    this.#shelf.moved(word.added, word.acked);
    if (word.rebuilt) this.#shelf.refresh('unsent');
    for (const { doc } of word.changes) this.#fetches.settle(doc, true);
    for (const desk of this.#desks) desk.hear(word);
    if (word.rebuilt) {
      const papers = [...this.#papers.values()].filter(({ view }) => `paper/${view.id}` === word.room);
      for (const { view } of papers) this.#background(view.refresh());
    }
  }

  /** Something of a room is different on this tab. */
  #roomChanged(topic: Topic): void {
    if (this.#closed) return;
    this.#emit(topic);
    if (topic === meDoc(this.person)) this.#emit('me');
    this.#shelf.touched();
    const paper = this.#papers.get(topic.slice(6));
    if (topic.startsWith('paper/') && paper) this.#background(paper.view.refresh());
    if (topic.startsWith('chat/'))
      for (const { view } of this.#papers.values())
        if (view.chat === topic.slice(5)) this.#emit(roomOfPaper(view.id));
  }

  #emit(topic: Topic): void {
    this.#topics.fire(topic);
  }

  /** Words of other tabs may have been missed while this one was frozen. */
  #thaw(): void {
    for (const copy of this.#writer.copies.values()) void this.#writer.reload(copy);
    for (const topic of ['projection', 'chats', 'unsent', 'refused', 'papers'] as const)
      this.#shelf.refresh(topic);
  }

  /** Everything that is only in memory goes to disk. */
  async #save(): Promise<void> {
    if (this.#closed) return;
    const flushes = [...this.#papers.values()].map(({ view }) => view.flush());
    await Promise.allSettled([...flushes, this.#me.flush(), this.#writer.flushed()]);
  }
}

const roomOfPaper = (paper: string): Topic => `paper/${paper}`;
