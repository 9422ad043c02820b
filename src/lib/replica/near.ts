/** Where in a paper something was written: the text that stood before it then. */
import * as Y from 'yjs';

const NEAR_CHARS = 60;
/** Neighbours looked at on the way to text. */
const STEPS_MAX = 300;

/** The living text before the first character that a transaction wrote; '' when it wrote none, or nothing is before it. */
export function nearOf(transaction: Y.Transaction): string {
  const { doc } = transaction;
  const client = doc.clientID;
  const from = transaction.beforeState.get(client) ?? 0;
  const structs = doc.store.clients.get(client) ?? [];
  for (let i = structs.length - 1, first: Y.Item | undefined; i >= -1; i--) {
    const struct = structs[i];
    if (!struct || struct.id.clock + struct.length <= from) return first ? textBefore(first, from) : '';
    if (struct instanceof Y.Item && struct.content instanceof Y.ContentString) first = struct;
  }
  return '';
}

/** `from`: the clock of the item's own first character of interest; Yjs may have joined it to what stood before. */
function textBefore(item: Y.Item, from: number): string {
  let text = (item.content as Y.ContentString).str.slice(0, Math.max(0, from - item.id.clock));
  let steps = STEPS_MAX;
  for (let at: Y.Item | null = item; at && text.trim() === '' && steps > 0; ) {
    for (let left = at.left; left && text.length < NEAR_CHARS && steps-- > 0; left = left.left)
      if (!left.deleted) text = lastText(left) + text;
    at = (at.parent as Y.AbstractType<unknown>)._item;
  }
  return text.slice(-NEAR_CHARS);
}

function lastText({ content }: Y.Item): string {
  if (content instanceof Y.ContentString) return content.str;
  if (!(content instanceof Y.ContentType)) return '';
  const { type } = content;
  if (type instanceof Y.XmlText)
    return String(
      type
        .toDelta()
        .map(({ insert }: { insert: unknown }) => insert)
        .join(''),
    );
  if (!(type instanceof Y.XmlElement)) return '';
  const inside = type.toArray().at(-1)?._item;
  return inside ? lastText(inside) : '';
}
