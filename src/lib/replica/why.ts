/** What a recovery has to know, and what came of it. */
import type { Projection } from '#shared/registry/shape.ts';
import type { RefusalCode } from '#shared/school/refusals.ts';
import type { OutRow } from './disk.ts';

export interface Why {
  person: string;
  projection: Projection | undefined;
  /** The row that the relay refused, and its answer. Undefined: nobody was refused, the work only has to move. */
  refused: { lease: number; n: number; code: string } | undefined;
  /** The room is no longer readable, or not there: all that waits for it becomes drafts with this reason. */
  gone?: RefusalCode;
  /** Leases never to be used again anywhere (a twin writes with them, or the relay does not know them). */
  burnt: readonly number[];
  /** Registry rooms: makes an intent again on the confirmed bytes. Loaded by the caller, it needs the wasm. */
  registry: RegistryMaker | undefined;
  /** Ids that became others in earlier recoveries: old → new. */
  names: ReadonlyMap<string, string>;
  /** Leases granted on this connection: the relay knows them. */
  granted: ReadonlySet<number>;
  /** Under what the leader that does this is known on disk; another one there is leading now. Undefined: not asked. */
  claim?: string | undefined;
}

export type RegistryMaker = (
  confirmed: readonly Uint8Array[],
  lease: number,
) => (row: OutRow) => { ok: true; bytes: Uint8Array } | { ok: false; code: RefusalCode };

export type Recovered =
  /** `papers`: others whose words moved or came back. */
  | { ok: true; refused: number; kept: number; names: [string, string][]; papers: string[] }
  /** `need`: so many leases are missing; 0: it is not this leader's to do any more. */
  | { ok: false; need: number };
