import { idOf } from '#shared/feed/shape.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import { type Id, value, type Write } from '../craft.ts';
import { AT, clockOf, type Scene, type SceneKind, type Who } from '../scene.ts';

/** A hostile update: who sends it where, how it is made for a scene, and the rule that must stop it. */
export interface Attack {
  name: string;
  /** Id of the rule in src/shared/RULES.md. */
  rule: string;
  doc: SceneKind;
  /** Petya unless said otherwise. */
  by?: Who;
  build(scene: Scene): Uint8Array;
  code: RefusalCode;
}

/** What an attack on a document needs to know of Petya's hand. */
export interface Hand {
  lease: number;
  clock: number;
  /** The last id of Petya's lease in the document. */
  last: Id;
  /** A message, edit or paper id of Petya's that nobody has used. */
  fresh(n?: number): string;
  /** Id of the n-th struct of the update itself. */
  own(n: number): Id;
}

export function hand(scene: Scene, kind: SceneKind, who: Who = 'petya'): Hand {
  const lease = scene.leases[who];
  const clock = clockOf(scene, kind, who);
  return {
    lease,
    clock,
    last: [lease, clock - 1],
    fresh: (n = 0) => idOf(lease, 100 + n),
    own: (n) => [lease, clock + n],
  };
}

/** An honest-looking message of Petya's. */
export const words = (text = 'привет', more: object = {}): object => ({ by: 'petya', at: AT, text, ...more });

/** A struct that sets a key of a root map which nothing was written under. */
export const set = (root: string, key: string, what: unknown): Write => value(what, { root, sub: key });
/** The same over the key's present item. */
export const over = (last: Id, what: unknown): Write => value(what, { left: last });
