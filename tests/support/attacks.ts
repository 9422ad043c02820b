/** Every hostile update we know of, as data: the judge's tests and the relay's replay the same list. */
import type { Attack } from './attacks/attack.ts';
import { BYTES } from './attacks/bytes.ts';
import { DELETES } from './attacks/deletes.ts';
import { FEED } from './attacks/feed.ts';
import { LEASES } from './attacks/leases.ts';
import { PAPERS, PINS } from './attacks/pins-and-papers.ts';
import { PLACES } from './attacks/places.ts';

export const ATTACKS: readonly Attack[] = [
  ...BYTES,
  ...LEASES,
  ...PLACES,
  ...DELETES,
  ...FEED,
  ...PINS,
  ...PAPERS,
];
