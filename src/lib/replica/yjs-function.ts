/** Stands in for what Yjs takes of lib0's functions: the rest of that module compares whatever there is. */
export const id = <T>(value: T): T => value;

/** Calls each, also when one before it throws. */
export function callAll(
  calls: readonly ((...args: unknown[]) => unknown)[],
  args: unknown[],
  from = 0,
): void {
  let at = from;
  try {
    for (; at < calls.length; at++) calls[at]?.(...args);
  } finally {
    if (at < calls.length) callAll(calls, args, at + 1);
  }
}
