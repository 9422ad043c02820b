/** Text of a paper that an update swallows: it is told to its author, so that it can come back. */
import * as Y from 'yjs';
import { STRING } from './decode.ts';
import type { Container } from './place.ts';
import type { Plan } from './plan.ts';
import type { DiedText } from './verdict.ts';

const NEAR_CHARS = 60;
/** Neighbours looked at on the way to a living one, and pieces of it that are read. */
const STEPS_MAX = 500;

/** Called after the structs are integrated and before anything is collected. Pieces that touch are joined. */
export function diedText(doc: Y.Doc, plan: Plan): DiedText[] {
  const died: DiedText[] = [];
  for (const struct of plan.fresh)
    if (struct.ref === STRING && !struct.place) {
      const inside =
        struct.parentClient < 0 ? undefined : itemAt(doc, struct.parentClient, struct.parentClock);
      add(died, plan.lease, struct.clock, struct.text, () => nearText(inside));
    }
  for (const { lease, clock, text, inside } of plan.doomed)
    add(died, lease, clock, text, () => nearText(itemAt(doc, inside.client, inside.clock)));
  return died;
}

function add(died: DiedText[], lease: number, clock: number, text: string, near: () => string): void {
  const last = died.at(-1);
  if (last && last.lease === lease && last.clock + last.length === clock) {
    last.length += text.length;
    last.text += text;
  } else died.push({ lease, clock, length: text.length, text, near: near() });
}

function itemAt(doc: Y.Doc, client: number, clock: number): Y.Item | undefined {
  const item = Y.getItem(doc.store, Y.createID(client, clock));
  return item instanceof Y.Item ? item : undefined;
}

/** The end of the living text before an item, in its list or in the lists around it. */
function nearText(item: Y.Item | undefined): string {
  let steps = STEPS_MAX;
  for (let outer = item; outer && steps > 0; outer = (outer.parent as Container)._item ?? undefined)
    for (let left = outer.left; left && steps-- > 0; left = left.left) {
      if (left.deleted) continue;
      const text = lastText(left);
      if (text !== '') return text;
    }
  return '';
}

function lastText(item: Y.Item): string {
  if (item.content instanceof Y.ContentString) return item.content.str.slice(-NEAR_CHARS);
  if (!(item.content instanceof Y.ContentType)) return '';
  let text = '';
  let steps = STEPS_MAX;
  for (
    let child = lastOf(item.content.type);
    child && text.length < NEAR_CHARS && steps-- > 0;
    child = child.left
  )
    if (!child.deleted) text = lastText(child) + text;
  return text.slice(-NEAR_CHARS);
}

function lastOf(type: Container): Y.Item | null {
  let item = type._start;
  for (let steps = STEPS_MAX; item?.right && steps > 0; steps--) item = item.right;
  return item;
}
