/** The answer to hello: which cached rooms changed, which are gone, and the heads of chats that are news. */
import { chatRoom, parseRoom, registryDoc, roomOf } from '#shared/school/names.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Hello } from '#shared/wire/frames.ts';
import type { ChatSummary } from '../store/marks.ts';
import type { Line } from './line.ts';
import type { LineGround } from './line-ground.ts';

export async function welcome(ground: LineGround, line: Line, hello: Hello): Promise<Uint8Array[]> {
  const { person } = line;
  const gone: string[] = [];
  const readable: Hello['rooms'] = [];
  for (const held of hello.rooms) {
    const may = parseRoom(held.room) && (await ground.rooms.mayRead(person, held.room)).ok;
    if (!may) gone.push(held.room);
    else readable.push(held);
    if (may) line.rooms.know(held.room);
  }
  const chats = ground.school.chatsOf(person);
  for (const chat of chats) line.rooms.know(chatRoom(chat));
  const rows = await ground.log.rooms([
    ...new Set([...readable.map(({ room }) => room), ...chats.map(chatRoom)]),
  ]);
  for (const { room, backed } of rows) noteBacked(ground, room, backed);
  const stored = new Map(rows.map((row) => [row.room, row]));
  const held = new Map(readable.map((room) => [room.room, room]));
  const changed = readable.filter(({ room, epoch, seq }) => {
    const row = stored.get(room);
    return row?.epoch !== epoch || row.seq !== seq;
  });
  const news = chats.filter(
    (chat) => (stored.get(chatRoom(chat))?.seq ?? 0) !== (held.get(chatRoom(chat))?.seq ?? 0),
  );
  const summaries = await ground.rows.summaries(news.map((chat) => ({ chat, person })));
  const frames = [
    encodeFrame({ kind: 'welcome', person, at: Date.now(), changed: changed.map(({ room }) => room), gone }),
    ...registryFrame(ground, person, await registrySeq(ground), hello.registry),
    ...summaries.map(headFrame),
  ];
  if (ground.rooms.isFull) frames.push(encodeFrame({ kind: 'notice', code: 'try-later' }));
  return frames;
}

/** A backup is made by another program while rooms are awake: whoever opens one now is told of it. */
function noteBacked(ground: LineGround, room: string, backed: number): void {
  const live = ground.rooms.awake(room)?.live;
  if (live) live.backed = backed;
}

/** The person's projection, unless the device holds the same. */
export function registryFrame(ground: LineGround, person: string, seq: number, held: number): Uint8Array[] {
  if (seq === held && seq > 0) return [];
  const projection = ground.school.projection(person);
  for (const [chat, entry] of Object.entries(projection?.chats ?? {})) {
    const { segment } = ground.rooms.places.firstOf(person, chatRoom(chat));
    if (segment > 1) entry.first = segment;
  }
  return projection ? [encodeFrame({ kind: 'registry', json: JSON.stringify({ ...projection, seq }) })] : [];
}

/** Sequence of the registry on disk. */
export async function registrySeq(ground: LineGround): Promise<number> {
  const [row] = await ground.log.rooms([roomOf(registryDoc(ground.school.org))]);
  return row?.seq ?? 0;
}

export function headFrame({ chat, seq, read, unread, last }: ChatSummary): Uint8Array {
  return encodeFrame({ kind: 'chat-head', chat, seq, read, unread, last });
}
