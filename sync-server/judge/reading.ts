/** What a policy may ask of the relay's copy: living values under keys of root maps. */
import * as Y from 'yjs';
import type { Json } from '#shared/ops/op.ts';
import { rootsOf } from './shape.ts';

/** The living value under a key of a root map; undefined when there is none. */
export function readKey(doc: Y.Doc, root: string, key: string): Json | undefined {
  const map = rootsOf(doc).get(root);
  return map instanceof Y.Map ? (map.get(key) as Json | undefined) : undefined;
}

/** The living keys of a root map. */
export function readKeys(doc: Y.Doc, root: string): Iterable<string> {
  const map = rootsOf(doc).get(root);
  return map instanceof Y.Map ? map.keys() : [];
}
