// Reads lib0's unsigned varints in place: the load client sees a million frames and may not spend the server's CPU.
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

export function readUint(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = cursor.bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
}

export function skipBytes(cursor: Cursor): void {
  const length = readUint(cursor);
  cursor.at += length;
}

export function readBytes(cursor: Cursor): Uint8Array {
  const length = readUint(cursor);
  const bytes = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return bytes;
}
