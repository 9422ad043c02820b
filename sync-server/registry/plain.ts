/** The registry of a stored log as plain JSON, for those who keep and read without a relay. */
import * as Automerge from '@automerge/automerge';
import { plainOf, type RegistryDoc } from '#shared/registry/change.ts';
import { readRegistry } from '#shared/registry/check.ts';
import type { Registry } from '#shared/registry/shape.ts';

/** Reads the changes of a registry in order. Throws when they are no registry; `bytes` is the whole document. */
export function plainRegistry(changes: readonly Uint8Array[]): { registry: Registry; bytes: Uint8Array } {
  let doc: RegistryDoc = Automerge.init();
  for (const change of changes) doc = Automerge.loadIncremental(doc, change);
  const registry = readRegistry(plainOf(Automerge, doc));
  if (!registry) throw new Error('the stored registry does not have the shape of one');
  return { registry, bytes: Automerge.save(doc) };
}
