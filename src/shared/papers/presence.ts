/** What a paper's readers tell each other beside its text: where their carets stand. */

import type { Json } from '../ops/op.ts';
import { isObject } from '../ops/values.ts';

/**
 * Whether a state of presence can be drawn: `cursor`, when there is one, is `{anchor, head}`, each a relative position
 * of Yjs as JSON in the paper's body, and `user`, when there is one, an object. One that cannot would break the
 * editor of everybody who has the paper on screen.
 */
export function presenceFits(state: Readonly<Record<string, unknown>>): boolean {
  const { cursor = null, user = {} } = state as Readonly<Record<string, Json>>;
  return (
    isObject(user) && (cursor === null || (isObject(cursor) && isSpot(cursor.anchor) && isSpot(cursor.head)))
  );
}

/** A relative position as `Y.relativePositionToJSON` makes it: beside an item, or at the end of a node or of the body. */
function isSpot(spot: Json | undefined): boolean {
  if (!isObject(spot)) return false;
  const { type = null, item = null, tname = null } = spot;
  const isSomewhere = type !== null || item !== null || tname !== null;
  return isSomewhere && isIdOrNone(type) && isIdOrNone(item) && (tname === null || tname === 'body');
}

function isIdOrNone(id: Json): boolean {
  return id === null || (isObject(id) && isCount(id.client) && isCount(id.clock));
}

function isCount(value: Json | undefined): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
