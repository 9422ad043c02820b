/** What a tab does about the words of the others and its own: each part of the device hears what concerns it. */
import { meDoc } from '#shared/school/names.ts';
import type { Fetching } from './fetching.ts';
import type { Leader } from './leader.ts';
import { loadSeldom } from './parts.ts';
import type { Desk } from './registry-desk.ts';
import type { Shelf } from './shelf.ts';
import type { RoomWord, Tabs, Word } from './tabs.ts';
import type { Drafts, LineState, Topic } from './types.ts';
import type { Views } from './views.ts';
import type { Writer } from './writer.ts';

export interface HearingGround {
  person: string;
  tabs: Tabs;
  writer: Writer;
  shelf: Shelf;
  views: Views;
  fetching: Fetching;
  me: Drafts;
  desks: ReadonlySet<Desk>;
  /** This tab has let go of its disk. */
  closed(): boolean;
  leader(): Leader | undefined;
  emit(topic: Topic): void;
  /** Work that nobody waits for. */
  background(work: Promise<unknown>): void;
  lineIs(line: LineState): void;
  /** The disk has no room, or has it again. */
  fullIs(full: boolean): void;
  /** The person leaves this device. */
  bye(): void;
}

export class Hearing {
  readonly #ground: HearingGround;

  constructor(ground: HearingGround) {
    this.#ground = ground;
  }

  hear(word: Word): void {
    const { writer, shelf, views, fetching, tabs, background } = this.#ground;
    if (this.#ground.closed()) return;
    writer.hear(word);
    this.#ground.leader()?.hear(word);
    switch (word.say) {
      case 'room':
        this.#hearRoom(word);
        return;
      case 'topic':
        background(shelf.refresh(word.topic));
        if (word.topic.includes('/')) this.roomChanged(word.topic);
        return;
      case 'line':
        this.#ground.lineIs(word.line);
        return;
      case 'unwant':
        if (writer.copies.has(word.room)) tabs.say({ say: 'want', rooms: [word.room] });
        return;
      case 'who-wants':
        tabs.tell({ say: 'want', rooms: [...writer.copies.keys()] });
        return;
      case 'failed-pull':
        fetching.arrived(word.doc, false);
        return;
      case 'found':
        fetching.found(word.chat, word.id, word.doc);
        return;
      case 'aware-in':
        views.openPaper(word.doc.slice(6))?.hearAwareness(word.bytes);
        return;
      case 'leases':
        writer.leasesCame();
        return;
      case 'full':
        this.#ground.fullIs(word.is);
        return;
      case 'bye':
        this.#ground.bye();
        return;
      default:
    }
  }

  /** Words of other tabs may have been missed while this one was frozen. */
  catchUp(): void {
    const { writer, shelf, background } = this.#ground;
    for (const copy of writer.copies.values()) void writer.reload(copy);
    for (const topic of ['projection', 'chats', 'unsent', 'refused', 'papers'] as const)
      background(shelf.refresh(topic));
  }

  /** Something of a room is different on this tab. */
  roomChanged(topic: Topic): void {
    const { person, shelf, views, emit, background } = this.#ground;
    if (this.#ground.closed()) return;
    emit(topic);
    if (topic === meDoc(person)) emit('me');
    shelf.touched();
    const paper = views.openPaper(topic.slice(6));
    if (topic.startsWith('paper/') && paper) background(paper.refresh());
    if (topic.startsWith('chat/'))
      for (const view of views.papers()) if (view.chat === topic.slice(5)) emit(`paper/${view.id}`);
  }

  #hearRoom(word: RoomWord): void {
    const { shelf, views, fetching, me, desks, background } = this.#ground;
    shelf.moved(word.added, word.acked);
    if (word.names.length > 0) background(loadSeldom().then(({ seldom }) => seldom.renameDrafts(me, word)));
    if (word.rebuilt) background(shelf.refresh('unsent'));
    if (word.epoch !== '') background(views.fillAgain(word.room));
    for (const { doc } of word.changes) fetching.arrived(doc, true);
    for (const desk of desks) desk.hear(word);
    const paper =
      word.rebuilt && word.room.startsWith('paper/') ? views.openPaper(word.room.slice(6)) : undefined;
    if (paper) background(paper.refresh());
  }
}
