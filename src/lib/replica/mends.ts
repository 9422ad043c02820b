/** Which answers of the relay the device repairs alone, unseen: those that the catalogue marks so, without its sentences. */
const MENDS: ReadonlySet<string> = new Set([
  'wrong-epoch',
  'stale',
  'missing-deps',
  'segment-closed',
  'superseded',
  'try-later',
]);

/** `foreign-lease`: the relay forgot (or never knew) the lease; another one will do. */
export function mends(code: string): boolean {
  return code === 'foreign-lease' || MENDS.has(code);
}
