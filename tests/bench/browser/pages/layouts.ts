// The page of the row cold-open-100k: one chat, stored on this device in two layouts, opened in either.
import * as Y from 'yjs';
import { openDevice } from '#lib/replica/device.ts';
import { Disk } from '#lib/replica/disk.ts';
import { freshDoc, putWhole } from '#lib/replica/stored-doc.ts';
import type { Message } from '#shared/feed/shape.ts';
import { readSegments } from './segments.ts';

export interface Layouts {
  /** Stores what the file holds in both layouts; gives the number of messages. */
  fill(person: string, chat: string, file: string): Promise<number>;
  /** Opens the chat and draws its last messages. */
  openOurs(person: string, chat: string): Promise<Opened>;
  openOneMap(): Promise<Opened>;
}

export interface Opened {
  /** From the open database to the last messages in the page, ms. */
  readonly drawnMs: number;
  /** With the opening of the database before it, and the painting after it. */
  readonly paintedMs: number;
}

declare global {
  interface Window {
    layouts: Layouts;
  }
}

const SCREEN = 50;
const SETTLES_MS = 300;
const ONE_MAP = 'bench-one-map';
/** Nobody answers there: the data is already on the device. */
const NO_LINE = 'ws://127.0.0.1:9/line';

interface Line {
  readonly by: string;
  readonly text: string;
}

window.layouts = {
  async fill(person, chat, file) {
    const segments = readSegments(new Uint8Array(await (await fetch(file)).arrayBuffer()));
    const disk = new Disk(person, 'relaxed');
    const whole = new Y.Doc();
    const map = whole.getMap<Message & { seq: number }>('messages');
    let messages = 0;
    for (const { doc, seq, parts, places } of segments) {
      const room = `chat/${chat}`;
      const snapshot = Y.mergeUpdates(parts);
      const held = await disk.docs.get(doc);
      if (!held) {
        await putWhole(disk, freshDoc(doc), seq, snapshot);
        await disk.places.bulkPut(places.map((place) => ({ ...place, room, doc, kind: 'message' as const })));
      }
      const segment = new Y.Doc();
      Y.applyUpdate(segment, snapshot);
      const seqs = new Map(places.map((place) => [place.id, place.seq]));
      for (const [id, message] of segment.getMap<Message>('messages'))
        map.set(id, { ...message, seq: seqs.get(id) ?? 0 });
      messages += places.length;
      segment.destroy();
    }
    disk.close();
    await storeWhole(Y.encodeStateAsUpdate(whole));
    return messages;
  },

  async openOurs(person, chat) {
    const began = performance.now();
    const device = await openDevice({ person, url: NO_LINE });
    const opened = performance.now();
    await settled();
    const asked = performance.now();
    const view = device.chat(chat);
    if (view.messages().length < SCREEN) {
      await new Promise<void>((done) => {
        const stop = device.subscribe(() => {
          if (view.messages().length < SCREEN) return;
          stop();
          done();
        });
      });
    }
    draw(view.messages().slice(-SCREEN));
    return until(asked, opened - began);
  },

  async openOneMap() {
    const began = performance.now();
    const db = await oneMap();
    const opened = performance.now();
    await settled();
    const asked = performance.now();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, await readWhole(db));
    const all = [...doc.getMap<Message & { seq: number }>('messages').values()];
    draw(all.sort((a, b) => a.seq - b.seq).slice(-SCREEN));
    return until(asked, opened - began);
  },
};

async function until(asked: number, openingMs: number): Promise<Opened> {
  const drawnMs = performance.now() - asked;
  return { drawnMs, paintedMs: openingMs + (await window.bench.painted(() => true)) - asked };
}

/** What else a start sets off is over: only the opening of the chat is measured. */
function settled(): Promise<unknown> {
  return new Promise((done) => setTimeout(() => requestIdleCallback(done), SETTLES_MS));
}

/** The same plain lines for both. */
function draw(lines: readonly Line[]): void {
  if (lines.length < SCREEN) throw new Error(`only ${lines.length} messages`);
  document.body.replaceChildren(
    ...lines.map(({ by, text }) => {
      const line = document.createElement('p');
      line.textContent = `${by}: ${text}`;
      return line;
    }),
  );
  scrollTo(0, document.body.scrollHeight);
}

async function storeWhole(bytes: Uint8Array): Promise<void> {
  const db = await oneMap();
  const transaction = db.transaction('docs', 'readwrite');
  transaction.objectStore('docs').put(bytes, 'chat');
  await new Promise((done) => {
    transaction.oncomplete = done;
  });
  db.close();
}

async function readWhole(db: IDBDatabase): Promise<Uint8Array> {
  const request = db.transaction('docs').objectStore('docs').get('chat');
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
}

function oneMap(): Promise<IDBDatabase> {
  const request = indexedDB.open(ONE_MAP);
  request.onupgradeneeded = () => void request.result.createObjectStore('docs');
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
