/**
 * Whether the operations of a change stand on what is there, asked before the library applies them: it follows a map that
 * is said to stand in itself until its memory is full, and a deletion of nothing makes a document that it saves and cannot
 * load again.
 */
import * as Automerge from '@automerge/automerge';
import type { RegistryDoc } from '#shared/registry/change.ts';

type Change = Automerge.DecodedChange;
type Op = Change['ops'][number];

/**
 * Each operation touches a key once, of an object that was there or that an earlier one made, and names as what it
 * replaces exactly what stood under the key.
 */
export function isOnTop(before: RegistryDoc, { ops, actor, startOp }: Change): boolean {
  const made = new Set<string>();
  const seen = new Set<string>();
  for (const [i, op] of ops.entries()) {
    if (typeof op.key !== 'string') return false;
    const name = `${op.obj} ${op.key}`;
    if (seen.has(name)) return false;
    seen.add(name);
    const stood = made.has(op.obj) ? [] : idsAt(before, op);
    if (!stood || (op.action === 'del' && stood.length === 0)) return false;
    if (stood.length !== op.pred.length || !stood.every((id) => op.pred.includes(id))) return false;
    if (op.action === 'makeMap') made.add(`${startOp + i}@${actor}`);
  }
  return true;
}

/** What stands under a key; undefined when there is no such object. */
function idsAt(doc: RegistryDoc, { obj, key }: Op): string[] | undefined {
  try {
    return Automerge.getBackend(doc)
      .getAll(obj, key)
      .map((value) => String(value.at(-1)));
  } catch {
    return undefined;
  }
}
