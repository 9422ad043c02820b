/** Those that a device tells apart: it does without the sentences of all the others. */
export const SIGNED_OUT = 4401;
export const OLD_PROTOCOL = 4426;

/**
 * Why the relay closes a connection. 4400–4499: stay away until something changed; 4500–4599: come back with
 * backoff (the convention of y-websocket's provider, which a stock client follows by itself).
 */
export const CLOSE = {
  malformed: { code: 4400, comeBack: false, says: 'frame does not decode' },
  signedOut: { code: SIGNED_OUT, comeBack: false, says: 'session is missing, expired or ended' },
  refused: { code: 4403, comeBack: false, says: 'update refused' },
  unknownDocument: { code: 4404, comeBack: false, says: 'no such document, or not readable' },
  tooBig: { code: 4413, comeBack: false, says: 'frame is over the limit' },
  oldProtocol: {
    code: OLD_PROTOCOL,
    comeBack: false,
    says: 'protocol version is not spoken here; update the app',
  },
  foreignOrigin: { code: 4430, comeBack: false, says: 'origin is not this school' },
  tooMany: { code: 4529, comeBack: true, says: 'too many connections or frames' },
  slow: { code: 4508, comeBack: true, says: 'reads too slowly' },
  helloTimeout: { code: 4509, comeBack: true, says: 'no hello in time' },
  tryLater: { code: 4503, comeBack: true, says: 'cannot store now' },
  restarting: { code: 4512, comeBack: true, says: 'relay restarts' },
} as const;

export type CloseName = keyof typeof CLOSE;

/** A message too big for the socket itself: sent again it would be too big again. */
const MESSAGE_TOO_BIG = 1009;

/** Whether a client may reconnect after a close code; unknown codes and plain WebSocket codes may, but that one. */
export function mayComeBack(code: number): boolean {
  return code !== MESSAGE_TOO_BIG && (code < 4400 || code > 4499);
}
