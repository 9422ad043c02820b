/** Stands in for what Yjs takes of lib0's objects: attributes of text are plain values, and nothing has a way of its own to be equal. */
type Plain = Readonly<Record<string, unknown>>;

export const { assign } = Object;

export function forEach(object: Plain, visit: (value: unknown, key: string) => void): void {
  for (const key in object) visit(object[key], key);
}

export const isEmpty = (object: Plain): boolean => Object.keys(object).length === 0;

export function equalFlat(a: Plain, b: Plain): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

/** Asked for where Yjs itself is developed. */
export const deepFreeze = <T>(value: T): T => value;
