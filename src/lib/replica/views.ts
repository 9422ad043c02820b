/** The chats and papers that are open on this tab: one view each, however many parts of the screen show it. */
import { chatRoom } from '#shared/school/names.ts';
import type { Look } from './acts.ts';
import { ChatView } from './chat.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk } from './disk.ts';
import type { Fetching } from './fetching.ts';
import type { MeView } from './me.ts';
import { pinsOf } from './message-views.ts';
import type { PaperView } from './paper.ts';
import { loadTakingBack } from './parts.ts';
import type { Shelf } from './shelf.ts';
import type { Tabs } from './tabs.ts';
import type { Topic } from './types.ts';
import type { Writer } from './writer.ts';

export interface ViewGround {
  person: string;
  disk: Disk;
  tabs: Tabs;
  writer: Writer;
  shelf: Shelf;
  me: MeView;
  fetching: Fetching;
  emit(topic: Topic): void;
  background(work: Promise<unknown>): void;
}

interface Shown<View> {
  view: View;
  /** How often it is on screen. */
  shown: number;
}

export class Views {
  readonly #ground: ViewGround;
  readonly #chats = new Map<string, Shown<ChatView>>();
  readonly #papers = new Map<string, Shown<PaperView>>();

  constructor(ground: ViewGround) {
    this.#ground = ground;
  }

  chat(id: string): ChatView {
    return shown(this.#chats, id, () => this.#newChat(id));
  }

  paper(id: string, View: typeof PaperView): PaperView {
    return shown(this.#papers, id, () => this.#newPaper(id, View));
  }

  openPaper(id: string): PaperView | undefined {
    return this.#papers.get(id)?.view;
  }

  papers(): PaperView[] {
    return [...this.#papers.values()].map(({ view }) => view);
  }

  #newChat(id: string): ChatView {
    const room = chatRoom(id);
    const copy = this.open(room);
    const view = new ChatView(id, {
      ...{ person: this.#ground.person, copy },
      look: () => this.look(copy),
      head: () => this.#ground.shelf.heads.get(id),
      first: () => this.#ground.shelf.projection?.chats[id]?.first ?? 1,
      write: (build) => this.#ground.writer.write(room, build),
      takeBack: (message) => {
        const heard = new Set(copy.out.map((row) => row.id));
        return loadTakingBack()
          .then(({ takeBack }) => takeBack(this.#ground, copy, message, heard))
          .catch(() => false);
      },
      fetch: (doc) => this.#ground.fetching.fetch(doc),
      readMore: (doc) => copy.inLane(() => copy.readMore(this.#ground.disk, doc)),
      ask: (message) => this.#ground.fetching.ask(id, message),
      markRead: (seq) => this.#ground.background(this.#markRead(id, seq)),
      me: this.#ground.me,
      changed: () => this.#ground.emit(room as Topic),
      close: () => this.#closeChat(id),
    });
    this.#ground.background(copy.inLane(async () => {}).then(() => view.fillScreen()));
    return view;
  }

  #newPaper(id: string, View: typeof PaperView): PaperView {
    const copy = this.open(`paper/${id}`);
    const view = new View(id, { ...this.#ground, copy, close: () => this.#closePaper(id) });
    this.#ground.background(view.refresh());
    return view;
  }

  /** The room's copy on this tab; from now on the leader keeps it live. */
  open(room: string): RoomCopy {
    const isNew = !this.#ground.writer.copies.has(room);
    const copy = this.#ground.writer.open(room);
    if (isNew) this.#ground.tabs.say({ say: 'want', rooms: [room] });
    return copy;
  }

  /** The room was opened: segments of it that stood on screen and are held no more come again, the newest first. */
  async fillAgain(room: string): Promise<void> {
    const { writer, fetching, disk, emit } = this.#ground;
    const copy = writer.copies.get(room);
    for (const doc of copy?.lacking() ?? []) {
      if (!(await fetching.fetch(doc))) return;
      await copy?.inLane(() => copy.readMore(disk, doc));
      emit(room as Topic);
    }
  }

  #closeChat(id: string): void {
    const open = this.#chats.get(id);
    if (!open || --open.shown > 0) return;
    this.#chats.delete(id);
    this.#ground.writer.drop(chatRoom(id));
  }

  #closePaper(id: string): void {
    const open = this.#papers.get(id);
    if (!open || --open.shown > 0) return;
    this.#papers.delete(id);
    open.view.end();
    const copy = this.#ground.writer.copies.get(`paper/${id}`);
    void copy?.inLane(async () => {
      // It may be on screen again by now.
      if (this.#papers.has(id)) return;
      this.#ground.writer.drop(`paper/${id}`);
      this.#ground.tabs.say({ say: 'unwant', room: `paper/${id}` });
    });
  }

  /** What the rules need to know of a room here. */
  look(copy: RoomCopy): Look {
    return {
      person: this.#ground.person,
      projection: this.#ground.shelf.projection,
      message: (id) => copy.message(id),
      paper: (id) => copy.paper(id),
      pins: () => pinsOf(copy),
    };
  }

  async #markRead(chat: string, seq: number): Promise<void> {
    await this.#ground.shelf.keepRead(chat, seq);
    this.#ground.tabs.say({ say: 'topic', topic: 'chats' });
    this.#ground.tabs.say({ say: 'mark', chat });
  }
}

function shown<View>(all: Map<string, Shown<View>>, id: string, make: () => View): View {
  const open = all.get(id) ?? { view: make(), shown: 0 };
  open.shown++;
  all.set(id, open);
  return open.view;
}
