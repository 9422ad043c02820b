/** What `examine` worked out and `applyExamined` carries out. Opaque to everybody else. */
import type { DeleteRange, Struct } from './decode.ts';

export interface Plan {
  readonly bytes: Uint8Array;
  /** Whether the bytes hold nothing but what is new: then they are what is logged and sent on. */
  readonly exact: boolean;
  readonly lease: number;
  /** New structs of the lease, in order, each with its place. */
  readonly fresh: Struct[];
  /** Clock of the lease before and after. */
  readonly before: number;
  readonly after: number;
  readonly deletes: DeleteRange[];
  /** Stored text that dies with a container without being named by the update. */
  readonly doomed: Doomed[];
}

/** A piece of stored text that is about to die. */
export interface Doomed {
  lease: number;
  clock: number;
  text: string;
  /** Id of the outermost container that dies with it. */
  inside: { client: number; clock: number };
}
