/**
 * A chat that hides its history begins a new segment when somebody joins it. That is on disk before the change that lets
 * them in, so there is no moment at which they may read what was written before.
 */
import { chatRoom, feedDoc, parseRoom } from '#shared/school/names.ts';
import { encodeFrame } from '#shared/wire/codec.ts';
import type { Join } from '../registry/school.ts';
import type { Log } from '../store/log.ts';
import type { Live } from './live.ts';
import type { Places } from './places.ts';

interface Ground {
  log: Pick<Log, 'begin'>;
  places: Places;
  fence: number;
}

interface Beginning {
  persons: string[];
  hides: boolean;
}

/** Chats that have to do with it, and who comes. Into one that hides nothing only those matter who once read a part. */
export function beginnings(joins: readonly Join[], places: Places): Map<string, Beginning> {
  const found = new Map<string, Beginning>();
  for (const { chat, person, hidesHistory } of joins) {
    const room = chatRoom(chat);
    if (!hidesHistory && places.firstOf(person, room).segment === 1) continue;
    const beginning = found.get(room) ?? { persons: [], hides: hidesHistory };
    beginning.persons.push(person);
    found.set(room, beginning);
  }
  return found;
}

/**
 * What these persons read of the chat begins with its open segment, a new one unless nothing stands in it; of a chat that
 * hides nothing, with the first. The frame that tells of a new one.
 */
export async function beginPart(
  { log, places, fence }: Ground,
  live: Live,
  persons: readonly string[],
  hides: boolean,
): Promise<Uint8Array | undefined> {
  const name = parseRoom(live.room);
  if (name?.kind !== 'chat') throw new Error('only chats have parts');
  const isFresh = !live.touched.has(feedDoc(name.chat, live.head));
  const segment = hides ? live.head + (isFresh ? 0 : 1) : 1;
  await log.begin(live.room, segment, [...persons], fence);
  places.begun(live.room, persons, { segment, seq: live.seq });
  if (segment <= live.head) return undefined;
  live.head = segment;
  return encodeFrame({ kind: 'head', room: live.room, head: segment });
}
