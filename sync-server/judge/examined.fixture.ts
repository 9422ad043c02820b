/** Updates of named people's devices, judged on a copy of the relay's, step by step. */
import * as Y from 'yjs';
import { SHAPES } from '#shared/ops/shapes.ts';
import type { SceneKind, Who } from '../../tests/support/scene.ts';
import { examine } from './examine.ts';
import type { Accepted } from './verdict.ts';

export const LEASES = { anna: 7_001, masha: 7_002, petya: 7_003 };
export const numbered = (who: Who) => ({ lease: LEASES[who], numbered: true });
export const stock = (who: Who) => ({ lease: LEASES[who], numbered: false });

/** A device's copy of a document of the scene, which writes with a person's lease. */
export function deviceOf(doc: Y.Doc, who: Who): Y.Doc {
  const device = new Y.Doc();
  Y.applyUpdate(device, Y.encodeStateAsUpdate(doc));
  device.clientID = LEASES[who];
  return device;
}
export function written(device: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  let update: Uint8Array = new Uint8Array([0, 0]);
  device.once('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  device.transact(() => change(device));
  return update;
}
export function accepted(
  doc: Y.Doc,
  kind: SceneKind,
  bytes: Uint8Array,
  hand: { lease: number; numbered: boolean },
): Accepted {
  const examined = examine(doc, SHAPES[kind], bytes, hand);
  if (!examined.ok) throw new Error(examined.says);
  return examined;
}
