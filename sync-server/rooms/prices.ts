/** What asks cost their person, beyond the one that each is. */
import { LIMITS } from '#shared/school/limits.ts';
import type { Hello, Open } from '#shared/wire/frames.ts';
import { LINE_LIMITS } from './limits.ts';

/** It is answered with all chats of its person, and each room that it names is looked up. */
export function helloPrice({ rooms }: Hello): number {
  return LINE_LIMITS.helloCosts + Math.floor(rooms.length / LINE_LIMITS.helloRoomsPerAsk);
}

/** Each document that is held may have to be read and sent: with many of them an open is many asks. */
export function openPrice({ held }: Open): number {
  return Math.max(1, Math.ceil(Math.min(held.length, LIMITS.docsPerOpenMax) / LINE_LIMITS.docsPerAsk));
}

/** What a device lacks of a document is merged for it, when it is the first that lacks just that. */
export function mergePrice(rows: number): number {
  return Math.floor(rows / LINE_LIMITS.rowsMergedPerAsk);
}

/** About what it holds while it waits. */
export function openBytes({ held }: Open): number {
  let bytes = 0;
  for (const { doc } of held) bytes += HELD_BYTES + doc.length;
  return bytes;
}

const HELD_BYTES = 64;
