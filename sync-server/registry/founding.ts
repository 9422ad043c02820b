/** The registry's way into and out of the log. */
import * as Automerge from '@automerge/automerge';
import { createRegistry } from '#shared/registry/change.ts';
import type { Registry } from '#shared/registry/shape.ts';
import { registryDoc } from '#shared/school/names.ts';
import { digest } from '#shared/wire/digest.ts';
import type { Append, Log } from '../store/log.ts';
import { AutomergeSchool, type RegistryBytes, relayActor } from './automerge-school.ts';
import type { NameOf } from './projection.ts';

/** Who stands in the log as the author of what the relay itself wrote: no person's id, and no lease. */
const RELAY = { person: '-', lease: 0 } as const;

/** Reads a school from the log; undefined when the log holds none. Rejects when what it holds cannot be read. */
export async function openSchool(
  log: Log,
  org: string,
  nameOf: NameOf,
  bytesMax?: RegistryBytes,
): Promise<AutomergeSchool | undefined> {
  const { snapshot, rows } = await log.load(registryDoc(org));
  if (!snapshot && rows.length === 0) return undefined;
  const school = new AutomergeSchool(org, nameOf, bytesMax);
  if (snapshot) school.replay(snapshot.bytes);
  for (const row of rows) school.replay(row.bytes);
  return school;
}

/** Writes the first change of a school into an empty log, durably. `at`: ms since 1970. */
export async function foundSchool(log: Log, registry: Registry, at: number): Promise<void> {
  const room = `org/${registry.org.id}`;
  const fence = await log.claim();
  const { seq } = await log.room(room, fence);
  if (seq > 0) throw new Error(`${room} is founded already`);
  const bytes = createRegistry(Automerge, registry, relayActor(), at);
  const row = { room, seq: 1, doc: registryDoc(registry.org.id), ...RELAY, n: 1, at, bytes };
  const first: Append = {
    row,
    digest: digest(bytes),
    replaces: 0,
    places: [],
    gone: [],
    head: undefined,
    papers: [],
  };
  const [result] = await log.append([first], fence);
  if (!result?.ok) throw new Error(`${room} could not be founded: ${result?.why}`);
}

/** A school with nobody in it but its first administrator. */
export function emptySchool(title: string, administrator: string): Registry {
  return {
    schema: 1,
    org: { id: 'main', title },
    units: {},
    members: { [administrator]: { role: 'admin', duties: {} } },
    chats: {},
  };
}
