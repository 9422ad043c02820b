/** How long backups live. What was erased must not live on in them. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST, readManifest } from './manifest.ts';
import { Trouble } from './trouble.ts';

export const MAX_AGE_DAYS_DEFAULT = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const NAME = /^parta-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z(-\d+)?$/;

/** The folder name of a backup made at this moment. */
export function nameOf(at: Date): string {
  return `parta-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

export interface KeptBackup {
  folder: string;
  /** Undefined: its manifest is damaged, or of a newer program. */
  ageDays: number | undefined;
}

/** Backups in a folder, oldest first, with their age. */
export function backupsIn(folder: string, now: number): KeptBackup[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => NAME.test(name) && existsSync(join(folder, name, MANIFEST)))
    .sort()
    .map((name) => ({ folder: join(folder, name), ageDays: ageOf(join(folder, name), now) }));
}

function ageOf(backup: string, now: number): number | undefined {
  try {
    const age = (now - Date.parse(readManifest(backup).at)) / DAY_MS;
    return Number.isNaN(age) ? undefined : age;
  } catch (error) {
    if (error instanceof Trouble) return undefined;
    throw error;
  }
}

/** Removes backups over the age, never the newest. Answers with what was removed, and with those of unknown age. */
export function removeOld(
  folder: string,
  maxAgeDays: number,
  now: number,
): { removed: string[]; unread: string[] } {
  const all = backupsIn(folder, now);
  const read = all.filter((backup) => backup.ageDays !== undefined);
  const old = read.slice(0, -1).filter(({ ageDays = 0 }) => ageDays > maxAgeDays);
  for (const backup of old) rmSync(backup.folder, { recursive: true });
  return { removed: foldersOf(old), unread: foldersOf(all.filter((backup) => !read.includes(backup))) };
}

const foldersOf = (backups: readonly KeptBackup[]) => backups.map(({ folder }) => folder);

/** Reads `30`, `30d`, `12h` or `4w` into days. Throws Trouble for anything else. */
export function readAge(text: string): number {
  const [, count, unit = 'd'] = /^(\d{1,4})([hdw])?$/.exec(text) ?? [];
  if (!count || Number(count) === 0)
    throw new Trouble(`«${text}» is no age. Examples: --max-age 30d, 12h, 4w.`);
  return Number(count) * ({ h: 1 / 24, d: 1, w: 7 }[unit as 'h' | 'd' | 'w'] as number);
}
