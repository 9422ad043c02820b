/** A text that a paper lost, as the relay tells its author: with the words from this device where the relay has none. */
import { roomOf } from '#shared/school/names.ts';
import type { Swallowed } from '#shared/wire/frames.ts';
import type { Disk } from './disk.ts';
import { keepPiece } from './pieces.ts';
import { tailsOf } from './stored-doc.ts';
import { textOf } from './text.ts';

/** Inside a transaction on `outbox`, `tails`, `pieces`. `unknown`: nobody has the words any more. */
export async function storeLost(
  disk: Disk,
  frame: Swallowed,
): Promise<'kept' | 'known' | 'done' | 'unknown'> {
  const { doc, lease, clock, length, text } = frame;
  const room = roomOf(doc);
  const pending = await disk.outbox.where('room').equals(room).toArray();
  const held = [...(await tailsOf(disk, doc)), ...pending].map(({ bytes }) => bytes);
  const own = text || textOf(held, lease, clock, length);
  if (own === '') return 'unknown';
  const paper = room.slice(room.indexOf('/') + 1);
  const row = pending.find(({ bytes }) => textOf([bytes], lease, clock, 1) !== '');
  const seen = row?.intent.act === 'paper.write' ? (row.intent.near ?? '') : '';
  // The relay may find no place any more where this device saw one.
  return keepPiece(disk, paper, { ...frame, near: frame.near || seen }, own);
}
