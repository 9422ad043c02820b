// The messages of a chat as the bench's program writes them into a file for its page.
import * as decoding from 'lib0/decoding';

export interface StoredSegment {
  readonly doc: string;
  readonly seq: number;
  readonly parts: Uint8Array[];
  readonly places: { id: string; seq: number; at: number; by: string }[];
}

export function readSegments(bytes: Uint8Array): StoredSegment[] {
  const decoder = decoding.createDecoder(bytes);
  const segments: StoredSegment[] = [];
  while (decoding.hasContent(decoder)) {
    const doc = decoding.readVarString(decoder);
    const seq = decoding.readVarUint(decoder);
    const parts = many(decoder, () => decoding.readVarUint8Array(decoder).slice());
    const places = many(decoder, () => ({
      id: decoding.readVarString(decoder),
      seq: decoding.readVarUint(decoder),
      at: decoding.readVarUint(decoder),
      by: decoding.readVarString(decoder),
    }));
    segments.push({ doc, seq, parts, places });
  }
  return segments;
}

function many<Item>(decoder: decoding.Decoder, read: () => Item): Item[] {
  return Array.from({ length: decoding.readVarUint(decoder) }, read);
}
