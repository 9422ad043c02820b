/** The registry as a document of its room: the school judges a change on a clone, and takes it once it is on disk. */
import type { School } from '../registry/school.ts';
import type { Intent, Speaker, Taken } from './intent.ts';
import type { Content } from './kept-doc.ts';

export class RegistryContent implements Content {
  readonly #school: School;

  constructor(school: School) {
    this.#school = school;
  }

  save(): Uint8Array {
    return this.#school.save();
  }

  /** Automerge reads changes one after another. */
  merge(updates: Uint8Array[]): Uint8Array {
    return Buffer.concat(updates);
  }

  messages(): number {
    return 0;
  }

  hands(): number {
    return 0;
  }

  take(intent: Intent, from: Speaker): Taken {
    const judged = this.#school.judge(intent.bytes, from.person, intent.lease);
    if (!judged.ok) return judged;
    return {
      ok: true,
      known: false,
      update: intent.bytes,
      places: [],
      gone: [],
      papers: [],
      died: [],
      acts: ['registry.change'],
      joins: judged.joins,
      commit: () => judged.commit(),
      abandon: () => judged.abandon(),
    };
  }
}
