/**
 * What can still be read of a person whose disk does not open as the app asks for it: everything, when it opens in the
 * form it has; else its tables as far as each answers, and what is noted beside it. Nothing is written or deleted.
 */
import { Dexie } from 'dexie';
import type { Projection } from '#shared/registry/shape.ts';
import { type Disk, diskName } from './disk.ts';
import { exportEverything } from './export.ts';
import { notesUnder } from './typed-notes.ts';

/** A storage that never answers must not hold the file up. */
const ANSWER_MS = 5_000;

/** As JSON. */
export async function salvage(person: string): Promise<string> {
  const noted = notesUnder(person, '').map(([name, words]) => ({ name, words }));
  const disk = new Dexie(diskName(person));
  const late = new Promise<never>((_, reject) => setTimeout(reject, ANSWER_MS));
  const tables = await Promise.race([read(disk, person), late]).catch(() => undefined);
  disk.close();
  return typeof tables === 'string' ? tables : JSON.stringify({ person, noted, tables }, plain, 2);
}

async function read(disk: Dexie, person: string): Promise<string | Record<string, unknown> | undefined> {
  // Asked first: the library would make one that is not there, and delete it again.
  const there = await indexedDB.databases();
  if (!there.some(({ name }) => name === disk.name)) return undefined;
  await disk.open();
  try {
    const stores = Object.fromEntries(disk.tables.map((table) => [table.name, table])) as unknown as Disk;
    const projection = (await stores.kv.get('projection'))?.value as Projection | undefined;
    return await exportEverything(stores, person, projection);
  } catch {
    const tables: Record<string, unknown> = {};
    for (const table of disk.tables) tables[table.name] = await table.toArray().catch(String);
    return tables;
  }
}

/** Bytes in JSON. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))
    : value;
}
