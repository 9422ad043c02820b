/**
 * What the app sees of the device engine: plain values and promises, nothing of Yjs (but for a paper's binding) and
 * nothing of IndexedDB. Everything here answers from the device; the network only makes it newer.
 */

import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { PersonCard, Projection } from '#shared/registry/shape.ts';
import type { Matrix, PaperEdit } from '#shared/school/may.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { Duty, Role } from '#shared/school/roles.ts';
import type { PaperView } from './paper.ts';

/** Troubles of the device itself, beside the catalogue of refusals. */
export type DeviceCode =
  /** The browser's storage is full: nothing was kept, the text must stay in the composer. */
  | 'storage-full'
  /** IndexedDB failed or is closed: the same. */
  | 'storage-failed'
  /** This tab has no lease and cannot get one without a network (many tabs opened offline). */
  | 'no-lease'
  /** The message, chat or paper is not on this device. */
  | 'not-here';

/** Answer of every write. `ok` means: it is in IndexedDB, flushed; it will be sent whatever happens to the tab. */
export type Verdict = { ok: true; id: string } | { ok: false; code: RefusalCode | DeviceCode };

/** What a change was about: `line`, `projection`, `chats`, `unsent`, `refused`, `disk`, `me`, or the name of a room. */
export type Topic =
  | 'line'
  | 'projection'
  | 'chats'
  | 'unsent'
  | 'refused'
  | 'papers'
  | 'disk'
  | 'me'
  | `${string}/${string}`;
export type Listener = (topic: Topic) => void;

export interface LineState {
  /**
   * `offline`: no connection, trying again. `signed-out`: the session ended, the outbox is kept. `outdated`: this app
   * is too old for the relay, the outbox is kept. `stopped`: the relay sent this device away (its code stands in `code`).
   */
  at: 'offline' | 'connecting' | 'online' | 'signed-out' | 'outdated' | 'stopped';
  /** Since when, ms since 1970 by the device's clock. */
  since: number;
  /** The relay's disk is full: acks stop, writing goes on. */
  storing: boolean;
  code: number;
}

/**
 * State of the device's storage. `superseded`: another tab opened a newer database; this one must reload. `cleared`: the
 * browser emptied it under this tab, which alone knows what was not sent.
 */
export type DiskState = 'open' | 'superseded' | 'cleared' | 'full' | 'failed';

export interface Peek {
  /** '' when it was deleted and what stood before it is not known here. */
  id: string;
  by: string;
  at: number;
  /** First 120 characters; '' when it was deleted. */
  text: string;
}

export interface ChatRow {
  id: string;
  /** '' for a chat that has no title of its own (a direct one): the UI names it by its people. */
  title: string;
  unit: string | null;
  people: readonly string[];
  members: number;
  last: Peek | undefined;
  unread: number;
  unsent: number;
  refused: number;
  draft: string;
  /** Of the last message (arrived or own unsent), ms since 1970; 0 for none. */
  activeAt: number;
}

export type MessageState = 'queued' | 'sent' | 'delivered' | 'read';

export interface MessageView {
  id: string;
  by: string;
  mine: boolean;
  /** By the author's clock, ms since 1970. */
  at: number;
  /** When the relay took it; undefined while unsent. */
  arrivedAt: number | undefined;
  /** Place in the chat; undefined while unsent. */
  seq: number | undefined;
  text: string;
  edited: boolean;
  /** An own edit, reaction or deletion of it waits in the outbox. */
  pending: boolean;
  re: string | undefined;
  paper: PaperCard | undefined;
  /** Emoji → who reacted with it, in order of persons' ids. */
  reactions: readonly { emoji: string; by: readonly string[]; mine: boolean }[];
  pinned: boolean;
  state: MessageState;
  /** Written more than five minutes before it arrived: the UI shows both times. */
  late: boolean;
}

export interface PaperCard {
  id: string;
  title: string;
  by: string;
  edit: PaperEdit;
}

/** A paper as a list of all papers shows it. */
export interface PaperRow extends PaperCard {
  chat: string;
  /** When it was shared, ms since 1970. */
  at: number;
  /** The school has no such paper for this person; what they wrote in it came back to them. */
  left?: true;
}

export interface PinView {
  message: string;
  by: string;
  at: number;
  pending: boolean;
}

/** What a refusal left with its author. */
export interface RefusedDraft {
  id: string;
  room: string;
  /** What was meant, and its text ('' when it had none). */
  intent: Intent;
  text: string;
  code: RefusalCode;
  /** ms since 1970. */
  when: number;
}

/** The meaning of one act of a person: enough to make it again on another state. */
export type Intent =
  | { act: 'message.create'; id: string; at: number; text: string; re?: string }
  | {
      act: 'paper.create';
      id: string;
      at: number;
      text: string;
      paper: string;
      title: string;
      edit: PaperEdit;
    }
  | { act: 'message.edit'; message: string; id: string; at: number; text: string }
  | { act: 'message.delete'; message: string }
  | { act: 'reaction.set'; message: string; emoji: string }
  | { act: 'pin.set'; message: string; at: number }
  | { act: 'pin.remove'; message: string }
  | { act: 'paper.rights'; paper: string; title?: string; edit?: PaperEdit }
  /** Keystrokes: bytes alone. `schema`: the paper learns its schema, with its first words. */
  /** `near`: the text before it when it was written. */
  | { act: 'paper.write'; schema?: true; near?: string }
  /** `over`: what stood there when it was begun. */
  | { act: 'me.set'; root: 'settings' | 'drafts'; key: string; value: Plain | null; over?: Plain | undefined }
  | { act: 'role.set'; person: string; from: Role; to: Role; at: number }
  | { act: 'matrix.set'; chat: string; from: Matrix; to: Matrix; at: number }
  | { act: 'history.set'; chat: string; from: boolean; to: boolean; at: number }
  /** A duty is missing where there is none. */
  | { act: 'duty.set'; person: string; unit: string; from?: Duty; to?: Duty; at: number };

export type Plain = string | number | boolean | Plain[] | { [key: string]: Plain };

export interface Chat {
  readonly id: string;
  /** Messages by arrival, the unsent at the bottom. The same array until something of the chat changes. */
  messages(): readonly MessageView[];
  /** Whether the chat was read from disk (or the relay): before it, an empty list means «not known yet». */
  readonly ready: boolean;
  readonly hasOlder: boolean;
  /** Whether the first that is shown is where the person's reading begins: what stands before is hidden from them. */
  readonly beginsLate: boolean;
  /** Brings the segment before the oldest loaded one, from disk or relay. False: there is none, or it is out of reach now. */
  older(): Promise<boolean>;
  say(text: string, re?: string): Promise<Verdict>;
  edit(message: string, text: string): Promise<Verdict>;
  /** Deletes for all: one's own message, or another's for those who moderate. */
  remove(message: string): Promise<Verdict>;
  /** Sets one's reaction; '' takes it back. */
  react(message: string, emoji: string): Promise<Verdict>;
  pin(message: string): Promise<Verdict>;
  unpin(message: string): Promise<Verdict>;
  /** Makes a paper and shares it with the chat in one message. `id` of the verdict is the paper's. */
  createPaper(title: string, edit: PaperEdit): Promise<Verdict>;
  setPaperRights(paper: string, change: { title?: string; edit?: PaperEdit }): Promise<Verdict>;
  /** The person has seen everything up to this message (default: the last one). Never goes back. */
  markRead(message?: string): void;
  /** The first unread message when the chat was opened, for the «new» line. */
  readonly firstUnread: string | undefined;
  /** Of the messages that are there, and of those that are not loaded. */
  pins(): readonly PinView[];
  /** The id that a message has by now: one that was made without a lease got another. */
  idOf(message: string): string;
  /** Whether a message is known to be deleted; of one that is not loaded nothing is known. */
  isGone(message: string): boolean;
  /** Loads segments until the message is there; false when it is not found (deleted, not readable, offline). */
  find(message: string): Promise<boolean>;
  /** Whether the person may do it here now: for buttons. `message` where the act has a target. */
  may(act: ChatAct, message?: string): Verdict;
  /** Text of the unfinished message, kept on the device and shared with the person's other devices. */
  readonly draft: string;
  setDraft(text: string): void;
  /** What else of the person is unfinished, in any chat. */
  readonly drafts: Drafts;
  /** The screen left the chat; its documents may leave memory. */
  close(): void;
}

/** Unfinished words by name, kept on the device and shared with the person's other devices; '' for none. */
export interface Drafts {
  draft(name: string): string;
  setDraft(name: string, text: string): void;
  /** Words that are about to leave the composer: should the page go in this very moment, they are there. */
  hold(name: string): void;
  /** Of those that hold something, or held it: in no order, some twice. */
  draftNames(): string[];
}

export type ChatAct = 'say' | 'edit' | 'remove' | 'react' | 'pin' | 'createPaper';

/** Own text that a paper lost (swallowed, refused, or of an older epoch). */
export interface ReturnedPiece {
  id: string;
  paper: string;
  text: string;
  /** Text that stood before it, at most 60 characters. */
  near: string;
  /** `unsaved`: the page went before the disk had it. */
  why: 'swallowed' | 'refused' | 'epoch' | 'unsaved';
  code: RefusalCode | undefined;
  when: number;
}

/** Own copy of a paper with edits that were not taken. */
export interface PrivateCopy {
  id: string;
  paper: string;
  title: string;
  code: RefusalCode;
  when: number;
}

export interface Paper {
  readonly id: string;
  /** For the editor binding alone. Replaced (topic of the room fires, `doc` differs) when the replica was rebuilt. */
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly ready: boolean;
  readonly right: 'edit' | 'read' | 'none';
  /** Why it is not `edit`; undefined when it is. */
  readonly reason: RefusalCode | undefined;
  /** The chat it was shared with, as far as the device knows. */
  readonly chat: string | undefined;
  readonly card: PaperCard | undefined;
  /** Schema of the paper: `known` may be bound; `unknown` is shown as static text; `empty` has no content yet. */
  readonly schema: 'known' | 'unknown' | 'empty';
  /** Own edits not acknowledged yet. */
  readonly unsynced: number;
  /** Whether some of them are not on the disk yet. */
  readonly unsaved: boolean;
  /** The updates that made them, oldest first. */
  pending(): readonly Uint8Array[];
  returned(): readonly ReturnedPiece[];
  dismissReturned(id: string): Promise<void>;
  copies(): readonly PrivateCopy[];
  /** The copy as a document of its own, to show and to copy from. */
  openCopy(id: string): Promise<Y.Doc | undefined>;
  dismissCopy(id: string): Promise<void>;
  /** Writes the keystrokes of the last moment to disk now. */
  flush(): Promise<Verdict>;
  /** The same when the page may be going: what the disk then does not get comes back as a returned piece. */
  leave(): void;
  close(): void;
}

/** The person's own settings, across their devices. */
export interface Me {
  setting(key: string): Plain | undefined;
  settings(): Readonly<Record<string, Plain>>;
  set(key: string, value: Plain | null): Promise<Verdict>;
}

/** The registry on a device that edits it. Its wasm is loaded with the first call. */
export interface RegistryDesk {
  role(person: string): Role | undefined;
  matrix(chat: string): Matrix | undefined;
  duty(person: string, unit: string): Duty | undefined;
  /** Whether whoever joins a chat reads no earlier messages; undefined: no such chat. */
  hidesHistory(chat: string): boolean | undefined;
  setHistory(chat: string, to: boolean): Promise<Verdict>;
  setRole(person: string, to: Role): Promise<Verdict>;
  setMatrix(chat: string, to: Matrix): Promise<Verdict>;
  setDuty(person: string, unit: string, to: Duty | undefined): Promise<Verdict>;
  close(): void;
}

export interface Device {
  readonly person: string;
  /** Called after something changed, at most once per topic and task. */
  subscribe(listener: Listener): () => void;
  readonly line: LineState;
  readonly disk: DiskState;
  /** Intents in the outbox, of all tabs. */
  readonly unsent: number;
  /** What a person would count of them: each act once, each paper with edits once, drafts and settings not at all. */
  readonly unsentActs: number;
  /** Cached; undefined until the very first connection of this person on this device. */
  readonly projection: Projection | undefined;
  /** A person's card, from the projection. */
  who(person: string): PersonCard | undefined;
  /** By last activity, newest first. The same array until topic `chats` fires. */
  chats(): readonly ChatRow[];
  /** One object per chat while it is open; opening it again gives the same. */
  chat(id: string): Chat;
  /** Papers of the person's chats, as far as their messages were loaded here or the relay listed them; newest first. */
  papers(): readonly PaperRow[];
  /** Keeps what the relay lists. What this device holds of a chat itself is newer and stays. */
  keepPapers(listed: readonly PaperRow[]): Promise<void>;
  /** `View`: the class of paper.ts. Whoever shows papers brings it, so that a chat does without its code. */
  paper(id: string, View: typeof PaperView): Paper;
  /** Loads Automerge. Rejects when its files cannot be had (offline, never loaded). */
  registry(): Promise<RegistryDesk>;
  me(): Me;
  refused(): readonly RefusedDraft[];
  dismiss(id: string): Promise<void>;
  /** A refused text was taken back into a composer: once what stands there is kept, the draft goes. */
  reuse(id: string): Promise<void>;
  /**
   * Everything of this person on this device as JSON: chats, papers as text, unsent and refused work; where the storage
   * does not answer any more, what this tab has in memory.
   */
  exportAll(): Promise<string>;
  /**
   * Ends the use of this device by this person. `wait` resolves `unsent` when `count` changes are still unsent after a
   * flush, or `here` texts are on this device alone and will not be sent (refused, returned, too long to travel, or
   * perhaps lost by a restore; `papers`: titles of the papers among them);
   * `export` gives both as JSON and then discards; `discard` deletes. Local data goes unless `unsent`. A storage that
   * does not open cannot be emptied: `wait` resolves `stays`, and the others leave it as it is.
   */
  signOut(
    how: 'wait' | 'export' | 'discard',
  ): Promise<
    | { at: 'gone'; exported: string | undefined }
    | { at: 'unsent'; count: number; here: number; papers: string[] }
    | { at: 'stays' }
  >;
  /** Tries to connect now. */
  wake(): void;
  /** Saves what is in memory and lets go of database, line and locks. */
  close(): Promise<void>;
}
