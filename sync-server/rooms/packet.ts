/**
 * A message as it goes over a WebSocket (RFC 6455: final, binary, not masked): made once for all who get the same
 * bytes, and written in one piece.
 */
export function packetOf(message: Uint8Array): Buffer {
  const { length } = message;
  const short = length < 126;
  const middle = length < 65_536;
  const at = short ? 2 : middle ? 4 : 10;
  const packet = Buffer.allocUnsafe(at + length);
  packet[0] = 0x82;
  packet[1] = short ? length : middle ? 126 : 127;
  if (!short && middle) packet.writeUInt16BE(length, 2);
  if (!middle) packet.writeBigUInt64BE(BigInt(length), 2);
  packet.set(message, at);
  return packet;
}
