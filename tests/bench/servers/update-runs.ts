// Which messages a Yjs update carries: a message is one struct, and its clock is its number.
import * as Y from 'yjs';
import { readUint } from './varint.ts';

/** Calls back for each writer in the update with the first clock and the count of structs. */
export function eachRun(
  update: Uint8Array,
  run: (clientId: number, first: number, count: number) => void,
): void {
  const cursor = { bytes: update, at: 0 };
  const writers = readUint(cursor);
  if (writers === 0) return;
  if (writers === 1) {
    const count = readUint(cursor);
    const clientId = readUint(cursor);
    run(clientId, readUint(cursor), count);
    return;
  }
  for (const [clientId, first, count] of runsOfMerged(update)) run(clientId, first, count);
}

type Run = readonly [clientId: number, first: number, count: number];

// A server that merges a burst sends the same bytes to all readers: one decoding serves them all.
const MERGED_REMEMBERED = 64;
const merged: { bytes: Uint8Array; runs: readonly Run[] }[] = [];

function runsOfMerged(update: Uint8Array): readonly Run[] {
  const known = merged.findLast((each) => Buffer.compare(each.bytes, update) === 0);
  if (known) return known.runs;
  const runs = Y.decodeUpdate(update).structs.map(({ id }): Run => [id.client, id.clock, 1]);
  merged.push({ bytes: Uint8Array.from(update), runs });
  if (merged.length > MERGED_REMEMBERED) merged.shift();
  return runs;
}
