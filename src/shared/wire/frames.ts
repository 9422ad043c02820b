/**
 * Frames of the line: one WebSocket per browser and person, all rooms multiplexed. How they lie in bytes: codec.ts;
 * docs/protocol.md tells the conversation.
 */

export interface Hello {
  kind: 'hello';
  protocol: number;
  app: string;
  /** Rooms cached on the device, with what it holds of them. */
  rooms: { room: string; epoch: string; seq: number }[];
  /** Sequence of the projection that the device holds, 0 for none. */
  registry: number;
}
export interface LeaseAsk {
  kind: 'lease-ask';
  count: number;
}
export interface Open {
  kind: 'open';
  room: string;
  /** '' when the device holds nothing. */
  epoch: string;
  /** Documents held, each with the sequence up to which it is confirmed. */
  held: { doc: string; seq: number }[];
  /** Whether to send the newest segment and the pins (a paper's or registry's document) when not held. */
  newest: boolean;
}
export interface Pull {
  kind: 'pull';
  doc: string;
  epoch: string;
  seq: number;
}
export interface Push {
  kind: 'push';
  doc: string;
  epoch: string;
  lease: number;
  n: number;
  /** On the first intent of a fresh lease in this room: the lease it replaces and the last number known; 0, 0 for none. */
  replaces: { lease: number; n: number };
  bytes: Uint8Array;
}
export interface Shut {
  kind: 'shut';
  room: string;
}
export interface Aware {
  kind: 'aware';
  doc: string;
  bytes: Uint8Array;
}
/** The device holds (`got`) or its person has read (`read`) the chat up to these sequences. */
export interface Mark {
  kind: 'mark';
  chat: string;
  got: number;
  read: number;
}
export interface Find {
  kind: 'find';
  chat: string;
  id: string;
}
export interface Ping {
  kind: 'ping';
}
/** The person has dealt with returned text of theirs (put it back, or away): no device has to be told of it again. */
export interface Took {
  kind: 'took';
  doc: string;
  lease: number;
  clock: number;
  length: number;
}
export type ClientFrame = Hello | LeaseAsk | Open | Pull | Push | Shut | Aware | Mark | Find | Ping | Took;

export interface Welcome {
  kind: 'welcome';
  person: string;
  /** Relay's clock, ms since 1970. */
  at: number;
  /** Rooms of the hello whose epoch or sequence differ (pull them), and those that are no longer readable (purge). */
  changed: string[];
  gone: string[];
}
export interface LeaseGrant {
  kind: 'lease-grant';
  leases: number[];
}
export interface RoomState {
  kind: 'room';
  room: string;
  epoch: string;
  seq: number;
  /** Sequence up to which every earlier epoch is held; what a device has above it may be lost here. 0 for a first epoch. */
  since: number;
  /** The open segment of a chat; 0 for other rooms. */
  head: number;
  /** The last accepted number of each lease of this person in the room; what of lease 0 stands there: backed.ts. */
  lasts: { lease: number; n: number; digest: number; closed: boolean }[];
}
/** Where and when a message (or edit) arrived. `id` as in the feed. */
export interface PlaceEntry {
  id: string;
  seq: number;
  at: number;
}
/** Content of a document: everything above `from` (0: the whole of it) up to `seq`. */
export interface Patch {
  kind: 'patch';
  doc: string;
  epoch: string;
  from: number;
  seq: number;
  places: PlaceEntry[];
  /** `bytes` are compressed (raw deflate: node's `inflateRaw`, the browser's `deflate-raw`). */
  deflated: boolean;
  /** Yjs V1 update, or Automerge save / changes for a registry. Empty when the document has no content. */
  bytes: Uint8Array;
}
/** One accepted intent, live. Places follow from `seq`, `at` and the ids it creates. */
export interface Update {
  kind: 'update';
  doc: string;
  seq: number;
  at: number;
  lease: number;
  n: number;
  bytes: Uint8Array;
}
export interface Ack {
  kind: 'ack';
  room: string;
  lease: number;
  n: number;
  seq: number;
  at: number;
}
export interface Refuse {
  kind: 'refuse';
  room: string;
  lease: number;
  n: number;
  code: string;
}
/** A chat's open segment moved. */
export interface Head {
  kind: 'head';
  room: string;
  head: number;
}
/** Summary of a chat for the list: sent after welcome and when nothing of it is open. `text` is cut to 120 characters. */
export interface ChatHead {
  kind: 'chat-head';
  chat: string;
  seq: number;
  read: number;
  unread: number;
  last: { id: string; by: string; at: number; text: string } | undefined;
}
/** How far others got and read in a chat (the largest of the others), and how far the own person read. */
export interface Marks {
  kind: 'marks';
  chat: string;
  got: number;
  read: number;
  mine: number;
}
/** The person's projection of the registry, JSON (src/shared/registry/shape.ts). */
export interface RegistryFrame {
  kind: 'registry';
  json: string;
}
/** No longer readable: drop its copy, projections and search index; never the outbox. */
export interface Purge {
  kind: 'purge';
  room: string;
}
export interface Found {
  kind: 'found';
  chat: string;
  id: string;
  /** '' when there is none. */
  doc: string;
  seq: number;
}
/** Text of this person's lease that arrived dead or died unnamed by the update that killed it. */
export interface Swallowed {
  kind: 'swallowed';
  doc: string;
  lease: number;
  clock: number;
  length: number;
  /** The text, as far as the relay still had it; '' when the device has to take it from its own copy. */
  text: string;
  /** Text of the living neighbour before it, at most 60 characters. */
  near: string;
}
export interface Notice {
  kind: 'notice';
  code: 'try-later' | 'storing-again';
}
export interface Pong {
  kind: 'pong';
}
export type RelayFrame =
  | Welcome
  | LeaseGrant
  | RoomState
  | Patch
  | Update
  | Ack
  | Refuse
  | Head
  | ChatHead
  | Marks
  | RegistryFrame
  | Purge
  | Found
  | Swallowed
  | Notice
  | Pong
  | Aware;

export type Frame = ClientFrame | RelayFrame;
export type Kind = Frame['kind'];
