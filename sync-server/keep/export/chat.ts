/** A chat as an export tells it: everything that its documents and the relay's rows know of each message. */
import type * as Y from 'yjs';
import { type Edit, type Message, type PaperEntry, splitKey } from '#shared/feed/shape.ts';
import type { Pin } from '#shared/pins/shape.ts';
import type { PlaceRow } from '../../store/log.ts';

export interface ExportedMessage {
  id: string;
  by: string;
  /** Name at the time of the export; null when the person's row is gone. */
  name: string | null;
  text: string;
  /** ISO 8601: the author's clock, and the relay's. */
  writtenAt: string;
  arrivedAt: string | null;
  /** Place in the order of arrival; null when the row is missing. */
  place: number | null;
  re?: string;
  paper?: { id: string; title: string; edit: string };
  /** Later texts, in order; the last one shows. */
  edits: { text: string; writtenAt: string; arrivedAt: string | null }[];
  reactions: { by: string; name: string | null; emoji: string }[];
  pinned?: { by: string; at: string };
}

export interface ExportedChat {
  format: 'parta-chat';
  version: 1;
  id: string;
  title: string;
  unit: string | null;
  exportedAt: string;
  messages: ExportedMessage[];
}

export interface Segment {
  doc: Y.Doc;
  places: readonly PlaceRow[];
}

export type NameOf = (person: string) => string | undefined;

/** Puts the segments of a chat together, in order of arrival. */
export function messagesOf(
  segments: readonly Segment[],
  pins: Y.Doc | undefined,
  nameOf: NameOf,
): ExportedMessage[] {
  const messages = new Map<string, ExportedMessage>();
  for (const { doc, places } of segments) {
    const rows = new Map(places.map((row) => [row.id, row]));
    const papers = doc.getMap('papers') as Y.Map<PaperEntry>;
    for (const [id, message] of doc.getMap('messages') as Y.Map<Message>) {
      const paper = message.paper === undefined ? undefined : papers.get(message.paper);
      messages.set(id, tell(id, message, rows.get(id), paper, nameOf));
    }
    addEdits(messages, doc, rows);
    addReactions(messages, doc, nameOf);
  }
  for (const [id, pin] of (pins?.getMap('pins') ?? new Map()) as Iterable<[string, Pin]>) {
    const message = messages.get(id);
    if (message) message.pinned = { by: pin.by, at: iso(pin.at) };
  }
  return [...messages.values()].sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity));
}

function tell(
  id: string,
  message: Message,
  row: PlaceRow | undefined,
  paper: PaperEntry | undefined,
  nameOf: NameOf,
): ExportedMessage {
  return {
    id,
    by: message.by,
    name: nameOf(message.by) ?? null,
    text: message.text,
    writtenAt: iso(message.at),
    arrivedAt: row ? iso(row.at) : null,
    place: row?.seq ?? null,
    ...(message.re === undefined ? {} : { re: message.re }),
    ...(message.paper === undefined
      ? {}
      : { paper: { id: message.paper, title: paper?.title ?? '', edit: paper?.edit ?? '' } }),
    edits: [],
    reactions: [],
  };
}

function addEdits(
  messages: ReadonlyMap<string, ExportedMessage>,
  doc: Y.Doc,
  rows: ReadonlyMap<string, PlaceRow>,
): void {
  const seqOf = (key: string) => rows.get(splitKey(key)?.rest ?? '')?.seq ?? Infinity;
  const edits = [...(doc.getMap('edits') as Y.Map<Edit>)].sort(([a], [b]) => seqOf(a) - seqOf(b));
  for (const [key, edit] of edits) {
    const { message, rest } = splitKey(key) ?? { message: '', rest: '' };
    const row = rows.get(rest);
    messages
      .get(message)
      ?.edits.push({ text: edit.text, writtenAt: iso(edit.at), arrivedAt: row ? iso(row.at) : null });
  }
}

function addReactions(messages: ReadonlyMap<string, ExportedMessage>, doc: Y.Doc, nameOf: NameOf): void {
  for (const [key, emoji] of doc.getMap('reactions') as Y.Map<string>) {
    const { message, rest } = splitKey(key) ?? { message: '', rest: '' };
    messages.get(message)?.reactions.push({ by: rest, name: nameOf(rest) ?? null, emoji });
  }
}

function iso(at: number): string {
  // The author's clock is theirs: it may say anything, also what no calendar holds.
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
