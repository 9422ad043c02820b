// The bytes under load: the same for every server, from a seed.

import * as Y from 'yjs';
import { idOf, type Message } from '#shared/feed/shape.ts';
import { PAPER_SCHEMA } from '#shared/papers/shape.ts';
import { seededRandom } from './random.ts';
import { messageText, sentence } from './school-talk.ts';

/** One person's messages in a chat, in the product's shape: update i holds exactly the struct with clock i. */
export function messageUpdates(clientId: number, by: string, count: number): readonly Uint8Array[] {
  const writer = `${clientId} ${by}`;
  const known = messagesByWriter.get(writer);
  if (known && known.length >= count) return known;
  const updates = writeMessages(clientId, by, count);
  messagesByWriter.set(writer, updates);
  return updates;
}

/** A client id of the length that Yjs' own random ones have on the wire. */
export function clientIdOf(seat: number): number {
  return 0x40_00_00_00 + seat;
}

/** The person in a seat of a chat, by the name that the bench school gives. */
export function personIn(chat: string, seat: number): string {
  return `${chat}.${seat}`;
}

export interface StoredDocument {
  /** The updates it was written in, in order. */
  readonly parts: readonly Uint8Array[];
  /** The whole state in one update. */
  readonly whole: Uint8Array;
}

/** A paper of about `bytes` bytes, written by one person, forty paragraphs at a time. */
export function largePaper(clientId: number, bytes: number): StoredDocument {
  const random = seededRandom(LARGE_PAPER_SEED);
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const body = doc.getXmlFragment('body');
  const parts: Uint8Array[] = [];
  let written = 0;
  doc.on('update', (update: Uint8Array) => {
    parts.push(update);
    written += update.length;
  });
  while (written < bytes) {
    doc.transact(() => {
      if (written === 0) doc.getMap('paper').set('schema', PAPER_SCHEMA);
      body.push(Array.from({ length: PARAGRAPHS_PER_UPDATE }, () => paragraph(random)));
    });
  }
  return { parts, whole: Y.encodeStateAsUpdate(doc) };
}

const LARGE_PAPER_SEED = 2_000;
const PARAGRAPHS_PER_UPDATE = 40;
const FIRST_MESSAGE_AT = Date.UTC(2026, 4, 1);
const messagesByWriter = new Map<string, readonly Uint8Array[]>();

function writeMessages(clientId: number, by: string, count: number): Uint8Array[] {
  const random = seededRandom(clientId);
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const messages = doc.getMap('messages');
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let i = 0; i < count; i++) {
    const message: Message = { by, at: FIRST_MESSAGE_AT + i * 1_000, text: messageText(random) };
    messages.set(idOf(clientId, i + 1), message);
  }
  return updates;
}

function paragraph(random: () => number): Y.XmlElement {
  const element = new Y.XmlElement('paragraph');
  const text = new Y.XmlText();
  text.insert(0, `${sentence(random)} ${sentence(random)}`);
  element.insert(0, [text]);
  return element;
}
