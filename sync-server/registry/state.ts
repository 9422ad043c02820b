/** One state of the registry: the document with what the judge needs to know about it. Never mutated. */
import * as Automerge from '@automerge/automerge';
import { plainOf, type RegistryDoc } from '#shared/registry/change.ts';
import { readRegistry } from '#shared/registry/check.ts';
import type { Registry } from '#shared/registry/shape.ts';

export interface State {
  doc: RegistryDoc;
  plain: Registry;
  /** Number of changes: the sequence of the registry's room. */
  seq: number;
  /** Largest operation counter: the next change starts right above it. */
  lastOp: number;
  /** Last number of each actor. */
  seqs: ReadonlyMap<string, number>;
}

/** The state that a document is in; throws when the document is no registry: it then opens for nobody. */
export function stateOf(doc: RegistryDoc): State {
  const plain = readRegistry(plainOf(Automerge, doc));
  if (!plain) throw new Error('the stored registry does not have the shape of one');
  const seqs = new Map<string, number>();
  let lastOp = 0;
  const changes = Automerge.getChangesMetaSince(doc, []);
  for (const { actor, seq, maxOp } of changes) {
    seqs.set(actor, Math.max(seq, seqs.get(actor) ?? 0));
    lastOp = Math.max(lastOp, maxOp);
  }
  return { doc, plain, seq: changes.length, lastOp, seqs };
}

/** The state after one change that was judged. */
export function advanced(
  before: State,
  doc: RegistryDoc,
  plain: Registry,
  change: Pick<Automerge.DecodedChange, 'actor' | 'seq' | 'startOp' | 'ops'>,
): State {
  return {
    doc,
    plain,
    seq: before.seq + 1,
    lastOp: change.startOp + change.ops.length - 1,
    seqs: new Map(before.seqs).set(change.actor, change.seq),
  };
}
