/**
 * 32-bit FNV-1a of an intent's bytes. Tells a restored or cloned device that the relay holds another intent under
 * its number; it protects the device from itself and is no defence against forgery.
 */
export function digest(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

/** What a store keeps of the digests of a lease's older intents: a clone is told from its twin by far less. */
export const SHORT_DIGEST_BYTES = 3;
export const SHORT_DIGEST_MASK = 2 ** (8 * SHORT_DIGEST_BYTES) - 1;

/** The short form of a digest. */
export function shortDigest(sum: number): number {
  return sum & SHORT_DIGEST_MASK;
}
