/** What a backup holds, so that it can be proven whole before anything is put back. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { Trouble } from './trouble.ts';

export const MANIFEST = 'manifest.json';
/** The data folder inside a backup. */
export const DATA = 'data';
const FORMAT = 1;

const Manifest = v.object({
  format: v.number(),
  program: v.string(),
  /** ISO 8601, UTC. */
  at: v.string(),
  /** Path of the database of rooms; '' when there was no school yet. */
  log: v.string(),
  files: v.array(v.object({ path: v.string(), bytes: v.number(), sha256: v.string() })),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/** Describes the files of a backup's data folder. */
export async function describe(data: string, paths: string[], log: string): Promise<Manifest> {
  const files: Manifest['files'] = [];
  for (const path of paths) {
    const file = join(data, path);
    files.push({ path, bytes: statSync(file).size, sha256: await sumOf(file) });
  }
  return { format: FORMAT, program: programVersion(), at: new Date().toISOString(), log, files };
}

/** Reads the manifest of a backup. Throws Trouble when the folder is no backup, or of a newer program. */
export function readManifest(backup: string): Manifest {
  const file = join(backup, MANIFEST);
  if (!existsSync(file))
    throw new Trouble(
      `${backup} is no backup: it has no ${MANIFEST}. Name a folder like parta-2027-01-31T02-00-00Z.`,
    );
  const read = v.safeParse(Manifest, parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Trouble(`${file} is damaged. Take another backup.`);
  if (read.output.format > FORMAT)
    throw new Trouble(
      `${backup} was made by a newer Parta (${read.output.program}). Update the program first.`,
    );
  return read.output;
}

/** Compares every file of a backup with its manifest. Throws Trouble that names the first one that differs. */
export async function verify(backup: string, manifest: Manifest): Promise<void> {
  if (!manifest.files.some(({ path }) => path === manifest.log))
    throw new Trouble(`${backup} holds no database of rooms. Take another backup.`);
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(backup, DATA, path);
    if (path.split('/').includes('..')) throw new Trouble(`${backup} names a file outside itself: ${path}.`);
    if (!existsSync(file))
      throw new Trouble(`${backup} is not whole: ${path} is missing. Take another backup.`);
    if (statSync(file).size !== bytes || (await sumOf(file)) !== sha256)
      throw new Trouble(`${backup} is damaged: ${path} is not what was written. Take another backup.`);
  }
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
}
