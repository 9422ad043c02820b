// What a case may ask of any server under load: ours, a peer, or the bare socket that shows the limit.
import type { MemoryUse } from '../support/server-process.ts';
import type { StoredDocument } from '../support/updates.ts';

export interface ServerKind {
  /** As the table and results.json call it. */
  readonly name: string;
  readonly role: 'ours' | 'peer' | 'limit';
  /** Keeps over a restart what it has taken. */
  readonly persistent: boolean;
  /** Whether and when it tells a writer that a message is safe. */
  readonly acks: 'durable' | 'memory' | 'none';
  /** Starts it on an empty or an earlier folder; `port` 0 takes a free one. */
  start(folder: string, plan: Plan, port?: number): Promise<RunningServer>;
}

/** The school of a run: so many chats, each with people of its own in seats 0…seats − 1. */
export interface Plan {
  readonly chats: number;
  readonly seats: number;
}

/** The one paper of a run belongs to chat 0 and is read by its people. */
export type Room = { readonly kind: 'chat'; readonly index: number } | { readonly kind: 'paper' };

export interface RunningServer {
  readonly port: number;
  /** Opens a connection of the person in a seat with one room open on it, holding nothing. */
  join(room: Room, seat: number, heard: Heard): Line;
  /** Writes a document through the front door; resolves when the server has taken all of it. */
  seed(document: LargeDocument): Promise<StoredDocument>;
  /** How long this server's own client waits before its `attempt`th try (from 0) to come back. */
  retryAfterMs(attempt: number): number;
  cpuSeconds(): Promise<number>;
  memory(): Promise<MemoryUse>;
  /** SIGKILL: the next start finds what was on disk. */
  kill(): Promise<void>;
}

/** Makes the document that a storm joins, written by the given Yjs client id. */
export type LargeDocument = (clientId: number) => StoredDocument;

export interface Heard {
  /** Messages `first` … `first + count − 1` of the person in a seat arrived live. */
  delivered?(seat: number, first: number, count: number): void;
  /** So many more of this line's messages are acknowledged, in the order they were sent. */
  acknowledged?(count: number): void;
  /** Content of the room arrived, as an answer or live. */
  content?(bytes: Uint8Array): void;
  /** The server said that everything it has of the room has been sent. */
  synced?(): void;
  closed?(): void;
}

export interface Line {
  /** Resolves when the server says the room is synced; rejects when the connection ends before. */
  readonly synced: Promise<void>;
  /** Makes this person's messages ready to send; call after `synced`. */
  compose(count: number): Promise<void>;
  /** Sends message `index` of the composed ones. */
  send(index: number): void;
  /** A new connection of the same person on `server`, where this line's messages can be sent (again). */
  again(server: RunningServer): Line;
  close(): Promise<void>;
}
