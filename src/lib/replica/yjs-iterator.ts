/** Stands in for what Yjs takes of lib0's iterators. */
export function* iteratorFilter<T>(all: Iterable<T>, holds: (one: T) => boolean): Generator<T> {
  for (const one of all) if (holds(one)) yield one;
}

export function* iteratorMap<T, R>(all: Iterable<T>, make: (one: T) => R): Generator<R> {
  for (const one of all) yield make(one);
}
