/** A file that says that a data folder is a demo's, and which school it holds once that is whole. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { makeFolder } from '../folders.ts';
import { LAST_BACKUP } from '../keep/data-folder.ts';
import type { Cast } from './school.ts';

/** Raised when the demo school is made otherwise: an older one is made anew. */
const DEMO_VERSION = 2;

const Stamp = v.object({
  version: v.literal(DEMO_VERSION),
  cast: v.object({
    admin: v.string(),
    teacher: v.string(),
    classTeacher: v.string(),
    pupil: v.string(),
    parent: v.string(),
  }),
});

const FILE = 'demo.json';
const DATABASES = ['parta', 'people', 'auth'];

/** The cast of the demo in this folder; undefined when there is none whole, or one of another version. */
export function readStamp(dataDir: string): Cast | undefined {
  try {
    const stamp = v.safeParse(Stamp, JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')));
    return stamp.success ? stamp.output.cast : undefined;
  } catch {
    return undefined;
  }
}

export function writeStamp(dataDir: string, cast: Cast): void {
  writeFileSync(join(dataDir, FILE), JSON.stringify({ version: DEMO_VERSION, cast }));
}

/** Empties the folder for a new demo. Throws, and touches nothing, when it holds a school that is no demo. */
export function makeRoom(dataDir: string): void {
  const isDemo = existsSync(join(dataDir, FILE));
  if (!isDemo && DATABASES.some((name) => existsSync(join(dataDir, `${name}.sqlite`))))
    throw new Error(`${dataDir} holds a school that is not the demo. Choose another folder: --data FOLDER`);
  makeFolder(dataDir, 0o700);
  writeFileSync(join(dataDir, FILE), '{}');
  rmSync(join(dataDir, LAST_BACKUP), { force: true });
  for (const name of DATABASES)
    for (const end of ['', '-wal', '-shm']) rmSync(join(dataDir, `${name}.sqlite${end}`), { force: true });
}
