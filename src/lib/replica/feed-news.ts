/** What the bytes of a feed bring that the disk and the list of chats have to know. */
import { parseDoc } from '#shared/school/names.ts';
import type { PlaceRow } from './disk.ts';
import { type Created, type FeedNews, readFeed } from './ydoc.ts';

export function isFeed(doc: string): boolean {
  return parseDoc(doc)?.kind === 'feed';
}

/** Nothing for another kind of document. */
export function newsOf(doc: string, bytes: Uint8Array): FeedNews {
  return isFeed(doc) && bytes.length > 0 ? readFeed(bytes) : { created: [], papers: false, holdsDead: false };
}

export function placeOf(room: string, doc: string, made: Created, seq: number, at: number): PlaceRow {
  return { room, id: made.id, doc, kind: made.kind, seq, at, by: made.message?.by ?? '' };
}

/** Messages that were edited. */
export const editedIn = (created: readonly Created[]): string[] => created.flatMap(({ of }) => of ?? []);
