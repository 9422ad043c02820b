/** Which transactions of a paper's replica a person made. Everything else in it is somebody's arrival, or a bug. */
import type * as Y from 'yjs';

/** Meta key of the binding's write that puts one's own text, split by another's arrival, into one run again. */
export const JOINS_OWN_TEXT = 'joinsOwnText';

/**
 * True for a write of the person: by the editor's undo manager, or by the editor's binding when it adds to the
 * history. False for what came from outside and for whatever a binding does on its own (opening, cleaning, repairing):
 * such a write may not be sent, and a replica that holds one is rebuilt. Never throws.
 */
export function isOwnWrite(transaction: Y.Transaction): boolean {
  if (!transaction.local) return false;
  const { origin } = transaction;
  if (isUndoManager(origin)) return true;
  return isBinding(origin) && transaction.meta.get('addToHistory') === true;
}

// Told by their form: the replica, which asks, is loaded without the editor.
function isUndoManager(origin: unknown): boolean {
  return isObject(origin) && Array.isArray(origin.undoStack) && Array.isArray(origin.redoStack);
}

function isBinding(origin: unknown): boolean {
  return isObject(origin) && typeof origin.key === 'string' && origin.key.startsWith('y-sync$');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
