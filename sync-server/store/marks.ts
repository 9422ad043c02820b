/**
 * The marks port: how far people got and read in chats, and what a list of chats shows. Rows, because 1 500 readers
 * would make a document of client ids. All methods are async; a rejected promise means the storage is broken.
 */

export interface MarkRow {
  chat: string;
  person: string;
  /** Sequence of the chat's room up to which a device of the person holds it. */
  got: number;
  /** Sequence up to which the person has read it. */
  read: number;
}

export interface ChatSummary {
  chat: string;
  person: string;
  seq: number;
  read: number;
  /** Messages of others above `read`, counted up to UNREAD_MAX. */
  unread: number;
  last: { id: string; by: string; at: number; text: string } | undefined;
}

/** A badge shows «999+» above it; counting further costs and tells nothing. */
export const UNREAD_MAX = 1_000;

export interface Marks {
  /** Last sequence of a room on disk; 0 when there is none. */
  seqOf(room: string): Promise<number>;
  /** All marks of a chat. */
  marksOf(chat: string): Promise<MarkRow[]>;
  /** Keeps the maximum of what is stored and what is given. Durable before it resolves; rejects when fenced. */
  raise(rows: MarkRow[], fence: number): Promise<void>;
  /** Summaries of chats for persons, in the order asked. */
  summaries(asks: { chat: string; person: string }[]): Promise<ChatSummary[]>;
}
