// What is judged: documents as the product keeps them, and the updates that people's devices would send.

import * as Y from 'yjs';
import { idOf, type Message } from '#shared/feed/shape.ts';
import { PAPER_SCHEMA } from '#shared/papers/shape.ts';
import { seededRandom } from '../support/random.ts';
import { messageText, sentence } from '../support/school-talk.ts';

export interface Workload {
  readonly kind: 'feed' | 'paper';
  /** The document before, as one update. */
  readonly base: Uint8Array;
  /** Messages in `base`. */
  readonly baseMessages: number;
  /** Lease and person that write `updates`. */
  readonly lease: number;
  readonly person: string;
  readonly updates: readonly Uint8Array[];
  /** Numbered intents of a device; else what a stock client sends, which has the larger size cap. */
  readonly numbered: boolean;
  /** So many fresh documents make one sample: a sample is long enough for the clock, a document no longer than real. */
  readonly documentsPerSample: number;
}

export const WORKLOADS = { message, keystroke, batch } satisfies Record<string, () => Workload>;
export type WorkloadName = keyof typeof WORKLOADS;

const LEASE = 0x40_00_10_00;
const PERSON = 'masha';
const AUTHORS = 24;
const SEGMENT_MESSAGES = 250;
const SINGLE_MESSAGES = 200;
const BATCH_MESSAGES = 1_000;
const PARAGRAPHS = 1_000;
const TYPING_RUNS = 150;
const KEYS_PER_RUN = 20;
const BACKSPACE_EVERY = 8;
const TYPED = 'оеаинтсрвл';
const STARTED_AT = Date.UTC(2026, 4, 1, 8);

/** One message after another into a half-full segment of a class. */
function message(): Workload {
  const base = segment();
  const updates = recorded(base, (doc) => {
    for (let n = 1; n <= SINGLE_MESSAGES; n++) say(doc, n);
  });
  return {
    kind: 'feed',
    base,
    baseMessages: SEGMENT_MESSAGES,
    lease: LEASE,
    person: PERSON,
    updates,
    numbered: true,
    documentsPerSample: 15,
  };
}

/** What was written in a week without a network, in the one update that a stock client makes of it. */
function batch(): Workload {
  const base = segment();
  const doc = load(base);
  const before = Y.encodeStateVector(doc);
  doc.clientID = LEASE;
  for (let n = 1; n <= BATCH_MESSAGES; n++) say(doc, n);
  const updates = [Y.encodeStateAsUpdate(doc, before)];
  return {
    kind: 'feed',
    base,
    baseMessages: SEGMENT_MESSAGES,
    lease: LEASE,
    person: PERSON,
    updates,
    numbered: false,
    documentsPerSample: 10,
  };
}

/** Typing here and there in a long paper, every eighth key a backspace. */
function keystroke(): Workload {
  const random = seededRandom(31);
  const base = paper(random);
  const updates = recorded(base, (doc) => {
    const body = doc.getXmlFragment('body');
    for (let run = 0; run < TYPING_RUNS; run++) {
      const text = (body.get(Math.floor(random() * PARAGRAPHS)) as Y.XmlElement).get(0) as Y.XmlText;
      let at = 1 + Math.floor(random() * (text.length - 1));
      for (let key = 1; key <= KEYS_PER_RUN; key++) {
        if (key % BACKSPACE_EVERY === 0) text.delete(--at, 1);
        else text.insert(at++, TYPED[key % TYPED.length] ?? '');
      }
    }
  });
  return {
    kind: 'paper',
    base,
    baseMessages: 0,
    lease: LEASE,
    person: PERSON,
    updates,
    numbered: true,
    documentsPerSample: 1,
  };
}

function segment(): Uint8Array {
  const random = seededRandom(7);
  const doc = new Y.Doc();
  const counts = new Map<number, number>();
  for (let i = 0; i < SEGMENT_MESSAGES; i++) {
    const author = Math.floor(random() ** 1.5 * AUTHORS);
    const n = (counts.get(author) ?? 0) + 1;
    counts.set(author, n);
    const lease = 0x40_00_00_00 + author;
    doc.clientID = lease;
    const said: Message = { by: `p${author}`, at: STARTED_AT + i * 60_000, text: messageText(random) };
    doc.getMap('messages').set(idOf(lease, n), said);
  }
  return Y.encodeStateAsUpdate(doc);
}

function paper(random: () => number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 0x40_00_00_00;
  doc.transact(() => {
    doc.getMap('paper').set('schema', PAPER_SCHEMA);
    const body = doc.getXmlFragment('body');
    for (let i = 0; i < PARAGRAPHS; i++) {
      const element = new Y.XmlElement('paragraph');
      const text = new Y.XmlText();
      body.push([element]);
      element.insert(0, [text]);
      text.insert(0, `${sentence(random)} ${sentence(random)}`);
      if (i % 5 === 0) text.format(0, 8, { bold: {} });
    }
  });
  return Y.encodeStateAsUpdate(doc);
}

function say(doc: Y.Doc, n: number): void {
  const said: Message = { by: PERSON, at: STARTED_AT + n * 1_000, text: messageText(seededRandom(n)) };
  doc.getMap('messages').set(idOf(LEASE, n), said);
}

function load(base: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, base);
  return doc;
}

function recorded(base: Uint8Array, write: (doc: Y.Doc) => void): Uint8Array[] {
  const doc = load(base);
  const updates: Uint8Array[] = [];
  doc.clientID = LEASE;
  doc.on('update', (update: Uint8Array) => updates.push(update));
  write(doc);
  return updates;
}
