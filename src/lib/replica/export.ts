/** Everything of a person on this device in a form that outlives the app: plain JSON. */

import type * as Y from 'yjs';
import type { Edit, Message } from '#shared/feed/shape.ts';
import type { Projection } from '#shared/registry/shape.ts';
import { parseDoc, roomOf } from '#shared/school/names.ts';
import type { RoomCopy } from './copy.ts';
import type { Disk, DocRow, OutRow, PlaceRow } from './disk.ts';
import { doubtedWords } from './doubted.ts';
import { lastEdits } from './last-edits.ts';
import type { Shelf } from './shelf.ts';
import { partsOf, tailsOf } from './stored-doc.ts';
import { allText } from './text.ts';
import type { Device, Drafts } from './types.ts';
import { unheldNotes } from './unheld-notes.ts';
import { unsharedDrafts } from './unshared-drafts.ts';
import { docOf } from './ydoc.ts';

/** Only what is in the outbox or came back from it. */
export async function exportUnsent(disk: Disk, person: string): Promise<string> {
  return JSON.stringify(await unsentOf(disk, person), null, 2);
}

export async function exportEverything(
  disk: Disk,
  person: string,
  projection: Projection | undefined,
): Promise<string> {
  // An id may be called as what every object has.
  const chats: Record<string, unknown[]> = Object.create(null);
  const papers: Record<string, unknown> = Object.create(null);
  const docs: DocRow[] = await disk.docs.toArray();
  for (const row of docs) {
    const parsed = parseDoc(row.doc);
    if (parsed?.kind === 'feed') {
      const before = chats[parsed.chat] ?? [];
      const places: PlaceRow[] = await disk.places.where('doc').equals(row.doc).toArray();
      chats[parsed.chat] = [...before, ...messagesOf(await read(disk, row), places, projection)];
    } else if (parsed?.kind === 'paper') {
      const body = (await read(disk, row)).getXmlFragment('body');
      papers[parsed.paper] = { xml: body.toString() };
    }
  }
  // What is not shown any more, and may have to be said again.
  const acknowledged = (await disk.acked.toArray()).map(({ room, intent, aside }) => ({
    ...{ room, intent },
    ...(aside && { text: allText([aside.bytes]) }),
  }));
  return JSON.stringify({ person, chats, papers, ...(await unsentOf(disk, person)), acknowledged }, null, 2);
}

/** What a tab has in memory: its storage does not answer any more. */
export function exportHeld(
  { person, projection }: Pick<Device, 'person' | 'projection'>,
  { waiting, refused }: Pick<Shelf, 'waiting' | 'refused'>,
  copies: ReadonlyMap<string, RoomCopy>,
  drafts: Drafts,
): string {
  const chats: Record<string, object[]> = Object.create(null);
  const papers: Record<string, object> = Object.create(null);
  for (const { docs, places } of copies.values())
    for (const [name, doc] of docs) {
      const parsed = parseDoc(name);
      if (parsed?.kind === 'feed') {
        const before = chats[parsed.chat] ?? [];
        chats[parsed.chat] = [...before, ...messagesOf(doc, [...places.values()], projection)];
      } else if (parsed?.kind === 'paper')
        papers[parsed.paper] = { xml: doc.getXmlFragment('body').toString() };
    }
  const begun = [...new Set(drafts.draftNames())].map((name) => ({ name, text: drafts.draft(name) }));
  const held = {
    ...{ person, chats, papers },
    unsent: waiting.map(({ room, intent, at }) => ({ room, at, intent })),
    drafts: begun.filter(({ text }) => text !== ''),
    refused: refused.map(({ room, intent, code, when }) => ({ room, intent, code, when })),
  };
  return JSON.stringify(held, null, 2);
}

async function unsentOf(disk: Disk, person: string): Promise<object> {
  const rows: OutRow[] = await disk.outbox.orderBy('id').toArray();
  const keys = rows.filter(({ intent }) => intent.act === 'paper.write');
  const refused = await disk.refused.toArray();
  return {
    unsent: rows
      .filter(({ intent }) => intent.act !== 'paper.write')
      .map(({ room, intent, at }) => ({ room, at, intent })),
    unsentInPapers: [...new Set(keys.map(({ room }) => room))].map((room) => ({
      room,
      text: allText(keys.filter((row) => row.room === room).map(({ bytes }) => bytes)),
    })),
    drafts: await unsharedDrafts(disk.kv),
    noted: await unheldNotes(disk, person),
    refused: refused.map(({ room, intent, code, when }) => ({ room, intent, code, when })),
    returned: (await disk.pieces.toArray()).filter((piece) => piece.text !== ''),
    perhapsLost: await doubtedWords(disk),
    privateCopies: (await disk.copies.toArray()).map(({ paper, when, bytes }) => {
      const body = docOf(`paper/${paper}`, [bytes]).getXmlFragment('body');
      return { paper, when, xml: body.toString() };
    }),
  };
}

/** As on screen: by arrival, each with the edit that arrived last. */
function messagesOf(doc: Y.Doc, places: readonly PlaceRow[], projection: Projection | undefined): object[] {
  const seqs = new Map(places.map(({ id, seq }) => [id, seq]));
  const edits = lastEdits(doc.getMap<Edit>('edits'), (id) => seqs.get(id));
  const people = projection?.people ?? {};
  const nameOf = (by: string) => (Object.hasOwn(people, by) ? people[by]?.name : undefined);
  const seqOf = (id: string) => seqs.get(id) ?? Number.MAX_SAFE_INTEGER;
  return [...doc.getMap<Message>('messages')]
    .sort(([a, one], [b, other]) => seqOf(a) - seqOf(b) || one.at - other.at)
    .map(([id, { by, at, text, re, paper }]) => ({
      ...{ id, by, name: nameOf(by), at: new Date(at).toISOString() },
      ...{ text: edits.get(id)?.text ?? text, re, paper },
    }));
}

async function read(disk: Disk, row: DocRow): Promise<Y.Doc> {
  const own: OutRow[] = await disk.outbox.where('room').equals(roomOf(row.doc)).sortBy('id');
  const pending = own.filter(({ doc }) => doc === row.doc).map(({ bytes }) => bytes);
  return docOf(row.doc, [...partsOf(row, await tailsOf(disk, row.doc)), ...pending]);
}
