/** The tab that holds the line: it greets, opens rooms, stores what comes and tells the other tabs. */
import type { Projection } from '#shared/registry/shape.ts';
import { chatRoom, feedDoc, meDoc, roomOf } from '#shared/school/names.ts';
import type { Frame, Hello, Welcome } from '#shared/wire/frames.ts';
import { type Disks, troubleOf } from './disk.ts';
import { Filling } from './filling.ts';
import type { Followed } from './followed.ts';
import type { FullDisk } from './full-disk.ts';
import { helloOf, inOrder, recentHeads } from './greeting.ts';
import { inflate } from './inflate.ts';
import { Intake } from './intake.ts';
import { LeaseDesk } from './lease-desk.ts';
import { Line } from './line.ts';
import { MarkPost } from './mark-post.ts';
import { loadFullDisk } from './parts.ts';
import { Sending } from './sending.ts';
import { compact } from './stored-doc.ts';
import type { Tabs, Word } from './tabs.ts';
import type { LineState } from './types.ts';
import type { RegistryMaker } from './why.ts';

/** A paper that nobody shows is left after this long; until then its last words are on their way. */
const SHUT_AFTER_MS = 1_000;
const FLUSH_EVERY_MS = 30_000;

export interface LeaderGround {
  person: string;
  url: string;
  app: string;
  disks: Disks;
  tabs: Tabs;
  projection(): Projection | undefined;
  registryMaker(): Promise<RegistryMaker>;
  onTrouble(error: unknown): void;
}

export class Leader {
  readonly #ground: LeaderGround;
  readonly #id = crypto.randomUUID();
  /** Under what this leader is known on disk; undefined where the disk took no word of it. */
  #claim: string | undefined;
  readonly #line: Line;
  readonly #sending: Sending;
  readonly #intake: Intake;
  /** Rooms on some tab's screen. */
  readonly #wanted = new Set<string>();
  readonly #filling: Filling;
  #frames: Frame[] = [];
  #reading: Promise<void> | undefined;
  #full: FullDisk | undefined;
  /** What came on this connection could not be stored: what follows is only shown. */
  #isDeaf = false;
  readonly #marks: MarkPost;
  readonly #leases: LeaseDesk;
  readonly #flushTimer: ReturnType<typeof setInterval>;
  #stopped = false;

  constructor(ground: LeaderGround) {
    this.#ground = ground;
    this.#intake = new Intake(ground.disks.relaxed, ground.person);
    this.#line = new Line(ground.url, {
      person: ground.person,
      hello: () => this.#hello(),
      frames: (frames) => this.#receive(frames),
      state: (line) => this.#onState(line),
    });
    this.#marks = new MarkPost({
      disk: ground.disks.relaxed,
      send: (frame) => this.#line.send(frame),
      online: () => this.#line.online,
      background: (work) => this.#background(work),
    });
    this.#leases = new LeaseDesk({
      disk: ground.disks.strict,
      tabs: ground.tabs,
      send: (frame) => this.#line.send(frame),
      online: () => this.#line.online,
    });
    this.#sending = new Sending({
      person: ground.person,
      disk: ground.disks.strict,
      relaxed: ground.disks.relaxed,
      tabs: ground.tabs,
      send: (frame) => this.#line.send(frame),
      online: () => this.#line.online,
      projection: ground.projection,
      registryMaker: ground.registryMaker,
      claim: () => this.#claim,
      askLeases: (count) => this.#leases.ask(count),
      onTrouble: (error) => {
        if (!this.#stopped) ground.onTrouble(error);
      },
    });
    this.#filling = new Filling(this.#sending);
    this.#flushTimer = setInterval(() => this.#background(this.#flushAll()), FLUSH_EVERY_MS);
    ground.tabs.say({ say: 'who-wants' });
    this.#line.connect();
  }

  /** Lets go of the line; resolves when nothing touches the disk any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#marks.stop();
    this.#full?.stop();
    clearInterval(this.#flushTimer);
    this.#sending.reset();
    this.#line.stop();
    await this.#reading;
    await this.#sending.idle();
  }

  hear(word: Word): void {
    switch (word.say) {
      case 'want':
        for (const room of word.rooms) this.#wanted.add(room);
        this.#openAll(word.rooms);
        return;
      case 'unwant':
        this.#wanted.delete(word.room);
        setTimeout(() => this.#background(this.#shut(word.room)), SHUT_AFTER_MS);
        return;
      case 'topic':
        // A paper on screen that the school did not have, and now has.
        if (this.#wanted.has(word.topic) && !this.#sending.isOpen(word.topic))
          this.#sending.flush(word.topic);
        return;
      case 'how-is-line':
        this.#ground.tabs.tell({ say: 'line', line: this.#line.state });
        return;
      case 'outbox':
        for (const room of word.rooms) this.#sending.flush(room);
        return;
      case 'pull':
        this.#background(this.#pull(word.doc));
        return;
      case 'mark':
        this.#marks.post(word.chat);
        return;
      case 'find':
        this.#background(this.#find(word.chat, word.id));
        return;
      case 'aware-out':
        this.#line.send({ kind: 'aware', doc: word.doc, bytes: word.bytes });
        return;
      case 'took': {
        const { doc, lease, clock, length } = word;
        this.#line.send({ kind: 'took', doc, lease, clock, length });
        return;
      }
      case 'lease-ask':
        this.#leases.ask(1);
        return;
      case 'doubt':
        this.#line.doubt();
        return;
      case 'full':
        if (word.is) this.#background(this.#waitForRoom());
        return;
      case 'wake':
        this.#line.wake();
        this.#full?.wake();
        this.#background(this.#flushAll());
        return;
      default:
    }
  }

  /** Before anything is sent: what a leader before this one still does to the outbox is done, or never will be. */
  async #hello(): Promise<Hello> {
    const { disks, app, projection } = this.#ground;
    const said = disks.relaxed.kv.put({ key: 'leader', value: this.#id });
    this.#claim = await said.then(() => this.#id).catch(() => undefined);
    return helloOf(disks.relaxed, app, projection(), this.#wanted);
  }

  #onState(line: LineState): void {
    if (line.at !== 'online') {
      this.#isDeaf = false;
      this.#sending.reset();
      // A room whose answer was cut off is asked for again with the next line.
      this.#filling.forget();
    }
    this.#leases.forget();
    if (!this.#stopped) this.#ground.tabs.say({ say: 'line', line });
  }

  #receive(frames: readonly Frame[]): void {
    this.#frames.push(...frames);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      // A leader that has let go reads nothing more: asking again would never end.
      if (this.#frames.length > 0 && !this.#stopped) this.#receive([]);
    });
  }

  async #read(): Promise<void> {
    while (this.#frames.length > 0 && !this.#stopped) {
      const frames = this.#frames;
      this.#frames = [];
      try {
        if (this.#isDeaf) {
          await this.#full?.show(frames);
          continue;
        }
        for (const frame of frames) if (frame.kind === 'patch' && frame.deflated) await inflate(frame);
        const followed = await this.#intake.take(frames);
        await this.#follow(followed);
        if (followed.words.length > 0) this.#full?.stored();
        for (const frame of frames) await this.#control(frame);
      } catch (error) {
        if (this.#stopped) return;
        this.#ground.onTrouble(error);
        if (troubleOf(error) === 'storage-full' && (await this.#isHeardOnly(frames))) continue;
        // What was not stored or not answered comes again with the next hello.
        this.#frames = [];
        this.#line.reconnect();
        return;
      }
    }
  }

  /** The disk has no room: until it has, what comes on this connection is shown, if it can be. */
  async #isHeardOnly(frames: readonly Frame[]): Promise<boolean> {
    if (this.#isDeaf) return false;
    await this.#waitForRoom().catch(() => {});
    this.#isDeaf = this.#line.online && this.#full !== undefined;
    if (!this.#isDeaf) return false;
    this.#frames = [...frames, ...this.#frames];
    this.#openAll(this.#wanted);
    return true;
  }

  async #waitForRoom(): Promise<void> {
    const { FullDisk } = await loadFullDisk();
    const { tabs, disks } = this.#ground;
    this.#full ??= new FullDisk({
      ...{ tabs, disk: disks.relaxed },
      again: () => {
        if (this.#isDeaf) this.#line.reconnect();
      },
    });
    if (!this.#stopped) this.#full.wait();
  }

  async #follow(followed: Followed): Promise<void> {
    for (const word of followed.words) this.#ground.tabs.say(word);
    for (const { state, otherEpoch, twins } of followed.opened) {
      await this.#sending.opened(state, otherEpoch, twins);
      this.#filling.arrived(state.room);
    }
    for (const doc of followed.patched) this.#sending.patched(doc, roomOf(doc));
    for (const { room, lease, n } of followed.acked) this.#sending.acked(room, lease, n);
    for (const { room, head } of followed.heads) await this.#pull(feedDoc(room.slice(5), head));
    for (const dealt of followed.dealt) this.#line.send({ kind: 'took', ...dealt });
    for (const { room, lease } of followed.twins) await this.#sending.twin(room, lease);
    for (const chat of followed.got.keys()) this.#marks.post(chat);
    for (const doc of followed.wanting) await this.#pull(doc);
    for (const doc of followed.grown) await compact(this.#ground.disks.relaxed, doc);
    this.#filling.next();
  }

  async #control(frame: Frame): Promise<void> {
    switch (frame.kind) {
      case 'welcome':
        return this.#welcome(frame);
      case 'refuse':
        this.#filling.arrived(frame.room);
        this.#sending.refuse(frame);
        return;
      case 'lease-grant':
        await this.#leases.keep(frame.leases);
        this.#sending.leasesCame(frame.leases);
        return;
      case 'purge':
        this.#sending.gone(frame.room, 'not-a-member');
        return;
      case 'found':
        this.#ground.tabs.say({ say: 'found', chat: frame.chat, id: frame.id, doc: frame.doc });
        return;
      case 'aware':
        this.#ground.tabs.say({ say: 'aware-in', doc: frame.doc, bytes: frame.bytes });
        return;
      case 'notice':
        this.#line.storing(frame.code !== 'try-later');
        return;
      case 'registry':
        this.#mayReadNow(JSON.parse(frame.json));
        return;
      default:
    }
  }

  async #welcome({ changed, gone }: Welcome): Promise<void> {
    if (gone.length > 0) {
      const followed = await this.#intake.take(gone.map((room) => ({ kind: 'purge', room })));
      for (const word of followed.words) this.#ground.tabs.say(word);
      for (const room of gone) this.#sending.gone(room, 'not-a-member');
    }
    const { relaxed } = this.#ground.disks;
    await this.#leases.askForSpares();
    const recent = await recentHeads(relaxed);
    const rows = await relaxed.rooms.toArray();
    const cached = rows.map(({ room }) => room);
    this.#filling.plan(inOrder(changed, recent, cached, this.#chatsToFill()), cached);
    for (const head of recent) if (head.read > head.told) this.#marks.post(head.chat);
    this.#sending.flush(meDoc(this.#ground.person));
    for (const room of this.#wanted) this.#sending.flush(room);
    for (const { room, doubt } of rows) if (doubt) this.#sending.flush(room);
    await this.#flushAll();
    this.#filling.next();
  }

  #openAll(rooms: Iterable<string>): void {
    for (const room of rooms) if (!this.#sending.isOpen(room)) this.#sending.flush(room);
  }

  #chatsToFill(projection = this.#ground.projection()): string[] {
    return Object.keys(projection?.chats ?? {}).map(chatRoom);
  }

  /** A right that comes back fills what a page still shows; papers are not in the projection, the relay knows of them. */
  #mayReadNow(projection: Projection): void {
    const chats = this.#chatsToFill(projection);
    this.#openAll([...this.#wanted].filter((room) => !room.startsWith('chat/') || chats.includes(room)));
    this.#filling.add(chats);
  }

  async #flushAll(): Promise<void> {
    if (!this.#line.online) return;
    const rooms = await this.#ground.disks.relaxed.outbox.orderBy('room').uniqueKeys();
    for (const room of rooms) this.#sending.flush(room as string);
  }

  async #pull(doc: string): Promise<void> {
    const row = await this.#ground.disks.relaxed.docs.get(doc);
    const room = await this.#ground.disks.relaxed.rooms.get(roomOf(doc));
    if (!this.#line.online) {
      this.#ground.tabs.say({ say: 'failed-pull', doc });
      return;
    }
    await this.#sending.open(roomOf(doc));
    const epoch = this.#sending.epochOf(roomOf(doc)) || room?.epoch || '';
    this.#line.send({ kind: 'pull', doc, epoch, seq: row?.seq ?? 0 });
  }

  /** Presence is for a paper on screen: one that no tab shows is left, once nothing of it waits. */
  async #shut(room: string): Promise<void> {
    const isWanted = () => this.#stopped || this.#wanted.has(room) || !this.#sending.isOpen(room);
    if (isWanted() || (await this.#ground.disks.relaxed.outbox.where('room').equals(room).count()) > 0)
      return;
    if (isWanted()) return;
    this.#sending.forget(room);
    this.#line.send({ kind: 'shut', room });
  }

  /** The relay answers about rooms that are open. */
  async #find(chat: string, id: string): Promise<void> {
    await this.#sending.open(chatRoom(chat));
    this.#line.send({ kind: 'find', chat, id });
  }

  /** Work that nobody waits for; its trouble is told unless this tab has let go meanwhile. */
  #background(work: Promise<void>): void {
    work.catch((error) => {
      if (!this.#stopped) this.#ground.onTrouble(error);
    });
  }
}
