/** A paper in the relay's memory, and a device that comes back for what it lacks. */
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { LIMITS } from '#shared/school/limits.ts';
import { decodeFrame } from '#shared/wire/codec.ts';
import { contentOf } from '../../tests/support/device.ts';
import { KeptDoc } from './kept-doc.ts';
import { YjsContent } from './yjs-content.ts';

const PAPER = 'paper/plan';

test('[R358] who left before a long paste that the memory let go of gets it all the same, with what came after', async () => {
  const anna = new Y.Doc();
  const updates: Uint8Array[] = [];
  anna.on('update', (update: Uint8Array) => updates.push(update));
  const body = anna.getXmlFragment('body');
  for (const chars of [10, LIMITS.stepTwoBytesMax / 4, (LIMITS.stepTwoBytesMax * 7) / 8, 10])
    body.insert(0, [new Y.XmlText('а'.repeat(chars / 2))]);
  const content = new YjsContent(PAPER, 'paper', updates, 0, () => undefined);
  const rows = updates.map((bytes, i) => ({ seq: i + 1, bytes }) as never);
  const kept = new KeptDoc(PAPER, 'e', content, { snapshot: undefined, rows, places: [] });

  const masha = new Y.Doc();
  Y.applyUpdate(masha, updates[0] as Uint8Array);
  if (!kept.isReady(1)) await kept.prepare();
  for (const frame of kept.patches(1)) {
    const decoded = decodeFrame(frame);
    if (decoded.ok && decoded.frame.kind === 'patch') Y.applyUpdate(masha, contentOf(decoded.frame));
  }
  // Nobody wants to see a million letters when it fails.
  expect(masha.getXmlFragment('body').toString() === body.toString()).toBe(true);
});
