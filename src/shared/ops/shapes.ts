/** The shape of each kind of judged document, as the judge takes it: plain data. */
import { FEED_ROOTS } from '../feed/shape.ts';
import { ME_ROOTS } from '../me/shape.ts';
import { PINS_ROOTS } from '../pins/shape.ts';
import { LIMITS } from '../school/limits.ts';
import type { JudgedKind } from './judge-ops.ts';

const BOUNDS = {
  bytesMax: LIMITS.updateBytesMax,
  structsMax: LIMITS.structsMax,
  deleteRangesMax: LIMITS.deleteRangesMax,
  deletedStructsMax: LIMITS.deletedStructsMax,
  jsonDepthMax: LIMITS.jsonDepthMax,
  jsonNodesMax: LIMITS.jsonNodesMax,
  depthMax: LIMITS.paperDepthMax,
};
const maps = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'map' as const]));

export interface Shape {
  roots: Readonly<Record<string, 'map' | 'xml'>>;
  bounds: typeof BOUNDS extends Record<infer K, number> ? Record<K, number> : never;
}

export const SHAPES: Readonly<Record<JudgedKind, Shape>> = {
  feed: { roots: maps(FEED_ROOTS), bounds: BOUNDS },
  pins: { roots: maps(PINS_ROOTS), bounds: BOUNDS },
  me: { roots: maps(ME_ROOTS), bounds: BOUNDS },
  paper: { roots: { body: 'xml', paper: 'map' }, bounds: BOUNDS },
};

/** Shapes that take a stock client's sync-step-2, or a pasted chapter: the same, with the larger cap of bytes. */
export const LARGE_SHAPES: Readonly<Record<JudgedKind, Shape>> = {
  feed: large(SHAPES.feed),
  pins: large(SHAPES.pins),
  me: large(SHAPES.me),
  paper: large(SHAPES.paper),
};

function large(shape: Shape): Shape {
  return { ...shape, bounds: { ...shape.bounds, bytesMax: LIMITS.stepTwoBytesMax } };
}
