/** The end of everything that a person has on this device. */
import { Dexie } from 'dexie';
import { diskName } from './disk.ts';
import { wipeLastWords } from './typed-notes.ts';

/** A tab that the browser froze holds its handle: the database goes when it thaws, and is empty until then. */
const WIPE_MS = 3_000;

/** Deletes everything of a person on this device. Ends within seconds, whatever other tabs do. */
export async function wipe(person: string): Promise<void> {
  wipeLastWords(person);
  const name = diskName(person);
  if (!(await Dexie.exists(name))) return;
  const all = await new Dexie(name).open();
  await all.transaction('rw', all.tables, () => Promise.all(all.tables.map((table) => table.clear())));
  all.close();
  await Promise.race([Dexie.delete(name), new Promise((resolve) => setTimeout(resolve, WIPE_MS))]);
}
