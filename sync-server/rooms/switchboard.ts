/** Who is on the line now, by person: so that marks, chat heads and the registry reach all devices of a person. */
export interface Listener {
  readonly person: string;
  /** Says an encoded frame. */
  told(frame: Uint8Array): void;
  /** Whether it has a room open. */
  isIn(room: string): boolean;
}

export class Switchboard<L extends Listener> {
  readonly #byPerson = new Map<string, Set<L>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(line: L): void {
    const lines = this.#byPerson.get(line.person) ?? new Set();
    this.#byPerson.set(line.person, lines);
    if (!lines.has(line)) this.#size++;
    lines.add(line);
  }

  remove(line: L): void {
    const lines = this.#byPerson.get(line.person);
    if (!lines?.delete(line)) return;
    this.#size--;
    if (lines.size === 0) this.#byPerson.delete(line.person);
  }

  of(person: string): ReadonlySet<L> {
    return this.#byPerson.get(person) ?? new Set();
  }

  persons(): IterableIterator<string> {
    return this.#byPerson.keys();
  }

  *all(): Generator<L> {
    for (const lines of this.#byPerson.values()) yield* lines;
  }
}
