/** For tests: editors of one paper on replicas of their own, with a line between them that can go down. */
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { isOwnWrite } from '#shared/papers/own.ts';
import { PaperEditor } from './paper-editor.ts';

export interface Seat {
  name: string;
  doc: Y.Doc;
  awareness: Awareness;
  editor: PaperEditor;
  /** Updates this replica made, and whether they were the person's own. */
  wrote: { bytes: Uint8Array; own: boolean }[];
  /** Whether the editor met what it does not know. */
  broken: boolean;
  mayWrite: boolean;
  online: boolean;
  close(): void;
}

/** The relay of the tests: a document that takes what the seats write, in order, and hands it on. */
export class Desk {
  readonly relay = paperDoc();
  readonly seats: Seat[] = [];
  #waiting = new Map<Seat, Uint8Array[]>();

  constructor(content?: Uint8Array) {
    if (content) Y.applyUpdate(this.relay, content, 'relay');
  }

  seat(name: string, lease: number, mayWrite = true): Seat {
    const doc = paperDoc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(this.relay), 'relay');
    doc.clientID = lease;
    const awareness = new Awareness(doc);
    const element = document.createElement('div');
    document.body.append(element);
    const seat: Seat = {
      name,
      doc,
      awareness,
      wrote: [],
      broken: false,
      mayWrite,
      online: true,
      editor: undefined as never,
      close: () => {
        this.seats.splice(this.seats.indexOf(seat), 1);
        seat.editor.destroy();
        awareness.destroy();
        element.remove();
      },
    };
    this.#waiting.set(seat, []);
    doc.on('update', (bytes: Uint8Array, origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
      if (origin === 'relay') return;
      seat.wrote.push({ bytes, own: isOwnWrite(transaction) });
      this.#waiting.get(seat)?.push(bytes);
      this.#flush(seat);
    });
    this.seats.push(seat);
    seat.editor = new PaperEditor({
      element,
      doc,
      awareness,
      pending: [],
      mayWrite: () => seat.mayWrite,
      lookOf: (person) => ({ name: person, hue: 150 }),
      label: 'Текст',
      onChange: () => {},
      onTooBig: () => {},
      onBroken: () => {
        seat.broken = true;
      },
    });
    return seat;
  }

  /** What somebody without a seat wrote comes to everybody. */
  take(bytes: Uint8Array): void {
    Y.applyUpdate(this.relay, bytes, 'relay');
    for (const seat of this.seats) if (seat.online) Y.applyUpdate(seat.doc, bytes, 'relay');
  }

  goOffline(seat: Seat): void {
    seat.online = false;
  }

  /** Takes what was missed, then sends what waits, as a device does. */
  comeBack(seat: Seat): void {
    seat.online = true;
    Y.applyUpdate(seat.doc, Y.encodeStateAsUpdate(this.relay, Y.encodeStateVector(seat.doc)), 'relay');
    this.#flush(seat);
  }

  close(): void {
    for (const seat of [...this.seats]) seat.close();
  }

  #flush(from: Seat): void {
    if (!from.online) return;
    for (const bytes of this.#waiting.get(from)?.splice(0) ?? []) {
      Y.applyUpdate(this.relay, bytes, 'relay');
      for (const seat of this.seats)
        if (seat !== from && seat.online) Y.applyUpdate(seat.doc, bytes, 'relay');
    }
  }
}

function paperDoc(lease = Number.MAX_SAFE_INTEGER): Y.Doc {
  const doc = new Y.Doc();
  doc.getXmlFragment('body');
  doc.getMap('paper');
  doc.clientID = lease;
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    if (!transaction.local) transaction._needFormattingCleanup = false;
  });
  return doc;
}

/** Content made from plain nodes (Tiptap's JSON), as an update. */
export function content(nodes: Plain[]): Uint8Array {
  const doc = paperDoc(1);
  doc.getXmlFragment('body').insert(0, nodes.map(element));
  return Y.encodeStateAsUpdate(doc);
}

export interface Plain {
  type: string;
  attrs?: Record<string, string | number>;
  content?: (Plain | string)[];
}

function element({ type, attrs = {}, content: inside = [] }: Plain): Y.XmlElement {
  const made = new Y.XmlElement(type);
  for (const [name, value] of Object.entries(attrs)) made.setAttribute(name, value as string);
  made.insert(
    0,
    inside.map((part) => (typeof part === 'string' ? new Y.XmlText(part) : element(part))),
  );
  return made;
}

export const paragraph = (text: string): Plain => ({ type: 'paragraph', content: text ? [text] : [] });

/** After everything that an opened editor might do by itself: frames, timers, idle time. */
export async function whenIdle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1_000 }));
  await new Promise((resolve) => setTimeout(resolve));
}
