/** Where a paper belongs, as far as this device knows. Code of papers: a chat does without it. */
import type { Projection } from '#shared/registry/shape.ts';
import type { PaperPlace } from '#shared/school/may.ts';
import { chatRoom } from '#shared/school/names.ts';
import { chatPlace } from './acts.ts';
import type { RoomCopy } from './copy.ts';
import type { PaperCard, PaperRow } from './types.ts';

type Copies = ReadonlyMap<string, RoomCopy>;
/** What is known of papers without their chats. */
export interface Shelved {
  readonly projection: Projection | undefined;
  readonly papers: readonly PaperRow[];
}
interface Around {
  copies: Copies;
  shelf: Shelved;
}

/** The chat that a paper was shared with. */
export function chatOfPaper({ copies, shelf }: Around, id: string): string | undefined {
  for (const [room, copy] of copies) if (copy.paper(id)) return room.slice(5);
  return shelf.papers.find((paper) => paper.id === id)?.chat || undefined;
}

/** The place of a paper for the rules, and its card; undefined while its chat is not known. */
export function placeOfPaper(around: Around, id: string): { place: PaperPlace; card: PaperCard } | undefined {
  const { copies, shelf } = around;
  const chat = chatOfPaper(around, id);
  const place = chat === undefined ? undefined : chatPlace(shelf.projection, chat);
  if (chat === undefined || !place) return undefined;
  const listed = shelf.papers.find((paper) => paper.id === id);
  const entry = copies.get(chatRoom(chat))?.paper(id) ?? (listed?.left ? undefined : listed);
  if (!entry) return undefined;
  const { title, by, edit } = entry;
  return { place: { kind: 'paper', chat: place, owner: by, edit }, card: { id, title, by, edit } };
}
