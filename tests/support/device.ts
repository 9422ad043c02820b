/** A device of a named person in a test: a line, leases, and replicas that make real updates. */
import { inflateRawSync } from 'node:zlib';
import * as Y from 'yjs';
import { prepare } from '#server/judge/shape.ts';
import { idOf } from '#shared/feed/shape.ts';
import type { JudgedKind } from '#shared/ops/judge-ops.ts';
import { SHAPES } from '#shared/ops/shapes.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import type { Frame, Patch } from '#shared/wire/frames.ts';
import { connect, type TestLine } from './line.ts';

type Push = Extract<Frame, { kind: 'push' }>;

export class TestDevice {
  readonly person: string;
  readonly line: TestLine;
  readonly lease: number;
  readonly docs = new Map<string, Y.Doc>();
  readonly epochs = new Map<string, string>();
  readonly heads = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  #messages = 0;

  private constructor(person: string, line: TestLine, lease: number) {
    this.person = person;
    this.line = line;
    this.lease = lease;
  }

  /** Connects with a token and gets a lease, or goes on with one that it had. */
  static async start(relay: { origin: string }, token: string, lease?: number): Promise<TestDevice> {
    const line = await connect(relay, token);
    await line.next('welcome');
    if (lease === undefined) {
      line.say({ kind: 'lease-ask', count: 1 });
      lease = (await line.next('lease-grant')).leases[0] as number;
    }
    return new TestDevice(token.split('.')[0] as string, line, lease);
  }

  /** On a line that has said hello, whoever's it is, with a lease of its own. */
  static async on(line: TestLine): Promise<TestDevice> {
    const { person } = await line.next('welcome');
    line.say({ kind: 'lease-ask', count: 1 });
    return new TestDevice(person, line, (await line.next('lease-grant')).leases[0] as number);
  }

  /** The same line under a lease that was never used. */
  async withFreshLease(): Promise<TestDevice> {
    this.line.say({ kind: 'lease-ask', count: 1 });
    return new TestDevice(this.person, this.line, (await this.line.next('lease-grant')).leases[0] as number);
  }

  /** Leaves ids out that somebody else has made with this lease. */
  skipIds(to: number): void {
    this.#messages = to;
  }

  /** Opens a room, with its newest documents. */
  async open(room: string): Promise<Extract<Frame, { kind: 'room' }>> {
    this.line.say({ kind: 'open', room, epoch: '', held: [], newest: true });
    const state = await this.line.next('room', (frame) => frame.room === room);
    this.epochs.set(room, state.epoch);
    this.heads.set(room, state.head);
    this.#numbers.set(room, state.lasts.find((last) => last.lease === this.lease)?.n ?? 0);
    await this.line.settled();
    this.hear();
    return state;
  }

  /** Applies all patches and updates that arrived. */
  hear(): void {
    for (const frame of this.line.heard.splice(0)) {
      if (frame.kind === 'patch') Y.applyUpdate(this.doc(frame.doc), contentOf(frame), 'relay');
      else if (frame.kind === 'update') Y.applyUpdate(this.doc(frame.doc), frame.bytes, 'relay');
      else if (frame.kind === 'head') this.heads.set(frame.room, frame.head);
    }
  }

  doc(name: string): Y.Doc {
    let doc = this.docs.get(name);
    if (!doc) {
      doc = new Y.Doc();
      prepare(doc, SHAPES[parseDoc(name)?.kind as JudgedKind]);
      this.docs.set(name, doc);
    }
    return doc;
  }

  /** Makes a change and the push that carries it, without sending. */
  make(name: string, change: (doc: Y.Doc) => void): Push {
    const doc = this.doc(name);
    const updates: Uint8Array[] = [];
    const collect = (update: Uint8Array, origin: unknown) => {
      if (origin !== 'relay') updates.push(update);
    };
    const nobody = doc.clientID;
    doc.clientID = this.lease;
    doc.on('update', collect);
    doc.transact(() => change(doc));
    doc.off('update', collect);
    // Yjs gives up a client id that it meets from outside.
    doc.clientID = nobody;
    return this.wrap(name, Y.mergeUpdates(updates));
  }

  /** The push of given bytes, under the next number. */
  wrap(name: string, bytes: Uint8Array): Push {
    const room = roomOf(name);
    const n = (this.#numbers.get(room) ?? 0) + 1;
    this.#numbers.set(room, n);
    const epoch = this.epochs.get(room) ?? '';
    return { kind: 'push', doc: name, epoch, lease: this.lease, n, replaces: { lease: 0, n: 0 }, bytes };
  }

  /** A message in the open segment of a chat, not sent yet. */
  message(chat: string, text: string, at = Date.now()): Push & { id: string } {
    const id = idOf(this.lease, ++this.#messages);
    const name = `chat/${chat}/feed/${this.heads.get(`chat/${chat}`) ?? 1}`;
    const push = this.make(name, (doc) => doc.getMap('messages').set(id, { by: this.person, at, text }));
    return { ...push, id };
  }

  /** Sends a push and waits for its answer. */
  async send(push: Push): Promise<Extract<Frame, { kind: 'ack' | 'refuse' }>> {
    const { lease, n } = push;
    this.line.say(push);
    const answer = await this.line.nextOf(
      `an answer to ${n}`,
      (frame) => (frame.kind === 'ack' || frame.kind === 'refuse') && frame.lease === lease && frame.n === n,
    );
    return answer as Extract<Frame, { kind: 'ack' | 'refuse' }>;
  }

  texts(chat: string, segment = this.heads.get(`chat/${chat}`) ?? 1): string[] {
    const messages = this.doc(`chat/${chat}/feed/${segment}`).getMap<{ text: string }>('messages');
    return [...messages.values()].map(({ text }) => text).sort();
  }
}

export function contentOf(patch: Patch): Uint8Array {
  return patch.deflated ? inflateRawSync(patch.bytes) : patch.bytes;
}
