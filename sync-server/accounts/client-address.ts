/** The address of whoever asks: the socket's, or what a trusted proxy says about it. */

export interface Asked {
  /** Remote address of the socket; '' when unknown. */
  socket: string;
  /** `X-Forwarded-For`, as it came. */
  forwardedFor: string | undefined;
}

/**
 * A proxy appends the address it saw, so its word is the last entry; everything before it is the client's own
 * claim. Without a trusted proxy the header is ignored.
 */
export function clientAddress(asked: Asked, trustedProxies: readonly string[]): string {
  const socket = plain(asked.socket);
  if (!trustedProxies.includes(socket) || !asked.forwardedFor) return socket;
  const hops = asked.forwardedFor.split(',').map((hop) => plain(hop.trim()));
  for (const hop of hops.reverse()) if (hop !== '' && !trustedProxies.includes(hop)) return hop;
  return socket;
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
