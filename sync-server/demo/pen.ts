/** Writes one chat as its people would have: real Yjs updates under their leases, segment after segment. */
import * as Y from 'yjs';
import { editKey, idOf, type Message, type PaperEntry, reactionKey } from '#shared/feed/shape.ts';
import { PAPER_SCHEMA } from '#shared/papers/shape.ts';
import { LIMITS } from '#shared/school/limits.ts';
import { chatRoom, feedDoc, paperDoc, pinsDoc } from '#shared/school/names.ts';
import { digest } from '#shared/wire/digest.ts';
import type { Append, PlaceRow, SnapshotRow, StoredPaper } from '../store/log.ts';

/** As the relay cuts them for the list of chats. */
const SUMMARY_CHARS = 120;

export interface Written {
  id: string;
  by: string;
  at: number;
}

export interface PaperPlan {
  title: string;
  edit: PaperEntry['edit'];
  /** Blocks in order: what each is, and its text or the texts of its items. */
  body: readonly PaperBlock[];
}

type PaperBlock = readonly [
  kind: 'heading' | 'paragraph' | 'blockquote' | 'bulletList' | 'orderedList' | 'taskList',
  ...texts: string[],
];

interface Stamp {
  by: string;
  at: number;
}

/** What an act stores beside its bytes. */
interface Beside {
  places?: Omit<PlaceRow, 'doc' | 'seq' | 'at' | 'by'>[];
  gone?: string[];
  papers?: StoredPaper[];
}

export class Pen {
  readonly chat: string;
  /** What is to be stored, in order; whoever drains it empties it. */
  readonly appends: Append[] = [];
  /** Closed segments, to be stored behind the appends. */
  readonly closed: SnapshotRow[] = [];
  seq = 0;
  #leaseOf: (person: string) => number;
  #head = 1;
  #feed = new Y.Doc();
  #pins = new Y.Doc();
  #messages = 0;
  #bytes = 0;
  /** Who wrote what stands, in order. */
  #authors = new Map<string, string>();
  #numbers = new Map<string, number>();
  #ids: Map<number, number>;

  /** `ids`: the last number under each lease; pens of one school share it, as a document's name is used once. */
  constructor(chat: string, leaseOf: (person: string) => number, ids = new Map<number, number>()) {
    this.chat = chat;
    this.#ids = ids;
    this.#leaseOf = leaseOf;
  }

  /** Who wrote the last message that stands. */
  get lastAuthor(): string | undefined {
    return [...this.#authors.values()].at(-1);
  }

  /** Sends a message. `writtenAt`: the author's clock, when it was written offline and arrived later. */
  message(text: string, stamp: Stamp, re?: string, writtenAt = stamp.at): Written {
    const id = this.#newId(stamp.by);
    const value: Message = { by: stamp.by, at: writtenAt, text, ...(re === undefined ? {} : { re }) };
    const place = { id, kind: 'message' as const, of: '', text: text.slice(0, SUMMARY_CHARS) };
    this.#authors.set(id, stamp.by);
    this.#messages++;
    this.#write(() => this.#feed.getMap('messages').set(id, value), stamp, { places: [place] });
    return { id, ...stamp };
  }

  edit(message: Written, text: string, at: number): void {
    const edit = this.#newId(message.by);
    const key = editKey(message.id, edit);
    const place = { id: edit, kind: 'edit' as const, of: message.id, text: text.slice(0, SUMMARY_CHARS) };
    this.#write(
      () => this.#feed.getMap('edits').set(key, { at, text }),
      { by: message.by, at },
      { places: [place] },
    );
  }

  /** Takes a message back, and with it what hangs on it. */
  delete(message: Written, at: number): void {
    this.#authors.delete(message.id);
    const erase = () => {
      this.#feed.getMap('messages').delete(message.id);
      for (const root of ['edits', 'reactions']) {
        const map = this.#feed.getMap(root);
        for (const key of [...map.keys()]) if (key.startsWith(`${message.id}~`)) map.delete(key);
      }
    };
    this.#write(erase, { by: message.by, at }, { gone: [message.id] });
  }

  react(message: Written, emoji: string, stamp: Stamp): void {
    this.#write(
      () => this.#feed.getMap('reactions').set(reactionKey(message.id, stamp.by), emoji),
      stamp,
      {},
    );
  }

  /** Whether the message stands in the open segment: what is closed is left as it is. */
  isOpen(message: Written): boolean {
    return this.#feed.getMap('messages').has(message.id);
  }

  pin(message: Written, stamp: Stamp): void {
    const bytes = updateOf(this.#pins, this.#leaseOf(stamp.by), () =>
      this.#pins.getMap('pins').set(message.id, stamp),
    );
    this.#append(pinsDoc(this.chat), bytes, stamp, {}, undefined);
  }

  /** Shares a new paper in a message and writes the paper itself. */
  paper(plan: PaperPlan, text: string, stamp: Stamp): Written {
    const id = this.#newId(stamp.by);
    const paper = this.#newId(stamp.by);
    const entry: PaperEntry = { by: stamp.by, title: plan.title, edit: plan.edit };
    const places = [
      { id, kind: 'message' as const, of: '', text },
      { id: paper, kind: 'paper' as const, of: '', text: '' },
    ];
    const row = { paper, chat: this.chat, owner: stamp.by, edit: plan.edit, title: plan.title };
    this.#authors.set(id, stamp.by);
    this.#messages++;
    const set = () => {
      this.#feed.getMap('messages').set(id, { ...stamp, text, paper });
      this.#feed.getMap('papers').set(paper, entry);
    };
    this.#write(set, stamp, { places, papers: [row] });
    this.#body(paper, plan, stamp);
    return { id, ...stamp };
  }

  #body(paper: string, plan: PaperPlan, stamp: Stamp): void {
    const doc = new Y.Doc();
    const bytes = updateOf(doc, this.#leaseOf(stamp.by), () => {
      doc.getMap('paper').set('schema', PAPER_SCHEMA);
      const [title, ...rest] = plan.body;
      const blocks = rest.map((part) => blockOf(part, 2));
      doc.getXmlFragment('body').push([...(title ? [blockOf(title, 1)] : []), ...blocks]);
    });
    doc.destroy();
    const room = paperDoc(paper);
    const row = {
      room,
      seq: 1,
      doc: room,
      lease: this.#leaseOf(stamp.by),
      n: 1,
      person: stamp.by,
      at: stamp.at,
      bytes,
    };
    this.appends.push({
      row,
      digest: digest(bytes),
      replaces: 0,
      places: [],
      gone: [],
      head: undefined,
      papers: [],
    });
  }

  /** Writes into the open segment, and closes it when that filled it. */
  #write(edit: () => void, stamp: Stamp, beside: Beside): void {
    const bytes = updateOf(this.#feed, this.#leaseOf(stamp.by), edit);
    this.#bytes += bytes.length;
    const doc = feedDoc(this.chat, this.#head);
    const isFull = this.#messages >= LIMITS.segmentMessagesMax || this.#bytes >= LIMITS.segmentBytesMax;
    this.#append(doc, bytes, stamp, beside, isFull ? this.#head + 1 : undefined);
    if (!isFull) return;
    this.closed.push({ doc, seq: this.seq, bytes: Y.encodeStateAsUpdate(this.#feed) });
    this.#feed.destroy();
    this.#feed = new Y.Doc();
    this.#messages = 0;
    this.#bytes = 0;
    this.#head++;
  }

  #append(doc: string, bytes: Uint8Array, { by, at }: Stamp, beside: Beside, head: number | undefined): void {
    const lease = this.#leaseOf(by);
    const seq = ++this.seq;
    const row = {
      room: chatRoom(this.chat),
      seq,
      doc,
      lease,
      n: this.#next(`${lease}`),
      person: by,
      at,
      bytes,
    };
    const places = (beside.places ?? []).map((place) => ({ ...place, doc, seq, at, by }));
    const { gone = [], papers = [] } = beside;
    this.appends.push({ row, digest: digest(bytes), replaces: 0, places, gone, head, papers });
  }

  #newId(person: string): string {
    const lease = this.#leaseOf(person);
    const number = (this.#ids.get(lease) ?? 0) + 1;
    this.#ids.set(lease, number);
    return idOf(lease, number);
  }

  #next(counter: string): number {
    const number = (this.#numbers.get(counter) ?? 0) + 1;
    this.#numbers.set(counter, number);
    return number;
  }
}

const ITEMS = { bulletList: 'listItem', orderedList: 'listItem', taskList: 'taskItem' } as const;

function blockOf([kind, ...texts]: PaperBlock, level: number): Y.XmlElement {
  if (kind === 'blockquote') return element(kind, [paragraph(texts[0] ?? '')]);
  if (kind === 'heading') return withAttribute(element(kind, [new Y.XmlText(texts[0])]), 'level', level);
  if (kind === 'paragraph') return paragraph(texts[0] ?? '');
  const items = texts.map((text) => element(ITEMS[kind], [paragraph(text)]));
  // What is to be done is half done.
  if (kind === 'taskList')
    for (const [at, item] of items.entries()) withAttribute(item, 'checked', at * 2 < items.length);
  return element(kind, items);
}

function paragraph(text: string): Y.XmlElement {
  return element('paragraph', [new Y.XmlText(text)]);
}

function element(node: string, children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const made = new Y.XmlElement(node);
  made.insert(0, children);
  return made;
}

/** Yjs keeps any JSON in an attribute; its types know only text. */
function withAttribute(of: Y.XmlElement, name: string, value: number | boolean): Y.XmlElement {
  of.setAttribute(name, value as unknown as string);
  return of;
}

/** The bytes of one transaction under a lease. */
function updateOf(doc: Y.Doc, lease: number, edit: () => void): Uint8Array {
  let bytes: Uint8Array | undefined;
  const take = (update: Uint8Array) => {
    bytes = update;
  };
  doc.clientID = lease;
  doc.on('update', take);
  doc.transact(edit);
  doc.off('update', take);
  if (!bytes) throw new Error('the demo wrote nothing');
  return bytes;
}
