/** Every hostile update we know of, as data: the judge's tests and the relay's replay the same list. */
import type { Attack } from './attacks/attack.ts';
import { BYTES } from './attacks/bytes.ts';
import { DELETES } from './attacks/deletes.ts';
import { FEED } from './attacks/feed.ts';
import { LEASES } from './attacks/leases.ts';
import { NEIGHBOURS } from './attacks/neighbours.ts';
import { PAPERS, PINS } from './attacks/pins-and-papers.ts';
import { PLACES } from './attacks/places.ts';
import { SHARES } from './attacks/shares.ts';
import { SIZES } from './attacks/sizes.ts';
import { STRUCTS } from './attacks/structs.ts';
import { VALUES } from './attacks/values.ts';

export const ATTACKS: readonly Attack[] = [
  ...BYTES,
  ...STRUCTS,
  ...SIZES,
  ...VALUES,
  ...LEASES,
  ...PLACES,
  ...NEIGHBOURS,
  ...DELETES,
  ...FEED,
  ...SHARES,
  ...PINS,
  ...PAPERS,
];
