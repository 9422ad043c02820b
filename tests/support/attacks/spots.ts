/** Places in the paper of a scene, by the ids that stand there. */
import type { Id } from '../craft.ts';
import { runOf, type Scene } from '../scene.ts';

export function topNode(scene: Scene, index: number): Id {
  const item = runOf(scene, index).parent?._item;
  if (!item) throw new Error('paper is empty');
  return [item.id.client, item.id.clock];
}
export function runId(scene: Scene, index: number): Id {
  const item = runOf(scene, index)._item;
  if (!item) throw new Error('paper is empty');
  return [item.id.client, item.id.clock];
}
export function firstIn(scene: Scene, index: number): Id {
  const item = runOf(scene, index)._start;
  if (!item) throw new Error('text is empty');
  return [item.id.client, item.id.clock];
}
/** The clock of the first half of the emoji in the paper's second paragraph. */
export function emojiHalf(scene: Scene): Id {
  for (let item = runOf(scene, 1)._start; item; item = item.right) {
    const at = (item.content as { str?: string }).str?.indexOf('😀') ?? -1;
    if (at >= 0) return [item.id.client, item.id.clock + at];
  }
  throw new Error('the emoji is gone');
}
